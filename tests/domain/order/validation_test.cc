#include "domain/order/validation.h"

#include <string>

#include "gtest/gtest.h"

#include "tests/support/order_samples.h"

namespace orders::domain {
namespace {

using namespace samples;

std::vector<std::string> FieldsOf(const OrderCommand& command) {
  std::vector<std::string> fields;
  for (const FieldViolation& violation : Validate(command)) {
    fields.push_back(violation.field);
    EXPECT_FALSE(violation.description.empty());
  }
  return fields;
}
using Fields = std::vector<std::string>;

const std::string kNul("a\0b", 3);

TEST(ValidateOrderId, TakesThePatternAndNothingElse) {
  for (const std::string& good : {std::string("o-1"), std::string("A_z-9"), std::string(64, 'a')}) {
    EXPECT_TRUE(ValidateOrderId({good}).empty()) << good;
  }
  for (const std::string& bad :
       {std::string(), std::string(65, 'a'), std::string(129, 'a'), std::string("a/b"),
        std::string(".."), kNul, std::string("a\nb"), std::string("\xF0\x9F\x98\x80"),
        std::string("a b"), std::string("a.b"), std::string("\xFF")}) {
    const std::vector<FieldViolation> violations = ValidateOrderId({bad});
    ASSERT_EQ(violations.size(), 1U) << bad;
    EXPECT_EQ(violations[0].field, "order_id");
  }
}

TEST(ValidateCustomerId, TakesMailAddresses) {
  EXPECT_TRUE(ValidateCustomerId({"ann.lee@example-shop_1"}).empty());
  for (const char* bad : {"", "a b", "a/b", "a:b", "a+b"}) {
    EXPECT_EQ(ValidateCustomerId({bad}).size(), 1U) << bad;
  }
}

TEST(Validate, TakesEveryCommandAsItShouldBe) {
  for (const OrderCommand& command :
       std::vector<OrderCommand>{Create(),
                                 AddItem{Goods("A", 1, 0)},
                                 ChangeItemQuantity{{1}, kQuantityMax},
                                 RemoveItem{{1}},
                                 SetShippingAddress{kHome},
                                 SetBillingAddress{kOffice},
                                 SetNote{"two\r\n\tlines, \xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"},
                                 SetNote{""},
                                 ApplyDiscount{{"TEN"}, Rate{1'000'000}, {}},
                                 ApplyDiscount{{"OFF"}, {}, Own(1)},
                                 RemoveDiscount{{"TEN"}},
                                 SetShippingFee{Own(0)},
                                 SetTax{Rate{0}, {}},
                                 SetTax{Rate{10'000'000}, {}},
                                 SetTax{{}, Own(0)},
                                 ConfirmOrder{},
                                 Authorize("ch_1:2.3-4", 1),
                                 Capture("p", kAmountMax.minor),
                                 Fail("p"),
                                 RefundOf("r", "p", 1),
                                 PlaceHold{HoldKind::kManual, ""},
                                 ReleaseHold{HoldKind::kFraud},
                                 Ship("s", {{{1}, 1}, {{2}, 1}}),
                                 ShipAll("s"),
                                 Deliver("s"),
                                 CancelOrder{""},
                                 CancelUnits({{{1}, 1}}),
                                 AskReturn("t", {{{1}, 1}}),
                                 Receive("t"),
                                 Receive("t", {{{1}, 1}})}) {
    EXPECT_TRUE(FieldsOf(command).empty())
        << CommandName(command) << " " << ToStatus(Validate(command));
  }
}

TEST(Validate, NamesEachFieldAsTheRequestDoes) {
  CreateOrder command = Create();
  command.customer_id = {""};
  command.currency = Currency();
  command.lines[1] = {{"!"}, "a\nb", 0, Own(-1)};
  command.shipping_address->country = "gb";
  command.billing_address->line1 = "";
  command.note = "\x01";
  EXPECT_EQ(FieldsOf(command),
            (Fields{"customer_id", "currency_code", "lines[1].sku", "lines[1].title",
                    "lines[1].quantity", "lines[1].unit_price.minor_units",
                    "shipping_address.country_code", "billing_address.line1", "note"}));
  EXPECT_EQ(FieldsOf(AddItem{{{"!"}, "", 1, Own(1)}}), Fields{"line.sku"});
  EXPECT_EQ(FieldsOf(RemoveItem{{0}}), Fields{"line_id"});
  EXPECT_EQ(FieldsOf(SetShippingFee{Own(-1)}), Fields{"fee.minor_units"});
  EXPECT_EQ(FieldsOf(RefundOf("", "", 0)),
            (Fields{"refund_id", "payment_id", "amount.minor_units"}));
  EXPECT_EQ(FieldsOf(Deliver("")), Fields{"shipment_id"});
  EXPECT_EQ(FieldsOf(Receive("")), Fields{"return_id"});
  EXPECT_EQ(FieldsOf(PlaceHold{static_cast<HoldKind>(9), ""}), Fields{"kind"});
}

TEST(Validate, WantsACountryOfTwoUpperCaseLetters) {
  for (const char* bad : {"", "G", "gb", "Gb", "GBR", "G1"}) {
    Address address = kHome;
    address.country = bad;
    EXPECT_EQ(FieldsOf(SetShippingAddress{address}), Fields{"address.country_code"}) << bad;
    EXPECT_EQ(FieldsOf(SetBillingAddress{address}), Fields{"address.country_code"}) << bad;
  }
}

TEST(Validate, WantsTheNameLineAndCityOfAnAddress) {
  EXPECT_EQ(FieldsOf(SetShippingAddress{Address{.country = "GB"}}),
            (Fields{"address.name", "address.line1", "address.city"}));
}

TEST(Validate, RefusesQuantitiesOutOfRange) {
  for (const std::int64_t bad : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1'000'001},
                                 std::int64_t{1} << 31, kMost, -kMost - 1}) {
    EXPECT_EQ(FieldsOf(AddItem{Goods("A", bad, 1)}), Fields{"line.quantity"}) << bad;
    EXPECT_EQ(FieldsOf(ChangeItemQuantity{{1}, bad}), Fields{"quantity"}) << bad;
    EXPECT_EQ(FieldsOf(CancelUnits({{{1}, 1}, {{2}, bad}})), Fields{"items[1].quantity"}) << bad;
  }
}

