#include "domain/order/money_rules.h"

#include <cstdint>
#include <string_view>

#include "absl/strings/str_cat.h"

#include "domain/order/absl_view.h"

namespace orders::domain {
namespace {

using Broken = std::optional<std::string>;

Broken NotEqual(std::string_view what, std::int64_t has, std::string_view rule,
                std::int64_t expected) {
  if (has == expected) return std::nullopt;
  return absl::StrCat(View(what), " is ", has, ", but ", View(rule), " is ", expected);
}

Broken NotWithin(std::string_view what, std::int64_t has, std::string_view bound,
                 std::int64_t most) {
  if (has >= 0 && has <= most) return std::nullopt;
  return absl::StrCat(View(what), " is ", has, ", which is not from 0 to ", View(bound), ", ",
                      most);
}

Broken FindBroken(const Totals& totals) {
  return NotEqual(
      "the total", totals.total.minor, "goods - discount + tax + shipping",
      totals.goods.minor - totals.discount.minor + totals.tax.minor + totals.shipping.minor);
}

Broken FindBroken(const OrderLine& line) {
  if (Broken broken = FindBroken(line.totals)) return broken;
  if (Broken broken = NotWithin("shipped", line.shipped, "ordered - cancelled",
                                line.line.quantity - line.cancelled)) {
    return broken;
  }
  if (Broken broken = NotWithin("delivered", line.delivered, "shipped", line.shipped)) {
    return broken;
  }
  if (Broken broken =
          NotWithin("returned", line.returned + line.return_open, "delivered", line.delivered)) {
    return broken;
  }
  return NotWithin("the value cancelled and returned", line.removed.minor, "the total",
                   line.totals.total.minor);
}

Broken FindBroken(const Payment& payment) {
  if (Broken broken =
          NotWithin("captured", payment.captured.minor, "authorized", payment.authorized.minor)) {
    return broken;
  }
  return NotWithin("refunded", payment.refunded.minor, "captured", payment.captured.minor);
}

}  // namespace

Broken FindBrokenRule(const Order& order) {
  std::int64_t total_of_lines = 0;
  std::int64_t removed = 0;
  for (const OrderLine& line : order.lines) {
    if (Broken broken = FindBroken(line)) {
      return absl::StrCat("line ", line.line.id.value, ": ", *broken);
    }
    total_of_lines += line.totals.total.minor;
    removed += line.removed.minor;
  }
  if (Broken broken = FindBroken(order.totals)) return broken;
  // A draft has no totals yet, and one that is cancelled never had any.
  if (Broken broken =
          NotEqual("the total", order.totals.total.minor, "the sum of the lines", total_of_lines)) {
    return broken;
  }
  if (Broken broken = NotEqual("the value cancelled and returned", order.removed.minor,
                               "the sum of the lines", removed)) {
    return broken;
  }

  std::int64_t captured = 0;
  std::int64_t refunded = 0;
  for (const Payment& payment : order.payments) {
    if (Broken broken = FindBroken(payment)) {
      return absl::StrCat("payment ", payment.id.value, ": ", *broken);
    }
    captured += payment.captured.minor;
    refunded += payment.refunded.minor;
  }
  if (Broken broken =
          NotEqual("captured", order.captured.minor, "the sum of the payments", captured)) {
    return broken;
  }
  if (Broken broken =
          NotEqual("refunded", order.refunded.minor, "the sum of the payments", refunded)) {
    return broken;
  }
  if (Broken broken =
          NotWithin("captured", order.captured.minor, "the total", order.totals.total.minor)) {
    return broken;
  }
  const Ledger ledger = LedgerOf(order);
  return NotEqual("due + refund due", ledger.due.minor + ledger.refund_due.minor,
                  "captured - refunded + open",
                  order.captured.minor - order.refunded.minor + ledger.open.minor);
}

}  // namespace orders::domain
