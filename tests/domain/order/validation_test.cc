#include "domain/order/validation.h"

#include <limits>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/support/order_samples.h"

namespace orders::domain {
namespace {

using samples::Create;
using samples::Goods;
using samples::kHome;
using samples::kNow;
using samples::Own;
using testing::Contains;
using testing::IsEmpty;

std::vector<std::string> Fields(const std::vector<FieldViolation>& violations) {
  std::vector<std::string> fields;
  for (const FieldViolation& violation : violations) {
    EXPECT_FALSE(violation.description.empty()) << violation.field;
    fields.push_back(violation.field);
  }
  return fields;
}
std::vector<std::string> Violated(const OrderCommand& command) { return Fields(Validate(command)); }

std::vector<std::string> ViolatedByLine(NewLine line) {
  CreateOrder create = Create();
  create.lines = {Goods("FINE", 1, 1), std::move(line)};
  return Violated(create);
}

TEST(Validation, WhatIsInRangeIsTaken) {
  EXPECT_THAT(Violated(Create()), IsEmpty());
  EXPECT_THAT(Violated(AddItem{Goods("TEA.250-g:x/1_b", kQuantityMax, kAmountMax.minor)}),
              IsEmpty());
  EXPECT_THAT(Violated(SetNote{"two lines\nand a\ttab, Grüße"}), IsEmpty());
}

TEST(Validation, AnOrderIdIsLettersDigitsHyphenAndUnderscore) {
  for (const char* id : {"a", "A-1_z", "0"}) {
    EXPECT_THAT(Fields(ValidateOrderId({id})), IsEmpty()) << id;
  }
  EXPECT_THAT(Fields(ValidateOrderId({std::string(64, 'a')})), IsEmpty());
  for (const std::string& id : {std::string(), std::string(65, 'a'), std::string("a/b"),
                                std::string(".."), std::string("a\0b", 3), std::string("a\n"),
                                std::string("a b"), std::string("\xF0\x9F\x98\x80")}) {
    EXPECT_THAT(Fields(ValidateOrderId({id})), Contains("order_id")) << id;
  }
}

TEST(Validation, AQuantityIsAtLeastOneAndAtMostTheBound) {
  for (const std::int64_t quantity : {std::int64_t{0}, std::int64_t{-1}, kQuantityMax + 1,
                                      std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_THAT(ViolatedByLine(Goods("A", quantity, 1)), Contains("lines[1].quantity"));
    EXPECT_THAT(Violated(ChangeItemQuantity{{1}, quantity}), Contains("quantity"));
  }
}

TEST(Validation, AUnitPriceIsNeitherNegativeNorBeyondTheGreatestAmount) {
  for (const std::int64_t price :
       {std::int64_t{-1}, kAmountMax.minor + 1, std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_THAT(ViolatedByLine(Goods("A", 1, price)), Contains("lines[1].unit_price.minor_units"));
  }
}

TEST(Validation, ASkuIsNoFormulaNoMarkupAndNoStatement) {
  for (const char* sku : {"=1+1", "<script>", "' OR 1=1", "-1", "/etc", "", "a b"}) {
    EXPECT_THAT(ViolatedByLine(Goods(sku, 1, 1)), Contains("lines[1].sku")) << sku;
  }
}

TEST(Validation, TextsHoldNoControlCharactersAndAreUtf8) {
  for (const std::string& text :
       {std::string("a\x01"), std::string("a\x7F"), std::string("\xFF"), std::string("\xC0\x80"),
        std::string("\xED\xA0\x80"), std::string("a\0", 2)}) {
    EXPECT_THAT(Violated(SetNote{text}), Contains("note"));
    EXPECT_THAT(Violated(CancelOrder{text}), Contains("reason"));
  }
  EXPECT_THAT(Violated(CancelOrder{"a\nb"}), Contains("reason"));
  EXPECT_THAT(Violated(SetNote{std::string(kNoteBytesMax + 1, 'n')}), Contains("note"));
  EXPECT_THAT(Violated(CancelOrder{std::string(kTextBytesMax + 1, 'r')}), Contains("reason"));
}

TEST(Validation, ACountryIsTwoUpperCaseLetters) {
  for (const char* country : {"", "G", "gb", "GBR", "G1"}) {
    Address address = kHome;
    address.country = country;
    EXPECT_THAT(Violated(SetShippingAddress{address}), Contains("address.country_code")) << country;
  }
}

TEST(Validation, ADiscountOrTaxIsARateOrAnAmount) {
  EXPECT_THAT(Violated(ApplyDiscount{{"D"}, {}, {}}), testing::Not(IsEmpty()));
  EXPECT_THAT(Violated(ApplyDiscount{{"D"}, Rate{1}, Own(1)}), testing::Not(IsEmpty()));
  EXPECT_THAT(Violated(ApplyDiscount{{"D"}, Rate{1'000'001}, {}}), Contains("rate_ppm"));
  EXPECT_THAT(Violated(SetTax{Rate{-1}, {}}), Contains("rate_ppm"));
}

TEST(Validation, APaymentIsMoreThanNothing) {
  for (const std::int64_t minor : {0, -1}) {
    EXPECT_THAT(Violated(CapturePayment{{"p"}, Own(minor), {}, kNow}),
                Contains("amount.minor_units"));
  }
}

TEST(Validation, ALineIsNamedOnceInAShipment) {
  EXPECT_THAT(Violated(ShipItems{.shipment_id = {"s"}, .items = {{{1}, 1}, {{1}, 2}}}),
              testing::Not(IsEmpty()));
  EXPECT_THAT(Violated(ShipItems{.shipment_id = {"s"}}), testing::Not(IsEmpty()));
  EXPECT_THAT(Violated(ShipItems{.shipment_id = {"s"}, .all_remaining = true, .items = {{{1}, 1}}}),
              testing::Not(IsEmpty()));
}

TEST(Validation, AHostileRequestGetsAShortAnswer) {
  CreateOrder create = Create();
  create.lines.assign(10'001, Goods("", 0, -1));
  const std::vector<FieldViolation> violations = Validate(create);
  EXPECT_LE(violations.size(), std::size_t{kViolationsMax});
  EXPECT_FALSE(violations.empty());
}

TEST(Validation, ViolationsTravelInAStatus) {
  const std::vector<FieldViolation> violations = Validate(SetNote{std::string("\x01")});
  const absl::Status status = ToStatus(violations);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  const std::vector<FieldViolation> found = GetFieldViolations(status);
  ASSERT_EQ(found.size(), violations.size());
  EXPECT_EQ(found[0].field, violations[0].field);
  EXPECT_EQ(found[0].description, violations[0].description);
  EXPECT_TRUE(ToStatus({}).ok());
}

}  // namespace
}  // namespace orders::domain
