#pragma once

#include <string>

#include "application/queries/work_list.h"
#include "infrastructure/views/view_file.h"

namespace orders::infrastructure {

/// The tables and indexes of the orders' read model.
///
/// orders: one row an order, found by order_id; `doc` holds all of it (order_archive.h), the other
/// columns what lists show, select and sort by. `active` is 1 until completed or cancelled; `work`
/// has the bits of application::WorkOf. Enums are the domain's numbers, times microseconds since
/// 1970, amounts minor units. order_skus: which orders have a line of a sku.
ViewSchema OrdersSchema();

/// The first version whose rows have `work`; older files, which may still be read, answer no work
/// list.
inline constexpr int kOrdersSchemaWithWork = 3;

/// The condition under which an order is on the list: to the letter that of the list's index, by
/// which SQLite knows that the index serves it.
std::string OnWorkList(application::WorkList list);

}  // namespace orders::infrastructure
