#pragma once

#include "application/order_view.h"
#include "application/queries/order_query_handler.h"

namespace orders::application {

/// An order as a list shows it. A draft's total is what it would cost now; if that is more than an
/// order may come to, which its confirmation would refuse, it is kAmountMax.
OrderSummary Summarize(const OrderView& view);

}  // namespace orders::application
