#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

#include "domain/order/deciders.h"
#include "domain/order/refusals.h"
#include "domain/order/rules.h"
#include "domain/order/validation.h"

namespace orders::domain {
namespace {

absl::Status CheckCurrency(const std::optional<Money>& money, const Order& order) {
  return money.has_value() ? CheckCurrency(*money, order.currency) : absl::OkStatus();
}

// Validate has seen that exactly one of the two is given.
RateOrAmount ValueOf(const std::optional<Rate>& rate, const std::optional<Money>& amount) {
  return {.rate = rate, .amount = amount.has_value() ? amount->amount : Amount{}};
}

const Discount* FindDiscount(const Order& order, const DiscountCode& code) {
  const auto found = std::find_if(order.discounts.begin(), order.discounts.end(),
                                  [&](const Discount& discount) { return discount.code == code; });
  return found == order.discounts.end() ? nullptr : &*found;
}

// The answer to a command that changes nothing, which is done wherever the order stands, or to one
// that would change a price and may not; none: it may.
std::optional<Decision> UnlessChanging(bool is_same, const std::optional<Money>& amount,
                                       const Order& order) {
  if (absl::Status status = CheckExists(order); !status.ok()) return status;
  absl::Status currency = CheckCurrency(amount, order);
  if (is_same && currency.ok()) return OrderEvents{};
  if (absl::Status status = CheckDraft(order); !status.ok()) return status;
  if (!currency.ok()) return currency;
  return std::nullopt;
}

}  // namespace

Decision DecideOne(const ApplyDiscount& command, const Order& order) {
  const Discount discount{.code = command.code, .value = ValueOf(command.rate, command.amount)};
  const Discount* known = FindDiscount(order, command.code);
  const bool is_same = known != nullptr && *known == discount;
  if (std::optional<Decision> answer = UnlessChanging(is_same, command.amount, order)) {
    return *std::move(answer);
  }
  if (known != nullptr) {
    return Refuse(Reason::kDiscountCodeReused,
                  absl::StrCat("discount ", command.code.value,
                               " is applied with another value; remove it first"));
  }
  if (order.discounts.size() >= std::size_t{kDiscountsMax}) {
    return Refuse(Reason::kTooManyDiscounts,
                  absl::StrCat("the order would have more than ", kDiscountsMax, " discounts"));
  }
  return IfPriced(order, DiscountApplied{discount});
}

Decision DecideOne(const RemoveDiscount& command, const Order& order) {
  const bool is_same = FindDiscount(order, command.code) == nullptr;
  if (std::optional<Decision> answer = UnlessChanging(is_same, std::nullopt, order)) {
    return *std::move(answer);
  }
  // What was discounted comes back, with its tax: that may be too much.
  return IfPriced(order, DiscountRemoved{command.code});
}

Decision DecideOne(const SetShippingFee& command, const Order& order) {
  const bool is_same = order.shipping_fee == command.fee.amount;
  if (std::optional<Decision> answer = UnlessChanging(is_same, command.fee, order)) {
    return *std::move(answer);
  }
  return IfPriced(order, ShippingFeeSet{command.fee.amount});
}

Decision DecideOne(const SetTax& command, const Order& order) {
  RateOrAmount tax = ValueOf(command.rate, command.amount);
  if (tax.rate == Rate{0}) tax = {};  // No tax is one thing, however it is put.
  if (std::optional<Decision> answer = UnlessChanging(order.tax == tax, command.amount, order)) {
    return *std::move(answer);
  }
  return IfPriced(order, TaxSet{tax});
}

}  // namespace orders::domain
