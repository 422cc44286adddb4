#pragma once

#include "application/queries/order_view_cache.h"
#include "infrastructure/views/sqlite_orders_view_writer.h"
#include "infrastructure/views/sqlite_read_model.h"

namespace orders::infrastructure {

// What each read model is made of: its tables, and what folds into them. Without `serve`, which
// says who reads it.

/// `cache` outlives what is folded with it.
ReadModelKind OrdersKind(const StateBufferOptions& buffers, application::OrderViewCache& cache);
ReadModelKind CustomersKind(const StateBufferOptions& buffers);
ReadModelKind SalesKind(const StateBufferOptions& buffers);
ReadModelKind SearchKind(const StateBufferOptions& buffers);

}  // namespace orders::infrastructure
