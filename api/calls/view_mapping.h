#pragma once

#include "application/commands/order_command_handler.h"
#include "application/order_view.h"
#include "application/queries/freshness.h"
#include "application/queries/order_query_handler.h"
#include "orders/v1/commands.pb.h"
#include "orders/v1/queries.pb.h"
#include "orders/v1/types.pb.h"

namespace orders::api {

// Answers to messages. Pure. The messages are empty when given.

/// Totals of a draft are what it would cost now, absent if that is beyond the largest amount.
void SetOrder(const application::OrderView& view, v1::Order& message);
void SetSummary(const application::OrderSummary& summary, v1::OrderSummary& message);
void SetFreshness(const application::Freshness& freshness, v1::Freshness& message);
void SetCommandResponse(const application::CommandAnswer& answer,
                        const application::StoreIdentity& store, v1::CommandResponse& message);
void SetListResponse(const application::ListOrdersAnswer& answer,
                     const application::Freshness& freshness, v1::ListOrdersResponse& message);
void SetCustomerResponse(const application::CustomerAnswer& answer,
                         const application::Freshness& freshness, v1::GetCustomerResponse& message);

}  // namespace orders::api
