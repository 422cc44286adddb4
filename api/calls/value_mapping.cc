#include "api/calls/value_mapping.h"

#include <algorithm>
#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "domain/order/absl_view.h"

namespace orders::api {
namespace {

// What google.protobuf.Timestamp can say: 0001-01-01 to the last second of 9999.
constexpr std::int64_t kSecondsMin = -62'135'596'800;
constexpr std::int64_t kSecondsMax = 253'402'300'799;
constexpr std::int32_t kNanosMax = 999'999'999;

}  // namespace

domain::Money ToMoney(const v1::Money& message, const std::string& field, Violations& violations) {
  domain::Money money{.amount = {message.minor_units()}, .currency = {}};
  if (message.currency_code().empty()) return money;
  const std::optional<domain::Currency> currency = domain::Currency::Parse(message.currency_code());
  if (currency.has_value()) {
    money.currency = *currency;
  } else {
    violations.push_back({field + ".currency_code",
                          "must be an ISO 4217 code in upper case, as EUR, or empty for the "
                          "order's own currency"});
  }
  return money;
}

domain::Money ToRequiredMoney(bool present, const v1::Money& message, const std::string& field,
                              Violations& violations) {
  if (!present) {
    violations.push_back({field, "is missing: give it, even when it is zero"});
    return {};
  }
  return ToMoney(message, field, violations);
}

domain::Address ToAddress(const v1::Address& message) {
  return {.name = message.name(),
          .line1 = message.line1(),
          .line2 = message.line2(),
          .city = message.city(),
          .region = message.region(),
          .postal_code = message.postal_code(),
          .country = message.country_code()};
}

domain::NewLine ToNewLine(const v1::NewLine& message, const std::string& field,
                          Violations& violations) {
  return {.sku = {message.sku()},
          .title = message.title(),
          .quantity = message.quantity(),
          .unit_price = ToRequiredMoney(message.has_unit_price(), message.unit_price(),
                                        field + ".unit_price", violations)};
}

domain::LineQuantity ToLineQuantity(const v1::LineQuantity& message) {
  return {.line_id = {message.line_id()}, .quantity = message.quantity()};
}

domain::HoldKind ToHoldKind(v1::HoldKind message, const std::string& field,
                            Violations& violations) {
  switch (message) {
    case v1::FRAUD:
      return domain::HoldKind::kFraud;
    case v1::ADDRESS:
      return domain::HoldKind::kAddress;
    case v1::STOCK:
      return domain::HoldKind::kStock;
    case v1::PAYMENT:
      return domain::HoldKind::kPayment;
    case v1::MANUAL:
      return domain::HoldKind::kManual;
    default:  // A closed enum has other values on the wire.
      violations.push_back({field, "must be one of FRAUD, ADDRESS, STOCK, PAYMENT, MANUAL"});
      return domain::HoldKind::kManual;
  }
}

absl::Time ToTime(const google::protobuf::Timestamp& message, const std::string& field,
                  Violations& violations) {
  if (message.seconds() < kSecondsMin || message.seconds() > kSecondsMax || message.nanos() < 0 ||
      message.nanos() > kNanosMax) {
    violations.push_back({field,
                          "must lie between the years 1 and 9999, with nanos from 0 to "
                          "999999999"});
    return absl::UnixEpoch();
  }
  return absl::FromUnixSeconds(message.seconds()) + absl::Microseconds(message.nanos() / 1'000);
}

void SetMoney(domain::Amount amount, const domain::Currency& currency, v1::Money& message) {
  message.set_currency_code(std::string(currency.code()));
  message.set_minor_units(amount.minor);
}

void SetAddress(const domain::Address& address, v1::Address& message) {
  message.set_name(address.name);
  message.set_line1(address.line1);
  message.set_line2(address.line2);
  message.set_city(address.city);
  message.set_region(address.region);
  message.set_postal_code(address.postal_code);
  message.set_country_code(address.country);
}

void SetTime(absl::Time time, google::protobuf::Timestamp& message) {
  const std::int64_t seconds = std::clamp(absl::ToUnixSeconds(time), kSecondsMin, kSecondsMax);
  const std::int64_t nanos =
      absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(absl::ToUnixSeconds(time)));
  message.set_seconds(seconds);
  message.set_nanos(
      static_cast<std::int32_t>(std::clamp<std::int64_t>(nanos, 0, std::int64_t{kNanosMax})));
}

void SetTotals(const domain::Totals& totals, const domain::Currency& currency,
               v1::Totals& message) {
  SetMoney(totals.goods, currency, *message.mutable_goods());
  SetMoney(totals.discount, currency, *message.mutable_discount());
  SetMoney(totals.tax, currency, *message.mutable_tax());
  SetMoney(totals.shipping, currency, *message.mutable_shipping());
  SetMoney(totals.total, currency, *message.mutable_total());
}

v1::OrderStatus ToMessage(domain::OrderStatus status) {
  switch (status) {
    case domain::OrderStatus::kNone:
      return v1::ORDER_STATUS_UNSPECIFIED;
    case domain::OrderStatus::kDraft:
      return v1::DRAFT;
    case domain::OrderStatus::kConfirmed:
      return v1::CONFIRMED;
    case domain::OrderStatus::kInFulfilment:
      return v1::IN_FULFILMENT;
    case domain::OrderStatus::kCompleted:
      return v1::COMPLETED;
    case domain::OrderStatus::kCancelled:
      return v1::CANCELLED;
  }
  return v1::ORDER_STATUS_UNSPECIFIED;
}

v1::PaymentStatus ToMessage(domain::PaymentStatus status) {
  switch (status) {
    case domain::PaymentStatus::kUnpaid:
      return v1::UNPAID;
    case domain::PaymentStatus::kAuthorized:
      return v1::AUTHORIZED;
    case domain::PaymentStatus::kPartiallyPaid:
      return v1::PARTIALLY_PAID;
    case domain::PaymentStatus::kPaid:
      return v1::PAID;
    case domain::PaymentStatus::kPartiallyRefunded:
      return v1::PARTIALLY_REFUNDED;
    case domain::PaymentStatus::kRefunded:
      return v1::REFUNDED;
    case domain::PaymentStatus::kFailed:
      return v1::FAILED;
  }
  return v1::PAYMENT_STATUS_UNSPECIFIED;
}

v1::FulfilmentStatus ToMessage(domain::FulfilmentStatus status) {
  switch (status) {
    case domain::FulfilmentStatus::kNone:
      return v1::NONE;
    case domain::FulfilmentStatus::kPartiallyShipped:
      return v1::PARTIALLY_SHIPPED;
    case domain::FulfilmentStatus::kShipped:
      return v1::SHIPPED;
    case domain::FulfilmentStatus::kPartiallyDelivered:
      return v1::PARTIALLY_DELIVERED;
    case domain::FulfilmentStatus::kDelivered:
      return v1::DELIVERED;
  }
  return v1::FULFILMENT_STATUS_UNSPECIFIED;
}

v1::HoldKind ToMessage(domain::HoldKind kind) {
  switch (kind) {
    case domain::HoldKind::kFraud:
      return v1::FRAUD;
    case domain::HoldKind::kAddress:
      return v1::ADDRESS;
    case domain::HoldKind::kStock:
      return v1::STOCK;
    case domain::HoldKind::kPayment:
      return v1::PAYMENT;
    case domain::HoldKind::kManual:
      return v1::MANUAL;
  }
  return v1::HOLD_KIND_UNSPECIFIED;
}

std::string EtagOf(std::uint64_t revision) { return absl::StrCat("\"", revision, "\""); }

std::optional<std::uint64_t> ParseEtag(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') {
    etag = etag.substr(1, etag.size() - 2);
  }
  // SimpleAtoi would take spaces and a sign.
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::uint64_t revision = 0;
  if (etag.empty() || !std::all_of(etag.begin(), etag.end(), is_digit) ||
      !absl::SimpleAtoi(domain::View(etag), &revision) ||
      revision > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return std::nullopt;
  }
  return revision;
}

}  // namespace orders::api
