#pragma once

#include "infrastructure/views/view_file.h"

namespace orders::infrastructure {

/// The tables and indexes of the orders' read model.
///
/// orders: one row an order, found by order_id; `doc` holds all of it (order_archive.h), the other
/// columns what lists show, select and sort by. `active` is 1 until completed or cancelled. Enums
/// are the domain's numbers, times microseconds since 1970, amounts minor units.
/// order_skus: which orders have a line of a sku.
ViewSchema OrdersSchema();

}  // namespace orders::infrastructure
