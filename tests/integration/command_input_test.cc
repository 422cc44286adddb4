// Each field of each command, wrong: the field is named, nothing is stored.
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/service_test.h"

namespace orders::testing_support {
namespace {

using ::testing::HasSubstr;
using Code = grpc::StatusCode;

constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();

class CommandInput : public ServiceTest {
 protected:
  /// A create of a new order, changed by `change`, is refused for `field`.
  void CreateIsInvalid(const std::function<void(v1::CreateOrderRequest&)>& change,
                       const std::string& field) {
    v1::CreateOrderRequest request = CreateRequest(NewOrderId());
    change(request);
    ExpectInvalid(client().Send(request).status, field);
  }
};

TEST_F(CommandInput, AnOrderIdOutsideItsPatternIsRefused) {
  const std::vector<std::string> ids = {std::string(65, 'a'),
                                        std::string(129, 'a'),
                                        "a/b",
                                        "..",
                                        "a.b",
                                        std::string("a\0b", 3),
                                        "a\nb",
                                        "a b",
                                        " a",
                                        "\xf0\x9f\x98\x80",
                                        "\xc3\xa4",
                                        "a%2fb",
                                        "$all"};
  for (const std::string& id : ids) {
    SCOPED_TRACE(id);
    ExpectInvalid(client().Send(CreateRequest(id)).status, "order_id");
    ExpectInvalid(client().Send(AddRequest(id, "sku")).status, "order_id");
    ExpectInvalid(client().Send(ConfirmRequest(id)).status, "order_id");
    ExpectInvalid(client().GetOrder(id).status, "order_id");
    ExpectInvalid(client().ReadHistory(id).status, "order_id");
  }
  ExpectNothingStored();
}

TEST_F(CommandInput, AnEmptyOrderIdIsRefusedExceptToCreate) {
  ExpectInvalid(client().Send(AddRequest("", "sku")).status, "order_id");
  ExpectInvalid(client().Send(ConfirmRequest("")).status, "order_id");
  ExpectInvalid(client().GetOrder("").status, "order_id");
  ExpectInvalid(client().ReadHistory("").status, "order_id");
  ExpectNothingStored();
  const CommandAnswer created = client().Send(CreateRequest(""));
  ASSERT_TRUE(created.ok()) << Describe(created.status);
  EXPECT_FALSE(created.response.order().order_id().empty());
}

TEST_F(CommandInput, AQuantityOutOfRangeIsRefused) {
  const v1::Order order = MakeOrder();
  for (const std::int64_t quantity :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1'000'001}, std::int64_t{1} << 31,
        std::int64_t{1} << 32, kInt64Max, std::numeric_limits<std::int64_t>::min()}) {
    SCOPED_TRACE(quantity);
    CreateIsInvalid([&](auto& request) { request.mutable_lines(1)->set_quantity(quantity); },
                    "lines[1].quantity");
    v1::AddItemRequest add = AddRequest(order.order_id(), "sku-c");
    add.mutable_line()->set_quantity(quantity);
    ExpectInvalid(client().Send(add).status, "line.quantity");
    v1::ChangeItemQuantityRequest change;
    change.set_order_id(order.order_id());
    change.set_line_id(1);
    change.set_quantity(quantity);
    ExpectInvalid(client().Send(change).status, "quantity");
  }
  ExpectNothingStored();
}

TEST_F(CommandInput, APriceOutOfRangeIsRefused) {
  const v1::Order order = MakeOrder();
  for (const std::int64_t price : {std::int64_t{-1}, std::int64_t{1'000'000'000'001}, kInt64Max,
                                   std::numeric_limits<std::int64_t>::min()}) {
    SCOPED_TRACE(price);
    CreateIsInvalid(
        [&](auto& request) {
          request.mutable_lines(0)->mutable_unit_price()->set_minor_units(price);
        },
        "lines[0].unit_price.minor_units");
    v1::AddItemRequest add = AddRequest(order.order_id(), "sku-c");
    add.mutable_line()->mutable_unit_price()->set_minor_units(price);
    ExpectInvalid(client().Send(add).status, "line.unit_price.minor_units");
    v1::SetShippingFeeRequest fee;
    fee.set_order_id(order.order_id());
    *fee.mutable_fee() = Euro(price);
    ExpectInvalid(client().Send(fee).status, "fee.minor_units");
  }
  ExpectNothingStored();
}