TEST(Validate, RefusesAmountsOutOfRange) {
  for (const std::int64_t bad : {std::int64_t{-1}, kAmountMax.minor + 1, kMost, -kMost - 1}) {
    EXPECT_EQ(FieldsOf(AddItem{Goods("A", 1, bad)}), Fields{"line.unit_price.minor_units"}) << bad;
    EXPECT_EQ(FieldsOf(Capture("p", bad)), Fields{"amount.minor_units"}) << bad;
    EXPECT_EQ(FieldsOf(SetTax{{}, Own(bad)}), Fields{"amount.minor_units"}) << bad;
  }
  EXPECT_EQ(FieldsOf(Authorize("p", 0)), Fields{"amount.minor_units"});
  EXPECT_EQ(FieldsOf(ApplyDiscount{{"D"}, {}, Own(0)}), Fields{"amount.minor_units"});
}

TEST(Validate, WantsExactlyOneOfRateAndAmount) {
  EXPECT_EQ(FieldsOf(ApplyDiscount{{"D"}, {}, {}}), Fields{"rate_ppm"});
  EXPECT_EQ(FieldsOf(ApplyDiscount{{"D"}, Rate{1}, Own(1)}), Fields{"rate_ppm"});
  EXPECT_EQ(FieldsOf(SetTax{{}, {}}), Fields{"rate_ppm"});
  EXPECT_EQ(FieldsOf(ApplyDiscount{{"D"}, Rate{0}, {}}), Fields{"rate_ppm"});
  EXPECT_EQ(FieldsOf(ApplyDiscount{{"D"}, Rate{1'000'001}, {}}), Fields{"rate_ppm"});
  EXPECT_EQ(FieldsOf(SetTax{Rate{10'000'001}, {}}), Fields{"rate_ppm"});
  EXPECT_EQ(FieldsOf(SetTax{Rate{-1}, {}}), Fields{"rate_ppm"});
}

TEST(Validate, TakesASkuThatFitsThePatternAndNothingThatATableWouldRun) {
  for (const char* good : {"A", "ab-12/x:y.z_9", "1"}) {
    EXPECT_TRUE(FieldsOf(AddItem{Goods(good, 1, 1)}).empty()) << good;
  }
  for (const char* bad :
       {"", "=1+1", "-1", "@x", "+1", "/etc", "<script>", "' OR 1=1", "A B", "\xC3\xA9"}) {
    EXPECT_EQ(FieldsOf(AddItem{Goods(bad, 1, 1)}), Fields{"line.sku"}) << bad;
  }
}

TEST(Validate, TakesMarkupAndFormulasAsPlainTextInATitle) {
  for (const char* text : {"<script>alert(1)</script>", "=1+1", "' OR 1=1 --", "%s%n"}) {
    NewLine line = Goods("A", 1, 1);
    line.title = text;
    EXPECT_TRUE(FieldsOf(AddItem{line}).empty()) << text;
  }
}

