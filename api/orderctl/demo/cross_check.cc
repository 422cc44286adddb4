#include "api/orderctl/demo/cross_check.h"

#include <map>

#include "absl/strings/str_cat.h"

#include "api/orderctl/filter_text.h"

namespace orders::api {
namespace {

constexpr int kPageSize = 500;

using OrdersById = std::map<std::string, const OrderOutcome*>;

std::string Text(const CurrencySums& sums) {
  return absl::StrCat(sums.orders, " orders, ", sums.confirmed, " confirmed, ", sums.completed,
                      " completed, ", sums.cancelled, " cancelled, ordered ", sums.ordered,
                      ", removed ", sums.removed, ", captured ", sums.captured, ", refunded ",
                      sums.refunded);
}

CurrencySums SumsOf(const v1::CustomerTotals& totals) {
  return CurrencySums{.orders = totals.orders(),
                      .confirmed = totals.confirmed(),
                      .completed = totals.completed(),
                      .cancelled = totals.cancelled(),
                      .ordered = totals.ordered().minor_units(),
                      .removed = totals.removed().minor_units(),
                      .captured = totals.captured().minor_units(),
                      .refunded = totals.refunded().minor_units()};
}

class Comparison {
 public:
  Comparison(Session& session, const std::string& position_token)
      : session_(session), position_token_(position_token) {}

  bool Goes() const { return result_.status.ok() && result_.differences.size() < kDifferencesMax; }
  CrossCheck Take() { return std::move(result_); }

  void CompareTotals(const std::string& customer,
                     const std::map<std::string, CurrencySums>& expected) {
    v1::GetCustomerRequest request;
    request.set_customer_id(customer);
    request.set_page_size(1);
    request.mutable_options()->set_min_position(position_token_);
    grpc::ClientContext context;
    session_.Prepare(context);
    v1::GetCustomerResponse answer;
    result_.status = session_.queries().GetCustomer(&context, request, &answer);
    if (!result_.status.ok()) return;

    std::map<std::string, CurrencySums> found;
    for (const v1::CustomerTotals& totals : answer.totals()) {
      found[totals.currency_code()] = SumsOf(totals);
    }
    if (found.size() != expected.size()) {
      Differ(customer, absl::StrCat(found.size(), " currencies, not ", expected.size()));
    }
    for (const auto& [currency, sums] : expected) {
      if (found[currency] == sums) continue;
      Differ(absl::StrCat(customer, " ", currency),
             absl::StrCat(Text(found[currency]), "; the demo has ", Text(sums)));
    }
  }

  void CompareOrders(const std::string& customer, OrdersById expected) {
    v1::ListOrdersRequest request;
    request.set_page_size(kPageSize);
    request.set_filter(FilterText({.customer_id = customer,
                                   .status = "",
                                   .payment = "",
                                   .fulfilment = "",
                                   .held = false,
                                   .sku = "",
                                   .filter = ""}));
    request.mutable_options()->set_min_position(position_token_);
    do {
      grpc::ClientContext context;
      session_.Prepare(context);
      v1::ListOrdersResponse answer;
      result_.status = session_.queries().ListOrders(&context, request, &answer);
      if (!result_.status.ok()) return;
      for (const v1::OrderSummary& order : answer.orders()) CompareOrder(order, expected);
      request.set_page_token(answer.next_page_token());
    } while (Goes() && !request.page_token().empty());
    for (const auto& [id, outcome] : expected) Differ(id, "not in the customer's list");
  }

 private:
  /// Takes the order out of `expected`: what is left there was not listed.
  void CompareOrder(const v1::OrderSummary& order, OrdersById& expected) {
    const auto found = expected.find(order.order_id());
    if (found == expected.end()) return Differ(order.order_id(), "listed, or listed twice");
    const OrderOutcome& outcome = *found->second;
    if (order.etag() != outcome.etag || order.status() != outcome.status ||
        order.payment_status() != outcome.payment) {
      Differ(order.order_id(),
             absl::StrCat("etag ", order.etag(), " ", v1::OrderStatus_Name(order.status()), " ",
                          v1::PaymentStatus_Name(order.payment_status()), "; the demo has ",
                          outcome.etag, " ", v1::OrderStatus_Name(outcome.status), " ",
                          v1::PaymentStatus_Name(outcome.payment)));
    }
    expected.erase(found);
  }

  void Differ(const std::string& where, const std::string& what) {
    if (result_.differences.size() < kDifferencesMax) {
      result_.differences.push_back(absl::StrCat(where, ": the service has ", what));
    }
  }

  Session& session_;
  const std::string position_token_;
  CrossCheck result_;
};

}  // namespace

CrossCheck CompareWithReadModels(Session& session, const std::string& position_token,
                                 const DaySums& sums, const std::vector<OrderOutcome>& outcomes) {
  std::map<std::string, OrdersById> orders;
  for (const OrderOutcome& outcome : outcomes) {
    orders[outcome.customer_id][outcome.order_id] = &outcome;
  }
  Comparison comparison(session, position_token);
  for (const auto& [customer, expected] : sums.by_customer) {
    if (comparison.Goes()) comparison.CompareTotals(customer, expected);
    if (comparison.Goes()) comparison.CompareOrders(customer, orders[customer]);
  }
  return comparison.Take();
}

}  // namespace orders::api
