#include "api/calls/command_mapping.h"

#include <string>
#include <variant>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

#include "domain/order/validation.h"

namespace orders::api {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

template <typename Command, typename Message>
Command Mapped(const std::string& text) {
  const MappedCommand mapped = ToCommand(Parse<Message>(text));
  EXPECT_TRUE(mapped.ok()) << mapped.status();
  if (!mapped.ok()) return {};
  EXPECT_EQ(mapped->order_id.value, "o1");
  return std::get<Command>(mapped->command);
}

template <typename Message>
std::vector<std::string> Violated(const std::string& text) {
  const MappedCommand mapped = ToCommand(Parse<Message>(text));
  std::vector<std::string> fields;
  if (mapped.ok()) return fields;
  EXPECT_TRUE(absl::IsInvalidArgument(mapped.status()));
  for (const auto& violation : domain::GetFieldViolations(mapped.status())) {
    fields.push_back(violation.field);
  }
  return fields;
}

constexpr char kAddress[] =
    "name: 'Ann' line1: 'Main 1' line2: 'b' city: 'Berlin' region: 'BE' postal_code: '10115' "
    "country_code: 'DE'";

TEST(CommandMapping, CreateOrderKeepsEverything) {
  const auto command = Mapped<domain::CreateOrder, v1::CreateOrderRequest>(
      "order_id: 'o1' customer_id: 'c1' currency_code: 'JPY' note: 'hi' "
      "lines { sku: 'A' title: 'Tea' quantity: 2 unit_price { minor_units: 350 } } "
      "lines { sku: 'B' title: 'Cup' quantity: 1 "
      "  unit_price { minor_units: 0 currency_code: 'JPY' } } shipping_address {" +
      std::string(kAddress) + "}");
  EXPECT_EQ(command.customer_id.value, "c1");
  EXPECT_EQ(command.currency.code(), "JPY");
  EXPECT_EQ(command.note, "hi");
  ASSERT_EQ(command.lines.size(), 2U);
  EXPECT_EQ(command.lines[0].sku.value, "A");
  EXPECT_EQ(command.lines[0].title, "Tea");
  EXPECT_EQ(command.lines[0].quantity, 2);
  EXPECT_EQ(command.lines[0].unit_price.amount.minor, 350);
  EXPECT_TRUE(command.lines[0].unit_price.currency.IsNone());
  EXPECT_EQ(command.lines[1].unit_price.currency.code(), "JPY");
  ASSERT_TRUE(command.shipping_address.has_value());
  EXPECT_EQ(command.shipping_address->country, "DE");
  EXPECT_EQ(command.shipping_address->postal_code, "10115");
  EXPECT_FALSE(command.billing_address.has_value());
}

TEST(CommandMapping, OptionsAreKept) {
  const auto message = Parse<v1::ConfirmOrderRequest>(
      "order_id: 'o1' options { request_id: 'r1' etag: '\"12\"' validate_only: true }");
  const MappedCommand mapped = ToCommand(message);
  ASSERT_TRUE(mapped.ok()) << mapped.status();
  EXPECT_EQ(mapped->request_id, "r1");
  EXPECT_EQ(mapped->expected_revision, 12U);
  EXPECT_TRUE(mapped->validate_only);
}

TEST(CommandMapping, LinesOfADraft) {
  EXPECT_EQ((Mapped<domain::AddItem, v1::AddItemRequest>(
                 "order_id: 'o1' line { sku: 'A' title: 'T' quantity: 3 unit_price { "
                 "minor_units: 5 } }")
                 .line.quantity),
            3);
  const auto changed = Mapped<domain::ChangeItemQuantity, v1::ChangeItemQuantityRequest>(
      "order_id: 'o1' line_id: 2 quantity: 9");
  EXPECT_EQ(changed.line_id.value, 2);
  EXPECT_EQ(changed.quantity, 9);
  EXPECT_EQ((Mapped<domain::RemoveItem, v1::RemoveItemRequest>("order_id: 'o1' line_id: 4")
                 .line_id.value),
            4);
}

TEST(CommandMapping, AddressesAndNote) {
  const std::string text = "order_id: 'o1' address {" + std::string(kAddress) + "}";
  EXPECT_EQ((Mapped<domain::SetShippingAddress, v1::SetShippingAddressRequest>(text).address.city),
            "Berlin");
  EXPECT_EQ((Mapped<domain::SetBillingAddress, v1::SetBillingAddressRequest>(text).address.line2),
            "b");
  EXPECT_EQ((Mapped<domain::SetNote, v1::SetNoteRequest>("order_id: 'o1' note: 'n'").note), "n");
}

TEST(CommandMapping, PricesOfADraft) {
  const auto by_rate = Mapped<domain::ApplyDiscount, v1::ApplyDiscountRequest>(
      "order_id: 'o1' code: 'D' rate_ppm: 100000");
  EXPECT_EQ(by_rate.rate->ppm, 100'000);
  EXPECT_FALSE(by_rate.amount.has_value());
  const auto by_amount = Mapped<domain::ApplyDiscount, v1::ApplyDiscountRequest>(
      "order_id: 'o1' code: 'D' amount { minor_units: 7 }");
  EXPECT_EQ(by_amount.amount->amount.minor, 7);
  EXPECT_FALSE(by_amount.rate.has_value());
  EXPECT_EQ((Mapped<domain::RemoveDiscount, v1::RemoveDiscountRequest>("order_id: 'o1' code: 'D'")
                 .code.value),
            "D");
  EXPECT_EQ((Mapped<domain::SetShippingFee, v1::SetShippingFeeRequest>(
                 "order_id: 'o1' fee { minor_units: 490 }")
                 .fee.amount.minor),
            490);
  EXPECT_EQ(
      (Mapped<domain::SetTax, v1::SetTaxRequest>("order_id: 'o1' rate_ppm: 190000").rate->ppm),
      190'000);
  EXPECT_EQ((Mapped<domain::SetTax, v1::SetTaxRequest>("order_id: 'o1' amount { minor_units: 3 }")
                 .amount->amount.minor),
            3);
}

TEST(CommandMapping, PaymentsKeepTheCallersTimeToTheMicrosecond) {
  const auto captured = Mapped<domain::CapturePayment, v1::CapturePaymentRequest>(
      "order_id: 'o1' payment_id: 'p' amount { minor_units: 5 } "
      "occur_time { seconds: 1000 nanos: 1999 }");
  EXPECT_EQ(captured.payment_id.value, "p");
  EXPECT_EQ(captured.amount.amount.minor, 5);
  EXPECT_EQ(captured.occurred_at, absl::FromUnixSeconds(1'000) + absl::Microseconds(1));
  const auto authorized = Mapped<domain::AuthorizePayment, v1::AuthorizePaymentRequest>(
      "order_id: 'o1' payment_id: 'p' amount { minor_units: 5 }");
  EXPECT_FALSE(authorized.occurred_at.has_value());
  EXPECT_EQ((Mapped<domain::RecordPaymentFailure, v1::RecordPaymentFailureRequest>(
                 "order_id: 'o1' payment_id: 'p' reason: 'declined'")
                 .reason),
            "declined");
  const auto refund = Mapped<domain::RefundPayment, v1::RefundPaymentRequest>(
      "order_id: 'o1' refund_id: 'f' payment_id: 'p' amount { minor_units: 5 } reason: 'r'");
  EXPECT_EQ(refund.refund_id.value, "f");
  EXPECT_EQ(refund.payment_id.value, "p");
}

TEST(CommandMapping, EveryKindOfHold) {
  const std::vector<std::pair<std::string, domain::HoldKind>> kinds = {
      {"FRAUD", domain::HoldKind::kFraud},
      {"ADDRESS", domain::HoldKind::kAddress},
      {"STOCK", domain::HoldKind::kStock},
      {"PAYMENT", domain::HoldKind::kPayment},
      {"MANUAL", domain::HoldKind::kManual}};
  for (const auto& [name, kind] : kinds) {
    EXPECT_EQ(
        (Mapped<domain::PlaceHold, v1::PlaceHoldRequest>("order_id: 'o1' reason: 'r' kind: " + name)
             .kind),
        kind);
    EXPECT_EQ(
        (Mapped<domain::ReleaseHold, v1::ReleaseHoldRequest>("order_id: 'o1' kind: " + name).kind),
        kind);
  }
}

TEST(CommandMapping, ShipmentsCancellationsAndReturns) {
  const auto shipped = Mapped<domain::ShipItems, v1::ShipItemsRequest>(
      "order_id: 'o1' shipment_id: 's' items { line_id: 1 quantity: 2 } carrier: 'c' "
      "tracking_code: 't'");
  EXPECT_THAT(shipped.items, ElementsAre(domain::LineQuantity{{1}, 2}));
  EXPECT_EQ(shipped.carrier, "c");
  EXPECT_EQ(shipped.tracking_code, "t");
  EXPECT_TRUE((Mapped<domain::ShipItems, v1::ShipItemsRequest>(
                   "order_id: 'o1' shipment_id: 's' all_remaining: true")
                   .all_remaining));
  EXPECT_EQ(
      (Mapped<domain::RecordDelivery, v1::RecordDeliveryRequest>("order_id: 'o1' shipment_id: 's'")
           .shipment_id.value),
      "s");
  EXPECT_EQ(
      (Mapped<domain::CancelOrder, v1::CancelOrderRequest>("order_id: 'o1' reason: 'r'").reason),
      "r");
  EXPECT_EQ((Mapped<domain::CancelItems, v1::CancelItemsRequest>(
                 "order_id: 'o1' items { line_id: 1 quantity: 2 } reason: 'r'")
                 .items.size()),
            1U);
  EXPECT_EQ((Mapped<domain::RequestReturn, v1::RequestReturnRequest>(
                 "order_id: 'o1' return_id: 'b' items { line_id: 1 quantity: 2 } reason: 'r'")
                 .return_id.value),
            "b");
  EXPECT_THAT(
      (Mapped<domain::ReceiveReturn, v1::ReceiveReturnRequest>("order_id: 'o1' return_id: 'b'")
           .items),
      IsEmpty());
}

TEST(CommandMapping, ACreateMayLeaveTheIdToUsAndNoOtherCommandMay) {
  EXPECT_THAT(Violated<v1::CreateOrderRequest>("customer_id: 'c1' currency_code: 'EUR'"),
              IsEmpty());
  EXPECT_THAT(Violated<v1::ConfirmOrderRequest>(""), ElementsAre("order_id"));
}

TEST(CommandMapping, WhatDoesNotFitIsNamedOnceAndAllTogether) {
  const std::vector<std::string> fields = Violated<v1::CreateOrderRequest>(
      "order_id: 'a/b' currency_code: 'eur' options { etag: 'x' } "
      "lines { sku: 'A' title: 'T' quantity: 0 }");
  EXPECT_THAT(fields, ::testing::UnorderedElementsAre("order_id", "options.etag", "currency_code",
                                                      "customer_id", "lines[0].quantity",
                                                      "lines[0].unit_price"));
}

TEST(CommandMapping, AMissingPartIsNotItsEmptyValue) {
  EXPECT_THAT(Violated<v1::AddItemRequest>("order_id: 'o1'"), ElementsAre("line"));
  EXPECT_THAT(Violated<v1::SetShippingFeeRequest>("order_id: 'o1'"), ElementsAre("fee"));
  EXPECT_THAT(Violated<v1::SetShippingAddressRequest>("order_id: 'o1'"), ElementsAre("address"));
  EXPECT_THAT(Violated<v1::CapturePaymentRequest>("order_id: 'o1' payment_id: 'p'"),
              ElementsAre("amount"));
  EXPECT_THAT(Violated<v1::PlaceHoldRequest>("order_id: 'o1' reason: 'r'"), ElementsAre("kind"));
}

TEST(CommandMapping, ADiscountIsARateOrAnAmount) {
  EXPECT_FALSE(Violated<v1::ApplyDiscountRequest>("order_id: 'o1' code: 'D'").empty());
}

TEST(CommandMapping, AnEnumValueOfANewerClientIsRefused) {
  v1::PlaceHoldRequest message = Parse<v1::PlaceHoldRequest>("order_id: 'o1' reason: 'r'");
  message.set_kind(static_cast<v1::HoldKind>(99));
  EXPECT_TRUE(absl::IsInvalidArgument(ToCommand(message).status()));
}

TEST(CommandMapping, TimesOutOfRangeAreRefused) {
  for (const char* time : {"seconds: 253402300800", "seconds: -62135596801", "nanos: -1",
                           "nanos: 1000000000", "seconds: 9223372036854775807"}) {
    EXPECT_THAT(Violated<v1::RecordDeliveryRequest>("order_id: 'o1' shipment_id: 's' occur_time {" +
                                                    std::string(time) + "}"),
                ElementsAre("occur_time"))
        << time;
  }
}

TEST(CommandMapping, RequestIdsAreShortAndPrintable) {
  const auto violated = [](const std::string& id) {
    v1::ConfirmOrderRequest message;
    message.set_order_id("o1");
    message.mutable_options()->set_request_id(id);
    return !ToCommand(message).ok();
  };
  EXPECT_FALSE(violated(""));
  EXPECT_FALSE(violated(std::string(128, 'x')));
  EXPECT_TRUE(violated(std::string(129, 'x')));
  EXPECT_TRUE(violated(std::string(1'025, 'x')));
  EXPECT_TRUE(violated("a\nb"));
  EXPECT_TRUE(violated("\xc3\xa4"));
}

TEST(CommandMapping, OfFarTooManyLinesNoMoreAreReadThanItTakesToRefuseThem) {
  v1::CreateOrderRequest message;
  message.set_customer_id("c1");
  message.set_currency_code("EUR");
  for (int i = 0; i < 10'001; ++i) {
    v1::NewLine& line = *message.add_lines();
    line.set_sku("A");
    line.set_title("T");
    line.set_quantity(1);
    line.mutable_unit_price()->set_minor_units(1);
  }
  const MappedCommand mapped = ToCommand(message);
  ASSERT_TRUE(mapped.ok()) << mapped.status();
  EXPECT_EQ(std::get<domain::CreateOrder>(mapped->command).lines.size(),
            static_cast<std::size_t>(domain::kLinesMax) + 1);
}

}  // namespace
}  // namespace orders::api