TEST(Validate, RefusesTextsThatAreNotUtf8) {
  for (const char* bad :
       {"\xFF", "\x80", "\xC0\xAF", "\xC1\xBF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xED\xBF\xBF",
        "\xF0\x80\x80\xAF", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\xC3", "\xE2\x82",
        "\xF0\x9F\x98", "a\xC3(", "\xFE"}) {
    EXPECT_EQ(FieldsOf(SetNote{bad}), Fields{"note"});
    EXPECT_EQ(FieldsOf(CancelOrder{bad}), Fields{"reason"});
  }
  EXPECT_TRUE(FieldsOf(SetNote{"\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF\xC2\xA0"}).empty());
}

TEST(Validate, RefusesControlCharacters) {
  for (const std::string& bad : {kNul, std::string("\x1B[31m"), std::string("\x7F"),
                                 std::string("\xC2\x80"), std::string("\xC2\x9F")}) {
    EXPECT_EQ(FieldsOf(SetNote{bad}), Fields{"note"});
    EXPECT_EQ(FieldsOf(CancelOrder{bad}), Fields{"reason"});
  }
  EXPECT_EQ(FieldsOf(CancelOrder{"two\nlines"}), Fields{"reason"});
}

TEST(Validate, RefusesTextsThatAreTooLong) {
  EXPECT_TRUE(FieldsOf(SetNote{std::string(kNoteBytesMax, 'x')}).empty());
  EXPECT_EQ(FieldsOf(SetNote{std::string(kNoteBytesMax + 1, 'x')}), Fields{"note"});
  EXPECT_TRUE(FieldsOf(CancelOrder{std::string(kTextBytesMax, 'x')}).empty());
  EXPECT_EQ(FieldsOf(CancelOrder{std::string(kTextBytesMax + 1, 'x')}), Fields{"reason"});
}

TEST(Validate, WantsTheItemsOfAShipmentOrAllThatRemains) {
  EXPECT_EQ(FieldsOf(Ship("s", {})), Fields{"items"});
  ShipItems both = ShipAll("s");
  both.items = {{{1}, 1}};
  EXPECT_EQ(FieldsOf(both), Fields{"items"});
  EXPECT_EQ(FieldsOf(CancelUnits({})), Fields{"items"});
  EXPECT_EQ(FieldsOf(AskReturn("t", {})), Fields{"items"});
}

TEST(Validate, WantsEachLineOnce) {
  EXPECT_EQ(FieldsOf(Ship("s", {{{1}, 1}, {{2}, 1}, {{1}, 1}})), Fields{"items[2].line_id"});
  EXPECT_EQ(FieldsOf(Receive("t", {{{0}, 1}})), Fields{"items[0].line_id"});
}

TEST(Validate, RefusesMoreItemsThanAnOrderHasLines) {
  std::vector<LineQuantity> items;
  for (int i = 1; i <= 10'001; ++i) items.push_back({{i}, 1});
  EXPECT_EQ(FieldsOf(CancelUnits(items)), Fields{"items"});
  items.resize(kLinesMax);
  EXPECT_TRUE(FieldsOf(CancelUnits(items)).empty());
}

TEST(Validate, RefusesTimesNoApiCanCarry) {
  for (const absl::Time bad :
       {absl::InfiniteFuture(), absl::InfinitePast(), absl::FromUnixSeconds(253'402'300'800),
        absl::UnixEpoch() - absl::Seconds(1)}) {
    RecordDelivery command = Deliver("s");
    command.occurred_at = bad;
    EXPECT_EQ(FieldsOf(command), Fields{"occur_time"});
  }
  RecordDelivery command = Deliver("s");
  command.occurred_at = absl::UnixEpoch();
  EXPECT_TRUE(FieldsOf(command).empty());
}

TEST(Validate, NamesAtMostFiftyViolations) {
  CreateOrder command = Create();
  command.lines.assign(10'001, NewLine{});
  EXPECT_EQ(Validate(command).size(), std::size_t{kViolationsMax});
}

TEST(ToStatus, CarriesTheViolations) {
  EXPECT_TRUE(ToStatus({}).ok());
  EXPECT_TRUE(GetFieldViolations(absl::OkStatus()).empty());
  EXPECT_TRUE(GetFieldViolations(absl::InvalidArgumentError("no")).empty());
  const absl::Status status = ToStatus({{"a", "must be 1:2"}, {"b[0]", ""}});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "a must be 1:2, and 1 more");
  const std::vector<FieldViolation> violations = GetFieldViolations(status);
  ASSERT_EQ(violations.size(), 2U);
  EXPECT_EQ(violations[0].field, "a");
  EXPECT_EQ(violations[0].description, "must be 1:2");
  EXPECT_EQ(violations[1].field, "b[0]");
}

}  // namespace
}  // namespace orders::domain
