#include <algorithm>

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

}  // namespace

Decision DecideOne(const ApplyDiscount& command, const Order& order) {
  absl::Status status = CheckDraft(order);
  if (status.ok()) status = CheckCurrency(command.amount, order);
  if (!status.ok()) return status;

  const Discount discount{.code = command.code, .value = ValueOf(command.rate, command.amount)};
  if (const Discount* known = FindDiscount(order, command.code)) {
    if (*known == discount) return OrderEvents{};
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
  if (absl::Status status = CheckDraft(order); !status.ok()) return status;
  if (FindDiscount(order, command.code) == nullptr) return OrderEvents{};
  // What was discounted comes back, with its tax: that may be too much.
  return IfPriced(order, DiscountRemoved{command.code});
}

Decision DecideOne(const SetShippingFee& command, const Order& order) {
  absl::Status status = CheckDraft(order);
  if (status.ok()) status = CheckCurrency(command.fee, order.currency);
  if (!status.ok()) return status;
  if (order.shipping_fee == command.fee.amount) return OrderEvents{};
  return IfPriced(order, ShippingFeeSet{command.fee.amount});
}

Decision DecideOne(const SetTax& command, const Order& order) {
  absl::Status status = CheckDraft(order);
  if (status.ok()) status = CheckCurrency(command.amount, order);
  if (!status.ok()) return status;

  RateOrAmount tax = ValueOf(command.rate, command.amount);
  if (tax.rate == Rate{0}) tax = {};  // No tax is one thing, however it is put.
  if (order.tax == tax) return OrderEvents{};
  return IfPriced(order, TaxSet{tax});
}

}  // namespace orders::domain
