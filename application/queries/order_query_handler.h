#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "application/call_context.h"
#include "application/order_view.h"
#include "application/queries/freshness.h"
#include "application/queries/freshness_gate.h"
#include "application/queries/sales_report.h"
#include "application/queries/search_query.h"
#include "application/recorded_event.h"
#include "domain/order/order.h"

namespace orders::application {

inline constexpr int kPageSizeDefault = 50;
inline constexpr int kPageSizeMax = 500;

/// A row of a list: what the list pages show, without lines.
struct OrderSummary {
  domain::OrderId order_id;
  domain::CustomerId customer_id;
  domain::OrderStatus status = domain::OrderStatus::kNone;
  domain::PaymentStatus payment = domain::PaymentStatus::kUnpaid;
  domain::FulfilmentStatus fulfilment = domain::FulfilmentStatus::kNone;
  bool held = false;
  domain::Currency currency;
  domain::Amount total;  ///< Of a draft: what it would cost now.
  std::int64_t line_count = 0;
  std::uint64_t revision = 0;
  absl::Time create_time;
  absl::Time update_time;
};

/// `filter` and `order_by` are texts, see list_filter.h for their grammar.
struct ListOrdersRequest {
  int page_size =
      0;  ///< 0: kPageSizeDefault; over kPageSizeMax: kPageSizeMax. Negative: InvalidArgument.
  std::string page_token;  ///< From the page before, with the same filter and order_by.
  std::string filter;
  std::string order_by;      ///< "create_time desc" (default), "update_time", "total desc", ...
  bool active_only = false;  ///< ListActiveOrders: neither completed nor cancelled.
  std::shared_ptr<const PastView> past;  ///< As it was; null: as it is.
};
struct ListOrdersAnswer {
  std::vector<OrderSummary> orders;
  std::string next_page_token;  ///< Empty: this was the last page.
};

struct CustomerTotals {
  domain::Currency currency;
  std::int64_t orders = 0;     ///< Created.
  std::int64_t confirmed = 0;  ///< Ever confirmed.
  std::int64_t completed = 0;
  std::int64_t cancelled = 0;
  domain::Amount ordered;  ///< Totals of confirmed orders.
  domain::Amount removed;  ///< Cancelled and returned of those.
  domain::Amount captured;
  domain::Amount refunded;
};
struct CustomerOrder {
  domain::OrderId order_id;
  domain::OrderStatus status = domain::OrderStatus::kNone;
  domain::Currency currency;
  domain::Amount total;
  absl::Time create_time;
};
struct GetCustomerRequest {
  domain::CustomerId customer_id;
  int page_size = 0;
  std::string page_token;
  std::shared_ptr<const PastView> past;  ///< As of ListOrdersRequest.
};
struct CustomerAnswer {
  domain::CustomerId customer_id;
  absl::Time first_order_time;
  absl::Time last_order_time;
  std::vector<CustomerTotals> totals;  ///< One a currency, by code.
  std::vector<CustomerOrder> orders;   ///< Newest first.
  std::string next_page_token;
};

/// Up to where an order's events count. At most one is set; none: all of them.
struct AsOf {
  std::optional<std::uint64_t> revision;
  std::optional<absl::Time> time;  ///< The store's `created` of events at or before it.
  std::optional<LogPosition> position;
  /// `created` and position never fall along the log: the first event that is beyond ends it.
  bool Holds(const RecordedOrderEvent& event) const {
    return (!revision.has_value() || event.revision <= *revision) &&
           (!time.has_value() || event.created <= *time) &&
           (!position.has_value() || event.position <= *position);
  }
};

/// A moment of the log: all events up to a position, or from a time or before. One is set.
struct PastPoint {
  std::optional<LogPosition> position;
  std::optional<absl::Time> time;
  bool operator==(const PastPoint&) const = default;
};
struct HistoryAnswer {
  std::vector<RecordedOrderEvent> events;
  std::string next_page_token;
};

/// Which read model an answer comes from.
enum class View { kOrders, kCustomers, kSales, kSearch };

/// Answers questions from the read models, or by folding a stream for the past. Thread-safe. To a
/// caller that is bound to a customer, other customers' orders do not exist.
/// First WhenFresh, which never blocks; then one of the look-ups, which block on disk.
class OrderQueryHandler {
 public:
  virtual ~OrderQueryHandler() = default;

  /// Calls `ready` once `view` meets `demand`, at once on this thread if it does already; else
  /// later from the projection's or the scheduler's thread, which it must not block.
  /// Errors: those of DecodePositionToken; DeadlineExceeded (NOT_YET_VISIBLE); ResourceExhausted,
  /// too many wait; Unavailable (VIEW_STOPPED), the read model does not move.
  virtual void WhenFresh(View view, const FreshnessDemand& demand,
                         absl::AnyInvocable<void(absl::StatusOr<Freshness>)> ready) = 0;

  /// Since when, and by what, an order is held back in the orders' read model; absent: it is as new
  /// as that is.
  virtual std::optional<BlockedOrder> FindBlocked(const domain::OrderId& order) = 0;
  /// One point look-up: memory, or one row. NotFound (ORDER_NOT_FOUND).
  virtual absl::StatusOr<std::shared_ptr<const OrderView>> GetOrder(
      const CallContext& call, const domain::OrderId& order) = 0;
  /// Folds the stream. NotFound: no such order, or it did not exist then (REVISION_NOT_FOUND).
  virtual absl::StatusOr<std::shared_ptr<const OrderView>> GetOrderAsOf(
      const CallContext& call, const domain::OrderId& order, const AsOf& as_of) = 0;
  /// A read model as it was, for the requests that take one. Errors: as PastViews::Find.
  virtual absl::StatusOr<std::shared_ptr<const PastView>> FindPast(View view,
                                                                   const PastPoint& point) = 0;
  /// Interrupted at call.deadline. InvalidArgument: filter, order_by, page size or token.
  virtual absl::StatusOr<ListOrdersAnswer> ListOrders(const CallContext& call,
                                                      const ListOrdersRequest& request) = 0;
  virtual absl::StatusOr<CustomerAnswer> GetCustomer(const CallContext& call,
                                                     const GetCustomerRequest& request) = 0;
  /// Interrupted at call.deadline. InvalidArgument: as ParseSalesQuery, page size or token.
  virtual absl::StatusOr<SalesReportAnswer> GetSalesReport(const CallContext& call,
                                                           const SalesReportRequest& request) = 0;
  /// Interrupted at call.deadline. InvalidArgument: as ParseSearchQuery, page size or token;
  /// Unavailable (NOT_YET_VISIBLE, VIEW_STOPPED): there is no index yet.
  virtual absl::StatusOr<SearchAnswer> SearchOrders(const CallContext& call,
                                                    const SearchRequest& request) = 0;
  /// The stream itself up to `as_of`, oldest first, `page_size` events a page.
  virtual absl::StatusOr<HistoryAnswer> GetOrderHistory(const CallContext& call,
                                                        const domain::OrderId& order,
                                                        const AsOf& as_of, int page_size,
                                                        const std::string& page_token) = 0;
};

}  // namespace orders::application
