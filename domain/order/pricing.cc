#include "domain/order/pricing.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"

namespace orders::domain {
namespace {

using Amounts = std::vector<Amount>;

absl::StatusOr<Amount> Sum(const Amounts& amounts) {
  Amount sum;
  for (const Amount& amount : amounts) {
    const absl::StatusOr<Amount> more = Add(sum, amount);
    if (!more.ok()) return more.status();
    sum = *more;
  }
  return sum;
}

Amounts SpreadBy(Amount total, const Amounts& weights) {
  std::vector<std::int64_t> minors;
  minors.reserve(weights.size());
  for (const Amount& weight : weights) minors.push_back(weight.minor);
  return Spread(total, minors);
}

absl::StatusOr<Amounts> RateOfEach(const Amounts& bases, Rate rate) {
  Amounts parts;
  parts.reserve(bases.size());
  for (const Amount& base : bases) {
    const absl::StatusOr<Amount> part = ApplyRate(base, rate);
    if (!part.ok()) return part.status();
    parts.push_back(*part);
  }
  return parts;
}

absl::StatusOr<Amounts> GoodsOfEach(const Order& order) {
  Amounts goods;
  goods.reserve(order.lines.size());
  for (const OrderLine& line : order.lines) {
    const absl::StatusOr<Amount> amount = Multiply(line.line.unit_price, line.line.quantity);
    if (!amount.ok()) return amount.status();
    if (amount->minor < 0) return absl::OutOfRangeError("a line's goods are negative");
    goods.push_back(*amount);
  }
  return goods;
}

// What `discount` takes from each line. Never more than what is left of it: a rate is capped at the
// whole, an amount at the sum of what is left, and its spread gives no line more than its weight.
absl::StatusOr<Amounts> DiscountOfEach(const Discount& discount, const Amounts& left) {
  constexpr Rate kWhole{1'000'000};
  if (discount.value.rate.has_value()) {
    return RateOfEach(left, std::min(*discount.value.rate, kWhole));
  }
  const absl::StatusOr<Amount> left_sum = Sum(left);
  if (!left_sum.ok()) return left_sum.status();
  return SpreadBy(std::clamp(discount.value.amount, Amount{}, *left_sum), left);
}

absl::StatusOr<Amounts> TaxOfEach(const RateOrAmount& tax, const Amounts& bases) {
  if (tax.rate.has_value()) return RateOfEach(bases, *tax.rate);
  return SpreadBy(std::clamp(tax.amount, Amount{}, kAmountMax), bases);
}

absl::Status AddTo(Amount& sum, Amount amount) {
  const absl::StatusOr<Amount> more = Add(sum, amount);
  if (more.ok()) sum = *more;
  return more.status();
}

absl::Status AddTo(Totals& sum, const Totals& line) {
  absl::Status status = AddTo(sum.goods, line.goods);
  status.Update(AddTo(sum.discount, line.discount));
  status.Update(AddTo(sum.tax, line.tax));
  status.Update(AddTo(sum.shipping, line.shipping));
  status.Update(AddTo(sum.total, line.total));
  return status;
}

}  // namespace

absl::StatusOr<Pricing> Price(const Order& order) {
  if (order.lines.empty()) return Pricing{};
  const absl::StatusOr<Amounts> goods = GoodsOfEach(order);
  if (!goods.ok()) return goods.status();
  const absl::StatusOr<Amount> goods_sum = Sum(*goods);  // First of all: the rest relies on it.
  if (!goods_sum.ok()) return goods_sum.status();

  Amounts left = *goods;
  for (const Discount& discount : order.discounts) {
    const absl::StatusOr<Amounts> parts = DiscountOfEach(discount, left);
    if (!parts.ok()) return parts.status();
    for (std::size_t i = 0; i < left.size(); ++i) left[i].minor -= (*parts)[i].minor;
  }

  const Amounts shipping = SpreadBy(std::clamp(order.shipping_fee, Amount{}, kAmountMax), left);
  Amounts tax_bases = left;
  for (std::size_t i = 0; i < left.size(); ++i) tax_bases[i].minor += shipping[i].minor;
  const absl::StatusOr<Amounts> tax = TaxOfEach(order.tax, tax_bases);
  if (!tax.ok()) return tax.status();

  Pricing pricing;
  pricing.lines.reserve(order.lines.size());
  for (std::size_t i = 0; i < left.size(); ++i) {
    const Totals totals{.goods = (*goods)[i],
                        .discount = {(*goods)[i].minor - left[i].minor},
                        .tax = (*tax)[i],
                        .shipping = shipping[i],
                        .total = {tax_bases[i].minor + (*tax)[i].minor}};
    if (absl::Status status = AddTo(pricing.totals, totals); !status.ok()) return status;
    pricing.lines.push_back({order.lines[i].line.id, totals});
  }
  return pricing;
}

}  // namespace orders::domain
