#include "application/queries/default_order_query_handler.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "application/commands/request_errors.h"
#include "application/queries/list_filter.h"
#include "application/queries/list_sort.h"
#include "application/queries/page_token.h"
#include "domain/order/validation.h"

namespace orders::application {
namespace {

constexpr absl::CivilDay kDayZero(1970, 1, 1);

absl::StatusOr<int> RowsOfPage(int page_size) {
  if (page_size < 0) {
    return domain::ToStatus(
        {{.field = "page_size",
          .description = absl::StrCat("0 for ", kPageSizeDefault, ", or 1 to ", kPageSizeMax)}});
  }
  return page_size == 0 ? kPageSizeDefault : std::min(page_size, kPageSizeMax);
}

absl::Status OrderNotFound(const domain::OrderId& order) {
  return MakeRequestError(absl::StatusCode::kNotFound, absl::StrCat("no order ", order.value),
                          {.reason = "ORDER_NOT_FOUND"});
}

absl::Status CustomerNotFound(const domain::CustomerId& customer) {
  return MakeRequestError(absl::StatusCode::kNotFound,
                          absl::StrCat("customer ", customer.value, " has no order"),
                          {.reason = "CUSTOMER_NOT_FOUND"});
}

absl::Status RevisionNotFound(const domain::OrderId& order) {
  return MakeRequestError(absl::StatusCode::kNotFound,
                          absl::StrCat("order ", order.value, " has no state as of then"),
                          {.reason = "REVISION_NOT_FOUND"});
}

/// Whether `event` is the first one of an order that the caller may not see.
bool IsHidden(const CallContext& call, const RecordedOrderEvent& event) {
  const auto* const created = std::get_if<domain::OrderCreated>(&event.event);
  return created != nullptr && !call.MaySee(created->customer_id);
}

std::int64_t SortValue(const OrderSummary& row, SortField field) {
  switch (field) {
    case SortField::kCreateTime:
      return absl::ToUnixMicros(row.create_time);
    case SortField::kUpdateTime:
      return absl::ToUnixMicros(row.update_time);
    case SortField::kTotal:
      return row.total.minor;
    case SortField::kOrderId:
      return 0;
  }
  return 0;
}

// What a page token of the past is bound to.
std::string PointText(const std::shared_ptr<const PastView>& past) {
  if (past == nullptr) return "";
  const PastPoint& point = past->point;
  return point.position.has_value() ? absl::StrCat(" as of position ", point.position->commit)
                                    : absl::StrCat(" as of time ", absl::ToUnixNanos(*point.time));
}

std::string OwnerText(const CallContext& call) {
  return call.customer.empty() ? "" : absl::StrCat(" of ", call.customer);
}

// What a page token of a list is bound to. The lengths keep the parts apart.
std::string QueryText(const CallContext& call, const ListOrdersRequest& request) {
  return absl::StrCat(request.active_only ? "active " : "all ", request.filter.size(), " ",
                      request.filter, " ", request.order_by, PointText(request.past),
                      OwnerText(call));
}

std::string QueryText(const SalesReportRequest& request) {
  return absl::StrCat(static_cast<int>(request.grouping), " ", request.first_day, " ",
                      request.last_day, " ", request.sku, " ", request.currency,
                      PointText(request.past));
}

// Split at the first blank: no code of a currency has one.
SalesCursor ToSalesCursor(const PageCursor& cursor) {
  const std::size_t end = cursor.text.find(' ');
  return {.day = kDayZero + cursor.number,
          .sku = end == std::string::npos ? "" : cursor.text.substr(end + 1),
          .currency = cursor.text.substr(0, end)};
}

PageCursor ToPageCursor(const SalesRow& last) {
  return {.number = last.day.has_value() ? *last.day - kDayZero : 0,
          .text = absl::StrCat(std::string(last.currency.code()), " ", last.sku)};
}

}  // namespace

void DefaultOrderQueryHandler::WhenFresh(
    View view, const FreshnessDemand& demand,
    absl::AnyInvocable<void(absl::StatusOr<Freshness>)> ready) {
  GateOf(view).WhenFresh(demand, std::move(ready));
}

FreshnessGate& DefaultOrderQueryHandler::GateOf(View view) const {
  switch (view) {
    case View::kOrders:
      return ports_.orders_gate;
    case View::kCustomers:
      return ports_.customers_gate;
    case View::kSales:
      return ports_.sales_gate;
    case View::kSearch:
      return ports_.search_gate;
  }
  return ports_.orders_gate;
}

absl::StatusOr<std::shared_ptr<const OrderView>> DefaultOrderQueryHandler::GetOrder(
    const CallContext& call, const domain::OrderId& order) {
  if (absl::Status invalid = domain::ToStatus(domain::ValidateOrderId(order)); !invalid.ok()) {
    return invalid;
  }
  OrderViewCache::Found found = ports_.cache.Find(order);
  if (found.view != nullptr) {
    if (!call.MaySee(found.view->order.customer_id)) return OrderNotFound(order);
    return std::move(found.view);
  }
  absl::StatusOr<std::optional<OrderView>> row = ports_.orders.Find(order);
  if (row.ok() && !row->has_value()) {
    // Only a read model that holds all history may deny an order; it may have come to that since.
    if (absl::Status complete = ports_.orders_gate.IsComplete(); !complete.ok()) return complete;
    row = ports_.orders.Find(order);
  }
  if (!row.ok()) return row.status();
  if (!row->has_value() || !call.MaySee((*row)->order.customer_id)) return OrderNotFound(order);
  auto view = std::make_shared<const OrderView>(**std::move(row));
  ports_.cache.Keep(view, found.ticket);
  return view;
}

absl::StatusOr<std::shared_ptr<const OrderView>> DefaultOrderQueryHandler::GetOrderAsOf(
    const CallContext& call, const domain::OrderId& order, const AsOf& as_of) {
  if (absl::Status invalid = domain::ToStatus(domain::ValidateOrderId(order)); !invalid.ok()) {
    return invalid;
  }
  const int bounds = (as_of.revision.has_value() ? 1 : 0) + (as_of.time.has_value() ? 1 : 0) +
                     (as_of.position.has_value() ? 1 : 0);
  if (bounds > 1) {
    return domain::ToStatus(
        {{.field = "as_of", .description = "one of a revision, a time and a position"}});
  }
  auto view = std::make_shared<OrderView>();
  bool any = false;
  bool is_hidden = false;
  const absl::Status read = ports_.store.Read(call, order, 0, [&](RecordedOrderEvent&& event) {
    is_hidden = is_hidden || IsHidden(call, event);
    if (is_hidden || !as_of.Holds(event)) return false;
    ApplyRecorded(event, *view);
    any = true;
    return !(as_of.revision.has_value() && event.revision == *as_of.revision);
  });
  if (absl::IsNotFound(read) || is_hidden) return OrderNotFound(order);
  if (!read.ok()) return read;
  if (!any) return RevisionNotFound(order);
  if (as_of.revision.has_value() && view->revision != *as_of.revision) {
    return RevisionNotFound(order);
  }
  return view;
}

absl::StatusOr<ListOrdersAnswer> DefaultOrderQueryHandler::ListOrders(
    const CallContext& call, const ListOrdersRequest& request) {
  const absl::StatusOr<int> rows = RowsOfPage(request.page_size);
  if (!rows.ok()) return rows.status();
  absl::StatusOr<OrderFilter> filter = ParseOrderFilter(request.filter);
  if (!filter.ok()) return filter.status();
  const absl::StatusOr<OrderSort> sort = ParseOrderSort(request.order_by);
  if (!sort.ok()) return sort.status();

  if (!call.customer.empty()) {
    filter->terms.push_back({.field = FilterField::kCustomerId, .value = call.customer});
  }

  // One row more than asked for tells whether there is a next page.
  OrderListQuery query{.filter = *std::move(filter),
                       .sort = *sort,
                       .active_only = request.active_only,
                       .rows_max = *rows + 1};
  const std::string query_text = QueryText(call, request);
  if (!request.page_token.empty()) {
    absl::StatusOr<PageCursor> cursor =
        DecodePageToken(ports_.digest, PageKind::kOrders, query_text, request.page_token);
    if (!cursor.ok()) return cursor.status();
    query.after =
        OrderListCursor{.sort_value = cursor->number, .order_id = {std::move(cursor->text)}};
  }
  OrderViews& orders = request.past == nullptr ? ports_.orders : *request.past->model->orders();
  absl::StatusOr<std::vector<OrderSummary>> found = orders.List(query, call.deadline);
  if (!found.ok()) return found.status();

  ListOrdersAnswer answer{.orders = *std::move(found)};
  if (answer.orders.size() > static_cast<std::size_t>(*rows)) {
    answer.orders.resize(static_cast<std::size_t>(*rows));
    const OrderSummary& last = answer.orders.back();
    answer.next_page_token =
        EncodePageToken(ports_.digest, PageKind::kOrders, query_text,
                        {.number = SortValue(last, sort->field), .text = last.order_id.value});
  }
  return answer;
}

absl::StatusOr<CustomerAnswer> DefaultOrderQueryHandler::GetCustomer(
    const CallContext& call, const GetCustomerRequest& request) {
  const std::string& customer = request.customer_id.value;
  absl::Status invalid = domain::ToStatus(domain::ValidateCustomerId(request.customer_id));
  if (!invalid.ok()) return invalid;
  const absl::StatusOr<int> rows = RowsOfPage(request.page_size);
  if (!rows.ok()) return rows.status();
  if (!call.MaySee(request.customer_id)) return CustomerNotFound(request.customer_id);
  const std::string query_text = absl::StrCat(customer, PointText(request.past));
  std::optional<CustomerOrderCursor> after;
  if (!request.page_token.empty()) {
    absl::StatusOr<PageCursor> cursor =
        DecodePageToken(ports_.digest, PageKind::kCustomerOrders, query_text, request.page_token);
    if (!cursor.ok()) return cursor.status();
    after = CustomerOrderCursor{.create_time = absl::FromUnixMicros(cursor->number),
                                .order_id = {std::move(cursor->text)}};
  }
  // Asked before the look-up: it may come to hold all history in between.
  const absl::Status complete =
      request.past == nullptr ? ports_.customers_gate.IsComplete() : absl::OkStatus();
  CustomerViews& customers =
      request.past == nullptr ? ports_.customers : *request.past->model->customers();
  absl::StatusOr<std::optional<CustomerAnswer>> found =
      customers.Find(request.customer_id, after, *rows + 1, call.deadline);
  if (!found.ok()) return found.status();
  if (!found->has_value()) {
    if (!complete.ok()) return complete;
    return CustomerNotFound(request.customer_id);
  }
  CustomerAnswer answer = **std::move(found);
  if (answer.orders.size() > static_cast<std::size_t>(*rows)) {
    answer.orders.resize(static_cast<std::size_t>(*rows));
    const CustomerOrder& last = answer.orders.back();
    answer.next_page_token = EncodePageToken(
        ports_.digest, PageKind::kCustomerOrders, query_text,
        {.number = absl::ToUnixMicros(last.create_time), .text = last.order_id.value});
  }
  return answer;
}

absl::StatusOr<SalesReportAnswer> DefaultOrderQueryHandler::GetSalesReport(
    const CallContext& call, const SalesReportRequest& request) {
  const absl::StatusOr<int> rows = RowsOfPage(request.page_size);
  if (!rows.ok()) return rows.status();
  absl::StatusOr<SalesQuery> query = ParseSalesQuery(request);
  if (!query.ok()) return query.status();
  query->rows_max = *rows + 1;
  const std::string query_text = QueryText(request);
  if (!request.page_token.empty()) {
    absl::StatusOr<PageCursor> cursor =
        DecodePageToken(ports_.digest, PageKind::kSales, query_text, request.page_token);
    if (!cursor.ok()) return cursor.status();
    query->after = ToSalesCursor(*cursor);
  }
  SalesViews& sales = request.past == nullptr ? ports_.sales : *request.past->model->sales();
  absl::StatusOr<std::vector<SalesRow>> found = sales.Report(*query, call.deadline);
  if (!found.ok()) return found.status();

  SalesReportAnswer answer{.rows = *std::move(found), .has_refunds = !query->IsOfSkus()};
  if (answer.rows.size() > static_cast<std::size_t>(*rows)) {
    answer.rows.resize(static_cast<std::size_t>(*rows));
    answer.next_page_token = EncodePageToken(ports_.digest, PageKind::kSales, query_text,
                                             ToPageCursor(answer.rows.back()));
  }
  return answer;
}

absl::StatusOr<SearchAnswer> DefaultOrderQueryHandler::SearchOrders(const CallContext& call,
                                                                    const SearchRequest& request) {
  const absl::StatusOr<int> rows = RowsOfPage(request.page_size);
  if (!rows.ok()) return rows.status();
  const absl::StatusOr<std::vector<SearchTerm>> terms = ParseSearchQuery(request.query);
  if (!terms.ok()) return terms.status();
  const std::string query_text = absl::StrCat(request.query, OwnerText(call));
  std::optional<std::uint64_t> before;
  if (!request.page_token.empty()) {
    const absl::StatusOr<PageCursor> cursor =
        DecodePageToken(ports_.digest, PageKind::kSearch, query_text, request.page_token);
    if (!cursor.ok()) return cursor.status();
    before = static_cast<std::uint64_t>(cursor->number);
  }
  absl::StatusOr<std::vector<SearchHit>> found =
      ports_.search.Search(*terms, {call.customer}, before, *rows + 1, call.deadline);
  if (absl::IsUnavailable(found.status())) {
    // The gate knows whether it is worth while to ask again.
    if (absl::Status complete = ports_.search_gate.IsComplete(); !complete.ok()) return complete;
  }
  if (!found.ok()) return found.status();

  SearchAnswer answer{.hits = *std::move(found)};
  if (answer.hits.size() > static_cast<std::size_t>(*rows)) {
    answer.hits.resize(static_cast<std::size_t>(*rows));
    answer.next_page_token =
        EncodePageToken(ports_.digest, PageKind::kSearch, query_text,
                        {.number = static_cast<std::int64_t>(answer.hits.back().position)});
  }
  return answer;
}

absl::StatusOr<HistoryAnswer> DefaultOrderQueryHandler::GetOrderHistory(
    const CallContext& call, const domain::OrderId& order, const AsOf& as_of, int page_size,
    const std::string& page_token) {
  if (absl::Status invalid = domain::ToStatus(domain::ValidateOrderId(order)); !invalid.ok()) {
    return invalid;
  }
  const absl::StatusOr<int> rows = RowsOfPage(page_size);
  if (!rows.ok()) return rows.status();
  std::uint64_t from = 0;
  if (!page_token.empty()) {
    const absl::StatusOr<PageCursor> cursor =
        DecodePageToken(ports_.digest, PageKind::kHistory, order.value, page_token);
    if (!cursor.ok()) return cursor.status();
    from = static_cast<std::uint64_t>(cursor->number);
  }
  if (absl::Status seen = CheckOwner(call, order); !seen.ok()) return seen;
  HistoryAnswer answer;
  bool more = false;
  const absl::Status read = ports_.store.Read(call, order, from, [&](RecordedOrderEvent&& event) {
    if (!as_of.Holds(event)) return false;
    more = answer.events.size() == static_cast<std::size_t>(*rows);
    if (!more) answer.events.push_back(std::move(event));
    return !more;
  });
  if (absl::IsNotFound(read)) return OrderNotFound(order);
  if (!read.ok()) return read;
  if (more) {
    const std::uint64_t next = answer.events.back().revision + 1;
    answer.next_page_token = EncodePageToken(ports_.digest, PageKind::kHistory, order.value,
                                             {.number = static_cast<std::int64_t>(next)});
  }
  return answer;
}

absl::Status DefaultOrderQueryHandler::CheckOwner(const CallContext& call,
                                                  const domain::OrderId& order) const {
  if (call.customer.empty()) return absl::OkStatus();
  bool is_hidden = true;  // Until its first event says otherwise.
  const absl::Status read = ports_.store.Read(call, order, 0, [&](RecordedOrderEvent&& event) {
    is_hidden = IsHidden(call, event);
    return false;
  });
  if (absl::IsNotFound(read) || (read.ok() && is_hidden)) return OrderNotFound(order);
  return read;
}

}  // namespace orders::application