TEST_F(CommandInput, APriceTimesAQuantityThatOverflowsIsRefusedNotWrapped) {
  const v1::Order order = MakeOrder();
  v1::AddItemRequest add = AddRequest(order.order_id(), "sku-dear");
  add.mutable_line()->set_quantity(1'000'000);
  add.mutable_line()->mutable_unit_price()->set_minor_units(1'000'000'000'000);
  ExpectError(client().Send(add).status, Code::FAILED_PRECONDITION, "AMOUNT_TOO_LARGE");
  v1::CreateOrderRequest create = CreateRequest(NewOrderId());
  *create.mutable_lines(0) = add.line();
  ExpectError(client().Send(create).status, Code::FAILED_PRECONDITION, "AMOUNT_TOO_LARGE");
  ExpectNothingStored();
}

TEST_F(CommandInput, LinesThatSumOverTheCapAreRefused) {
  v1::CreateOrderRequest create = CreateRequest(NewOrderId());
  create.clear_lines();
  *create.add_lines() = Line("sku-1", 1, 999'999'999'999);
  *create.add_lines() = Line("sku-2", 1, 2);
  ExpectError(client().Send(create).status, Code::FAILED_PRECONDITION, "AMOUNT_TOO_LARGE");
  ExpectNothingStored();
}

TEST_F(CommandInput, ALineThatMergesOverItsQuantityIsRefused) {
  const v1::Order order = MakeOrder();
  v1::AddItemRequest add = AddRequest(order.order_id(), "sku-a");
  *add.mutable_line() = Line("sku-a", 1'000'000, 1250);
  ExpectError(client().Send(add).status, Code::FAILED_PRECONDITION, "QUANTITY_TOO_LARGE");
  ExpectNothingStored();
}

TEST_F(CommandInput, APriceThatIsLeftOutIsNotAPriceOfZero) {
  CreateIsInvalid([](auto& request) { request.mutable_lines(0)->clear_unit_price(); },
                  "lines[0].unit_price");
  ExpectNothingStored();
}

TEST_F(CommandInput, ACurrencyThatIsNoneIsRefused) {
  for (const std::string currency : {"eur", "XXX1", "", "EU", "ZZZ", "E\nR", "\xe2\x82\xac"}) {
    SCOPED_TRACE(currency);
    CreateIsInvalid([&](auto& request) { request.set_currency_code(currency); }, "currency_code");
  }
  for (const std::string currency : {"eur", "XXX1", "ZZZ"}) {
    SCOPED_TRACE(currency);
    CreateIsInvalid(
        [&](auto& request) {
          request.mutable_lines(0)->mutable_unit_price()->set_currency_code(currency);
        },
        "lines[0].unit_price.currency_code");
  }
  ExpectNothingStored();
}

TEST_F(CommandInput, ACurrencyThatIsNotTheOrdersIsRefusedByTheDomain) {
  const v1::Order order = MakeConfirmedOrder();
  v1::CapturePaymentRequest capture = CaptureRequest(order.order_id(), "payment", 100);
  capture.mutable_amount()->set_currency_code("USD");
  ExpectError(client().Send(capture).status, Code::FAILED_PRECONDITION, "CURRENCY_MISMATCH");
  v1::CreateOrderRequest create = CreateRequest(NewOrderId());
  create.mutable_lines(0)->mutable_unit_price()->set_currency_code("USD");
  ExpectError(client().Send(create).status, Code::FAILED_PRECONDITION, "CURRENCY_MISMATCH");
  ExpectNothingStored();
}

TEST_F(CommandInput, ASkuThatAnotherProgramWouldRunIsRefused) {
  for (const std::string sku :
       {"=1+1", "+1", "-1", "@x", "<script>", "' OR 1=1", "a b", "", "a\tb", "../x", "a;b"}) {
    SCOPED_TRACE(sku);
    CreateIsInvalid([&](auto& request) { request.mutable_lines(0)->set_sku(sku); }, "lines[0].sku");
  }
  CreateIsInvalid([&](auto& request) { request.mutable_lines(0)->set_sku(std::string(65, 's')); },
                  "lines[0].sku");
  ExpectNothingStored();
}

TEST_F(CommandInput, TextThatLooksLikeCodeIsStoredAsText) {
  const std::string text = "'; DROP TABLE orders; -- <img src=x onerror=alert(1)> =1+1 ${x} %s";
  v1::CreateOrderRequest create = CreateRequest(NewOrderId());
  create.mutable_lines(0)->set_title(text);
  create.set_note(text);
  const CommandAnswer created = client().Send(create);
  ASSERT_TRUE(created.ok()) << Describe(created.status);
  const auto read = client().GetOrder(create.order_id(), created.response.position_token());
  ASSERT_TRUE(read.ok()) << Describe(read.status);
  EXPECT_EQ(read.response.order().lines(0).title(), text);
  EXPECT_EQ(read.response.order().note(), text);
}

TEST_F(CommandInput, ControlCharactersInTextsAreRefused) {
  for (const std::string& text :
       {std::string("a\x01z"), std::string("a\x7fz"), std::string("a\0z", 3),
        std::string("a\x1b[31mz"), std::string("a\xc2\x85z")}) {
    SCOPED_TRACE(text);
    CreateIsInvalid([&](auto& request) { request.mutable_lines(0)->set_title(text); },
                    "lines[0].title");
    CreateIsInvalid([&](auto& request) { request.mutable_shipping_address()->set_city(text); },
                    "shipping_address.city");
    CreateIsInvalid([&](auto& request) { request.set_note(text); }, "note");
  }
  CreateIsInvalid([](auto& request) { request.mutable_lines(0)->set_title("a\nb"); },
                  "lines[0].title");
  ExpectNothingStored();
}

TEST_F(CommandInput, TextThatIsNotUtf8IsRefusedBeforeItIsStored) {
  // The codec or the check, whichever is first.
  const v1::Order order = MakeOrder();
  for (const std::string text : {"\xc3\x28", "\xff", "\xed\xa0\x80", "\xf8\x88\x80\x80\x80"}) {
    v1::SetNoteRequest request = NoteRequest(order.order_id(), "????????");
    std::string bytes = request.SerializeAsString();
    bytes.replace(bytes.find("????????"), 8, text + std::string(8 - text.size(), 'x'));
    const grpc::Status status = client().SendBytes("/orders.v1.OrderCommands/SetNote", bytes);
    EXPECT_EQ(status.error_code(), Code::INVALID_ARGUMENT) << Describe(status);
  }
  ExpectNothingStored();
}

TEST_F(CommandInput, TextOverItsLimitIsRefused) {
  CreateIsInvalid([](auto& request) { request.set_note(std::string(4'001, 'n')); }, "note");
  CreateIsInvalid([](auto& request) { request.mutable_lines(0)->set_title(std::string(501, 't')); },
                  "lines[0].title");
  const v1::Order order = MakeOrder();
  ExpectInvalid(client().Send(NoteRequest(order.order_id(), std::string(1 << 20, 'n'))).status,
                "note");
  v1::CancelOrderRequest cancel;
  cancel.set_order_id(order.order_id());
  cancel.set_reason(std::string(501, 'r'));
  ExpectInvalid(client().Send(cancel).status, "reason");
  ExpectNothingStored();
}

TEST_F(CommandInput, AnAddressWithoutItsPartsIsRefused) {
  CreateIsInvalid([](auto& request) { request.mutable_shipping_address()->clear_name(); },
                  "shipping_address.name");
  CreateIsInvalid([](auto& request) { request.mutable_shipping_address()->clear_line1(); },
                  "shipping_address.line1");
  CreateIsInvalid([](auto& request) { request.mutable_shipping_address()->clear_city(); },
                  "shipping_address.city");
  for (const std::string country : {"", "D", "DEU", "de", "D1"}) {
    SCOPED_TRACE(country);
    CreateIsInvalid(
        [&](auto& request) { request.mutable_shipping_address()->set_country_code(country); },
        "shipping_address.country_code");
  }
  v1::SetShippingAddressRequest absent;
  absent.set_order_id(MakeOrder().order_id());
  EXPECT_EQ(client().Send(absent).code(), Code::INVALID_ARGUMENT);
  ExpectNothingStored();
}

TEST_F(CommandInput, ACustomerIdOutsideItsPatternIsRefused) {
  for (const std::string customer : {"", "a b", "a/b", "a\nb", "\xc3\xa4"}) {
    SCOPED_TRACE(customer);
    CreateIsInvalid([&](auto& request) { request.set_customer_id(customer); }, "customer_id");
  }
  ExpectNothingStored();
}

TEST_F(CommandInput, MoreLinesThanAnOrderMayHaveAreRefusedWithTheLimitNamed) {
  for (const int count : {501, 10'001}) {
    SCOPED_TRACE(count);
    v1::CreateOrderRequest create = CreateRequest(NewOrderId());
    create.clear_lines();
    for (int i = 0; i < count; ++i) *create.add_lines() = Line(absl::StrCat("sku-", i), 1, 1);
    const CommandAnswer answer = client().Send(create);
    ExpectError(answer.status, Code::FAILED_PRECONDITION, "TOO_MANY_LINES");
    EXPECT_THAT(answer.status.error_message(), HasSubstr("500"));
  }
  ExpectNothingStored();
}

TEST_F(CommandInput, FiveHundredLinesAreTakenAndOneMoreIsRefused) {
  v1::CreateOrderRequest create = CreateRequest(NewOrderId());
  create.clear_lines();
  for (int i = 0; i < 500; ++i) *create.add_lines() = Line(absl::StrCat("sku-", i), 1, 1);
  const CommandAnswer created = client().Send(create);
  ASSERT_TRUE(created.ok()) << Describe(created.status);
  ForgetStored();
  ExpectError(client().Send(AddRequest(create.order_id(), "one-more")).status,
              Code::FAILED_PRECONDITION, "TOO_MANY_LINES");
  ExpectNothingStored();
}

TEST_F(CommandInput, AHostileRequestGetsAShortAnswer) {
  v1::CreateOrderRequest create = CreateRequest("bad id");
  create.clear_lines();
  for (int i = 0; i < 10'000; ++i) *create.add_lines() = Line("=bad", -1, -1);
  const CommandAnswer answer = client().Send(create);
  EXPECT_EQ(answer.code(), Code::INVALID_ARGUMENT) << Describe(answer.status);
  EXPECT_LE(answer.details().violations.size(), 100U);
  EXPECT_FALSE(answer.details().violations.empty());
  EXPECT_LT(answer.status.error_details().size(), 8'192U);
  ExpectNothingStored();
}

TEST_F(CommandInput, ARateOrAmountOutOfRangeIsRefused) {
  const v1::Order order = MakeOrder();
  v1::ApplyDiscountRequest discount;
  discount.set_order_id(order.order_id());
  discount.set_code("code");
  ExpectInvalid(client().Send(discount).status, "rate_ppm");  // Neither.
  for (const std::int32_t rate : {0, -1, 1'000'001, std::numeric_limits<std::int32_t>::max()}) {
    discount.set_rate_ppm(rate);
    ExpectInvalid(client().Send(discount).status, "rate_ppm");
  }
  *discount.mutable_amount() = Euro(0);
  ExpectInvalid(client().Send(discount).status, "amount.minor_units");
  discount.set_rate_ppm(1'000);
  for (const std::string& code : {std::string(), std::string("a b"), std::string(65, 'c')}) {
    discount.set_code(code);
    ExpectInvalid(client().Send(discount).status, "code");
  }
  v1::SetTaxRequest tax;
  tax.set_order_id(order.order_id());
  ExpectInvalid(client().Send(tax).status, "rate_ppm");
  tax.set_rate_ppm(10'000'001);
  ExpectInvalid(client().Send(tax).status, "rate_ppm");
  *tax.mutable_amount() = Euro(-1);
  ExpectInvalid(client().Send(tax).status, "amount.minor_units");
  ExpectNothingStored();
}

TEST_F(CommandInput, APaymentWithoutAProperIdAmountOrTimeIsRefused) {
  const v1::Order order = MakeConfirmedOrder();
  for (const std::string& id : {std::string(), std::string("a b"), std::string(65, 'p')}) {
    ExpectInvalid(client().Send(CaptureRequest(order.order_id(), id, 100)).status, "payment_id");
  }
  for (const std::int64_t amount : {std::int64_t{0}, std::int64_t{-1}, kInt64Max}) {
    ExpectInvalid(client().Send(CaptureRequest(order.order_id(), "payment", amount)).status,
                  "amount.minor_units");
  }
  v1::CapturePaymentRequest capture = CaptureRequest(order.order_id(), "payment", 100);
  capture.mutable_occur_time()->set_seconds(-1);
  ExpectInvalid(client().Send(capture).status, "occur_time");
  capture.mutable_occur_time()->set_seconds(kInt64Max);
  ExpectInvalid(client().Send(capture).status, "occur_time");
  capture.mutable_occur_time()->set_seconds(1'000);
  capture.mutable_occur_time()->set_nanos(-5);
  ExpectInvalid(client().Send(capture).status, "occur_time");
  capture.mutable_occur_time()->set_seconds(253'402'300'000);  // In 9999.
  capture.mutable_occur_time()->set_nanos(0);
  ExpectError(client().Send(capture).status, Code::FAILED_PRECONDITION, "TIME_IN_FUTURE");
  ExpectNothingStored();
}

TEST_F(CommandInput, MorePaidThanIsOpenIsRefusedByTheDomain) {
  const v1::Order order = MakeConfirmedOrder();
  ExpectError(client().Send(CaptureRequest(order.order_id(), "payment", 6'501)).status,
              Code::FAILED_PRECONDITION, "PAYMENT_EXCEEDS_OPEN");
  ExpectNothingStored();
}

TEST_F(CommandInput, ARefundWithoutAPaymentOrOverItIsRefusedByTheDomain) {
  const v1::Order order = MakePaidOrder();
  v1::RefundPaymentRequest refund;
  refund.set_order_id(order.order_id());
  refund.set_refund_id("refund-1");
  refund.set_payment_id("another");
  *refund.mutable_amount() = Euro(100);
  ExpectError(client().Send(refund).status, Code::FAILED_PRECONDITION, "PAYMENT_NOT_FOUND");
  refund.set_payment_id("payment-1");
  *refund.mutable_amount() = Euro(6'501);
  ExpectError(client().Send(refund).status, Code::FAILED_PRECONDITION, "REFUND_EXCEEDS_CAPTURED");
  ExpectNothingStored();
}

TEST_F(CommandInput, AHoldOfNoKindIsRefused) {
  const v1::Order order = MakeOrder();
  v1::PlaceHoldRequest hold;
  hold.set_order_id(order.order_id());
  ExpectInvalid(client().Send(hold).status, "kind");
  hold.set_kind(static_cast<v1::HoldKind>(99));
  ExpectInvalid(client().Send(hold).status, "kind");
  ExpectNothingStored();
}

TEST_F(CommandInput, AShipmentOfWrongItemsIsRefused) {
  const v1::Order order = MakePaidOrder();
  v1::ShipItemsRequest ship;
  ship.set_order_id(order.order_id());
  ship.set_shipment_id("shipment-1");
  ExpectInvalid(client().Send(ship).status, "items");  // Neither items nor all.
  v1::LineQuantity* item = ship.add_items();
  item->set_line_id(0);
  item->set_quantity(1);
  ExpectInvalid(client().Send(ship).status, "items[0].line_id");
  item->set_line_id(1);
  for (const std::int64_t quantity : {std::int64_t{0}, std::int64_t{-1}, kInt64Max}) {
    item->set_quantity(quantity);
    ExpectInvalid(client().Send(ship).status, "items[0].quantity");
  }
  item->set_quantity(1);
  *ship.add_items() = ship.items(0);
  ExpectInvalid(client().Send(ship).status, "items[1].line_id");  // The same line twice.
  ship.mutable_items()->RemoveLast();
  ship.set_all_remaining(true);
  ExpectInvalid(client().Send(ship).status, "items");  // Both.
  ship.set_all_remaining(false);
  ship.mutable_items(0)->set_quantity(3);
  ExpectError(client().Send(ship).status, Code::FAILED_PRECONDITION, "SHIPMENT_EXCEEDS_ORDERED");
  ship.mutable_items(0)->set_line_id(77);
  ExpectError(client().Send(ship).status, Code::FAILED_PRECONDITION, "LINE_NOT_FOUND");
  ExpectNothingStored();
}

TEST_F(CommandInput, ACommandOnAnUnknownOrderIsNotFound) {
  ExpectError(client().Send(AddRequest("never-made", "sku")).status, Code::NOT_FOUND,
              "ORDER_NOT_FOUND");
  ExpectError(client().Send(ConfirmRequest("never-made")).status, Code::NOT_FOUND,
              "ORDER_NOT_FOUND");
  ExpectError(client().GetOrder("never-made").status, Code::NOT_FOUND, "ORDER_NOT_FOUND");
  ExpectError(client().ReadHistory("never-made").status, Code::NOT_FOUND, "ORDER_NOT_FOUND");
  ExpectNothingStored();
}

TEST_F(CommandInput, ACommandOnAnEndedOrderIsRefusedWithWhatIsAllowed) {
  const v1::Order order = MakeOrder();
  v1::CancelOrderRequest cancel;
  cancel.set_order_id(order.order_id());
  ASSERT_TRUE(client().Send(cancel).ok());
  ForgetStored();
  const CommandAnswer add = client().Send(AddRequest(order.order_id(), "sku"));
  ExpectError(add.status, Code::FAILED_PRECONDITION, "ORDER_ENDED");
  EXPECT_EQ(add.details().metadata.at("status"), "CANCELLED");
  EXPECT_THAT(add.details().metadata.at("allowed_commands"), HasSubstr("SetNote"));
  EXPECT_FALSE(add.details().metadata.at("rule").empty());
  ExpectError(client().Send(ConfirmRequest(order.order_id())).status, Code::FAILED_PRECONDITION,
              "ORDER_ENDED");
  ExpectNothingStored();
}

TEST_F(CommandInput, AnItemAddedAfterConfirmationIsRefused) {
  const v1::Order order = MakeConfirmedOrder();
  ExpectError(client().Send(AddRequest(order.order_id(), "sku")).status, Code::FAILED_PRECONDITION,
              "NOT_DRAFT");
  ExpectNothingStored();
}

TEST_F(CommandInput, AnotherCreateOfAnOrderIsRefused) {
  const v1::Order order = MakeOrder();
  ExpectError(client().Send(CreateRequest(order.order_id())).status, Code::ALREADY_EXISTS,
              "ORDER_EXISTS");
  ExpectNothingStored();
}

TEST_F(CommandInput, TheSameRequestIdAndContentGetsTheFirstAnswerAgain) {
  const std::string id = NewOrderId();
  const CommandAnswer first = client().Send(CreateRequest(id, "r-1"));
  ASSERT_TRUE(first.ok()) << Describe(first.status);
  ASSERT_TRUE(client().Send(AddRequest(id, "sku-later", "r-2")).ok());
  ForgetStored();
  const CommandAnswer again = client().Send(CreateRequest(id, "r-1"));
  ASSERT_TRUE(again.ok()) << Describe(again.status);
  EXPECT_TRUE(again.response.replayed());
  v1::CommandResponse expected = first.response;
  expected.set_replayed(true);
  EXPECT_EQ(again.response.SerializeAsString(), expected.SerializeAsString())
      << again.response.DebugString() << "instead of\n"
      << expected.DebugString();
  ExpectNothingStored();
}

TEST_F(CommandInput, TheSameRequestIdWithOtherContentIsRefused) {
  const std::string id = NewOrderId();
  ASSERT_TRUE(client().Send(CreateRequest(id, "r-1")).ok());
  ForgetStored();
  v1::CreateOrderRequest other = CreateRequest(id, "r-1");
  other.mutable_lines(0)->set_quantity(3);
  ExpectError(client().Send(other).status, Code::ALREADY_EXISTS, "REQUEST_ID_REUSED");
  ExpectError(client().Send(AddRequest(id, "sku", "r-1")).status, Code::ALREADY_EXISTS,
              "REQUEST_ID_REUSED");
  ExpectNothingStored();
}

TEST_F(CommandInput, ARequestIdOutOfRangeIsRefused) {
  for (const std::string& request_id :
       {std::string(129, 'r'), std::string(1'025, 'r'), std::string("a\nb"), std::string("a\tb"),
        std::string("\x7f"), std::string("\xc3\xa4")}) {
    SCOPED_TRACE(request_id);
    ExpectInvalid(client().Send(CreateRequest(NewOrderId(), request_id)).status,
                  "options.request_id");
  }
  ExpectNothingStored();
  EXPECT_TRUE(client().Send(CreateRequest(NewOrderId(), std::string(128, 'r'))).ok());
}

TEST_F(CommandInput, AnEtagThatIsNoneIsRefused) {
  const v1::Order order = MakeOrder();
  for (const std::string etag : {"abc", "-1", "\"", "\"0", "W/\"0\"", "*", " 0", "0 ", "1.0",
                                 "18446744073709551616", "\"0\"\n"}) {
    SCOPED_TRACE(etag);
    v1::AddItemRequest add = AddRequest(order.order_id(), "sku-c");
    add.mutable_options()->set_etag(etag);
    ExpectInvalid(client().Send(add).status, "options.etag");
  }
  ExpectNothingStored();
}

TEST_F(CommandInput, AnEtagBehindOrAheadIsAbortedWithTheCurrentOne) {
  const v1::Order order = MakeOrder();
  const CommandAnswer added = client().Send(AddRequest(order.order_id(), "sku-c"));
  ASSERT_TRUE(added.ok());
  ForgetStored();
  for (const std::string etag : {"\"0\"", "\"2\"", "\"9223372036854775807\""}) {
    SCOPED_TRACE(etag);
    v1::AddItemRequest add = AddRequest(order.order_id(), "sku-d");
    add.mutable_options()->set_etag(etag);
    const CommandAnswer stale = client().Send(add);
    ExpectError(stale.status, Code::ABORTED, "STALE_REVISION");
    EXPECT_EQ(stale.details().metadata.at("current_revision"), "1");
    EXPECT_EQ(stale.details().metadata.at("current_etag"), added.response.order().etag());
  }
  ExpectNothingStored();
  v1::AddItemRequest add = AddRequest(order.order_id(), "sku-d");
  add.mutable_options()->set_etag(added.response.order().etag());
  EXPECT_TRUE(client().Send(add).ok());
}

TEST_F(CommandInput, ADryRunStoresNothing) {
  const v1::Order order = MakeOrder();
  v1::ConfirmOrderRequest confirm = ConfirmRequest(order.order_id());
  confirm.mutable_options()->set_validate_only(true);
  const CommandAnswer would_be = client().Send(confirm);
  ASSERT_TRUE(would_be.ok()) << Describe(would_be.status);
  EXPECT_EQ(would_be.response.order().status(), v1::CONFIRMED);
  ExpectNothingStored();
  const auto now = client().GetOrder(order.order_id());
  ASSERT_TRUE(now.ok()) << Describe(now.status);
  EXPECT_EQ(now.response.order().status(), v1::DRAFT);
}

}  // namespace
}  // namespace orders::testing_support
