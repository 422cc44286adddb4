#include "domain/order/validation.h"

#include <cstddef>
#include <set>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

#include "domain/order/absl_view.h"
#include "domain/order/payload.h"
#include "domain/order/text_rules.h"

namespace orders::domain {
namespace {

constexpr std::string_view kViolationsType = "orders.domain/FieldViolations";
constexpr Rate kDiscountRateMax{1'000'000};
constexpr Rate kTaxRateMax{10'000'000};
// What the API's timestamps can hold, from the epoch on.
const absl::Time kTimeMin = absl::UnixEpoch();
const absl::Time kTimeMax = absl::FromUnixSeconds(253'402'300'799);  // 9999-12-31T23:59:59Z

// Collects violations, up to kViolationsMax: a request of hostile size gets a short answer.
class Checker {
 public:
  void Require(bool holds, const std::string& field, std::string_view description) {
    if (holds || IsFull()) return;
    violations_.push_back({field, std::string(description)});
  }
  bool IsFull() const { return violations_.size() >= std::size_t{kViolationsMax}; }
  std::vector<FieldViolation> Take() { return std::move(violations_); }

  void Id(const IdPattern& pattern, std::string_view id, const std::string& field) {
    if (pattern.Matches(id)) return;
    Require(false, field,
            absl::StrCat("must be 1 to ", IdPattern::kIdBytesMax,
                         " characters: letters, digits and any of ", View(pattern.others())));
  }
  void SkuId(const Sku& sku, const std::string& field) {
    Id(kSkuPattern, sku.value, field);
    if (!kSkuPattern.Matches(sku.value)) return;
    // Else a table program would take "-1" or "/x" for a formula or a path.
    Require(absl::ascii_isalnum(static_cast<unsigned char>(sku.value.front())), field,
            "must begin with a letter or a digit");
  }
  void Text(std::string_view text, const std::string& field) {
    AnyText(text, field, kTextBytesMax, false);
  }
  void RequiredText(std::string_view text, const std::string& field) {
    Require(!text.empty(), field, "must be given");
    Text(text, field);
  }
  void Note(std::string_view note, const std::string& field) {
    AnyText(note, field, kNoteBytesMax, true);
  }
  void AmountOf(const Money& money, std::int64_t minor_min, const std::string& field) {
    Require(money.amount.minor >= minor_min && money.amount <= kAmountMax,
            absl::StrCat(field, ".minor_units"),
            absl::StrCat("must be ", minor_min, " to ", kAmountMax.minor));
  }
  void RateOf(Rate rate, Rate rate_min, Rate rate_max) {
    Require(rate >= rate_min && rate <= rate_max, "rate_ppm",
            absl::StrCat("must be ", rate_min.ppm, " to ", rate_max.ppm));
  }
  void Quantity(std::int64_t quantity, const std::string& field) {
    Require(quantity >= 1 && quantity <= kQuantityMax, field,
            absl::StrCat("must be 1 to ", kQuantityMax));
  }
  void Line(LineId id, const std::string& field) {
    Require(id.value >= 1, field, "must be 1 or more");
  }
  void Time(const BusinessTime& time) {
    Require(!time.has_value() || (*time >= kTimeMin && *time <= kTimeMax), "occur_time",
            "must lie in the years 1970 to 9999");
  }
  void Kind(HoldKind kind) {
    switch (kind) {
      case HoldKind::kFraud:
      case HoldKind::kAddress:
      case HoldKind::kStock:
      case HoldKind::kPayment:
      case HoldKind::kManual:
        return;
    }
    Require(false, "kind", "must be a kind of hold");
  }
  void AddressOf(const Address& address, const std::string& field) {
    RequiredText(address.name, absl::StrCat(field, ".name"));
    RequiredText(address.line1, absl::StrCat(field, ".line1"));
    Text(address.line2, absl::StrCat(field, ".line2"));
    RequiredText(address.city, absl::StrCat(field, ".city"));
    Text(address.region, absl::StrCat(field, ".region"));
    Text(address.postal_code, absl::StrCat(field, ".postal_code"));
    const std::string& country = address.country;
    Require(country.size() == 2 && absl::ascii_isupper(static_cast<unsigned char>(country[0])) &&
                absl::ascii_isupper(static_cast<unsigned char>(country[1])),
            absl::StrCat(field, ".country_code"), "must be two upper-case letters");
  }
  void NewLineOf(const NewLine& line, const std::string& field) {
    SkuId(line.sku, absl::StrCat(field, ".sku"));
    Text(line.title, absl::StrCat(field, ".title"));
    Quantity(line.quantity, absl::StrCat(field, ".quantity"));
    AmountOf(line.unit_price, 0, absl::StrCat(field, ".unit_price"));
  }
  void Items(const std::vector<LineQuantity>& items) {
    Require(items.size() <= std::size_t{kLinesMax}, "items",
            absl::StrCat("must be at most ", kLinesMax));
    std::set<LineId> seen;
    for (std::size_t i = 0; i < items.size() && i < std::size_t{kLinesMax} && !IsFull(); ++i) {
      const std::string field = absl::StrCat("items[", i, "]");
      Line(items[i].line_id, absl::StrCat(field, ".line_id"));
      Quantity(items[i].quantity, absl::StrCat(field, ".quantity"));
      Require(seen.insert(items[i].line_id).second, absl::StrCat(field, ".line_id"),
              "must name each line once");
    }
  }
  void RequiredItems(const std::vector<LineQuantity>& items) {
    Require(!items.empty(), "items", "must be given");
    Items(items);
  }
  void RateOrAmountOf(const std::optional<Rate>& rate, const std::optional<Money>& amount,
                      std::int64_t least, Rate rate_max) {
    Require(rate.has_value() != amount.has_value(), "rate_ppm", "give either rate_ppm or amount");
    if (rate.has_value()) RateOf(*rate, Rate{static_cast<std::int32_t>(least)}, rate_max);
    if (amount.has_value()) AmountOf(*amount, least, "amount");
  }

 private:
  void AnyText(std::string_view text, const std::string& field, int bytes_max, bool lines_allowed) {
    if (text.size() > static_cast<std::size_t>(bytes_max)) {
      Require(false, field, absl::StrCat("must be at most ", bytes_max, " bytes"));
      return;
    }
    const TextFault fault = FindTextFault(text, lines_allowed);
    Require(fault != TextFault::kNotUtf8, field, "must be UTF-8");
    Require(fault != TextFault::kControlCharacter, field, "must hold no control characters");
  }

  std::vector<FieldViolation> violations_;
};

// No catch-all: a command without its own Check does not compile.

void Check(const CreateOrder& command, Checker& checker) {
  checker.Id(kCustomerIdPattern, command.customer_id.value, "customer_id");
  checker.Require(!command.currency.IsNone(), "currency_code", "must be a code of ISO 4217");
  // How many lines there may be is for the decision: equal ones merge.
  for (std::size_t i = 0; i < command.lines.size() && !checker.IsFull(); ++i) {
    checker.NewLineOf(command.lines[i], absl::StrCat("lines[", i, "]"));
  }
  if (command.shipping_address) checker.AddressOf(*command.shipping_address, "shipping_address");
  if (command.billing_address) checker.AddressOf(*command.billing_address, "billing_address");
  checker.Note(command.note, "note");
}
void Check(const AddItem& command, Checker& checker) { checker.NewLineOf(command.line, "line"); }
void Check(const ChangeItemQuantity& command, Checker& checker) {
  checker.Line(command.line_id, "line_id");
  checker.Quantity(command.quantity, "quantity");
}
void Check(const RemoveItem& command, Checker& checker) {
  checker.Line(command.line_id, "line_id");
}
void Check(const SetShippingAddress& command, Checker& checker) {
  checker.AddressOf(command.address, "address");
}
void Check(const SetBillingAddress& command, Checker& checker) {
  checker.AddressOf(command.address, "address");
}
void Check(const SetNote& command, Checker& checker) { checker.Note(command.note, "note"); }
void Check(const ApplyDiscount& command, Checker& checker) {
  checker.Id(kEntryIdPattern, command.code.value, "code");
  checker.RateOrAmountOf(command.rate, command.amount, 1, kDiscountRateMax);
}
void Check(const RemoveDiscount& command, Checker& checker) {
  checker.Id(kEntryIdPattern, command.code.value, "code");
}
void Check(const SetShippingFee& command, Checker& checker) {
  checker.AmountOf(command.fee, 0, "fee");
}
void Check(const SetTax& command, Checker& checker) {
  checker.RateOrAmountOf(command.rate, command.amount, 0, kTaxRateMax);
}
void Check(const ConfirmOrder&, Checker&) {}
void Check(const AuthorizePayment& command, Checker& checker) {
  checker.Id(kEntryIdPattern, command.payment_id.value, "payment_id");
  checker.AmountOf(command.amount, 1, "amount");
  checker.Time(command.occurred_at);
}
void Check(const CapturePayment& command, Checker& checker) {
  checker.Id(kEntryIdPattern, command.payment_id.value, "payment_id");
  checker.AmountOf(command.amount, 1, "amount");
  checker.Time(command.occurred_at);
}
void Check(const RecordPaymentFailure& command, Checker& checker) {
  checker.Id(kEntryIdPattern, command.payment_id.value, "payment_id");
  checker.Text(command.reason, "reason");
  checker.Time(command.occurred_at);
}
void Check(const RefundPayment& command, Checker& checker) {
  checker.Id(kEntryIdPattern, command.refund_id.value, "refund_id");
  checker.Id(kEntryIdPattern, command.payment_id.value, "payment_id");
  checker.AmountOf(command.amount, 1, "amount");
  checker.Text(command.reason, "reason");
  checker.Time(command.occurred_at);
}
void Check(const PlaceHold& command, Checker& checker) {
  checker.Kind(command.kind);
  checker.Text(command.reason, "reason");
}
void Check(const ReleaseHold& command, Checker& checker) { checker.Kind(command.kind); }
void Check(const ShipItems& command, Checker& checker) {
  checker.Id(kEntryIdPattern, command.shipment_id.value, "shipment_id");
  checker.Require(command.all_remaining != !command.items.empty(), "items",
                  "give either items or all_remaining");
  checker.Items(command.items);
  checker.Text(command.carrier, "carrier");
  checker.Text(command.tracking_code, "tracking_code");
  checker.Time(command.occurred_at);
}
void Check(const RecordDelivery& command, Checker& checker) {
  checker.Id(kEntryIdPattern, command.shipment_id.value, "shipment_id");
  checker.Time(command.occurred_at);
}
void Check(const CancelOrder& command, Checker& checker) { checker.Text(command.reason, "reason"); }
void Check(const CancelItems& command, Checker& checker) {
  checker.RequiredItems(command.items);
  checker.Text(command.reason, "reason");
}
void Check(const RequestReturn& command, Checker& checker) {
  checker.Id(kEntryIdPattern, command.return_id.value, "return_id");
  checker.RequiredItems(command.items);
  checker.Text(command.reason, "reason");
}
void Check(const ReceiveReturn& command, Checker& checker) {
  checker.Id(kEntryIdPattern, command.return_id.value, "return_id");
  checker.Items(command.items);
  checker.Time(command.occurred_at);
}

}  // namespace

std::vector<FieldViolation> ValidateOrderId(const OrderId& id) {
  Checker checker;
  checker.Id(kOrderIdPattern, id.value, "order_id");
  return checker.Take();
}

std::vector<FieldViolation> ValidateCustomerId(const CustomerId& id) {
  Checker checker;
  checker.Id(kCustomerIdPattern, id.value, "customer_id");
  return checker.Take();
}

std::vector<FieldViolation> Validate(const OrderCommand& any) {
  Checker checker;
  std::visit([&](const auto& command) { Check(command, checker); }, any);
  return checker.Take();
}

absl::Status ToStatus(const std::vector<FieldViolation>& violations) {
  if (violations.empty()) return absl::OkStatus();
  std::string text = absl::StrCat(violations.front().field, " ", violations.front().description);
  if (violations.size() > 1) absl::StrAppend(&text, ", and ", violations.size() - 1, " more");
  absl::Status status = absl::InvalidArgumentError(text);
  std::vector<std::string_view> texts;
  for (const FieldViolation& violation : violations) {
    texts.push_back(violation.field);
    texts.push_back(violation.description);
  }
  status.SetPayload(View(kViolationsType), absl::Cord(EncodeTexts(texts)));
  return status;
}

std::vector<FieldViolation> GetFieldViolations(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(View(kViolationsType));
  if (!payload.has_value()) return {};
  const std::optional<std::vector<std::string>> texts = DecodeTexts(std::string(*payload));
  if (!texts.has_value() || texts->size() % 2 != 0) return {};
  std::vector<FieldViolation> violations;
  for (std::size_t i = 0; i < texts->size(); i += 2) {
    violations.push_back({(*texts)[i], (*texts)[i + 1]});
  }
  return violations;
}

}  // namespace orders::domain
