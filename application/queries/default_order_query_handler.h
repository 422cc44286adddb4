#pragma once

#include <memory>
#include <string>

#include "application/ports/digest.h"
#include "application/ports/order_store.h"
#include "application/ports/order_views.h"
#include "application/ports/past_views.h"
#include "application/ports/sales_views.h"
#include "application/ports/search_views.h"
#include "application/queries/freshness_gate.h"
#include "application/queries/order_query_handler.h"
#include "application/queries/order_view_cache.h"

namespace orders::application {

/// Over the read models, their gates and the store of events.
class DefaultOrderQueryHandler final : public OrderQueryHandler {
 public:
  /// All of them outlive the handler.
  struct Ports {
    OrderStore& store;
    OrderViews& orders;
    CustomerViews& customers;
    SalesViews& sales;
    SearchViews& search;
    FreshnessGate& orders_gate;
    FreshnessGate& customers_gate;
    FreshnessGate& sales_gate;
    FreshnessGate& search_gate;
    PastViews& past;
    OrderViewCache& cache;  ///< The one that the orders projection keeps in step.
    Digest& digest;
  };
  explicit DefaultOrderQueryHandler(Ports ports) : ports_(ports) {}

  void WhenFresh(View view, const FreshnessDemand& demand,
                 absl::AnyInvocable<void(absl::StatusOr<Freshness>)> ready) override;
  std::optional<BlockedOrder> FindBlocked(const domain::OrderId& order) override {
    return ports_.orders_gate.FindBlocked(order);
  }
  absl::StatusOr<std::shared_ptr<const OrderView>> GetOrder(const CallContext& call,
                                                            const domain::OrderId& order) override;
  absl::StatusOr<std::shared_ptr<const OrderView>> GetOrderAsOf(const CallContext& call,
                                                                const domain::OrderId& order,
                                                                const AsOf& as_of) override;
  absl::StatusOr<std::shared_ptr<const PastView>> FindPast(View view,
                                                           const PastPoint& point) override {
    return ports_.past.Find(view, point);
  }
  absl::StatusOr<ListOrdersAnswer> ListOrders(const CallContext& call,
                                              const ListOrdersRequest& request) override;
  absl::StatusOr<CustomerAnswer> GetCustomer(const CallContext& call,
                                             const GetCustomerRequest& request) override;
  absl::StatusOr<SalesReportAnswer> GetSalesReport(const CallContext& call,
                                                   const SalesReportRequest& request) override;
  absl::StatusOr<SearchAnswer> SearchOrders(const CallContext& call,
                                            const SearchRequest& request) override;
  absl::StatusOr<HistoryAnswer> GetOrderHistory(const CallContext& call,
                                                const domain::OrderId& order, const AsOf& as_of,
                                                int page_size,
                                                const std::string& page_token) override;

 private:
  FreshnessGate& GateOf(View view) const;
  /// NotFound (ORDER_NOT_FOUND): the caller may not see it. One read, and none if it sees all.
  absl::Status CheckOwner(const CallContext& call, const domain::OrderId& order) const;

  const Ports ports_;
};

}  // namespace orders::application
