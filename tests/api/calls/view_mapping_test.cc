#include "api/calls/view_mapping.h"

#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"

#include "domain/order/decider.h"
#include "domain/order/refusals.h"

namespace orders::api {
namespace {

using ::testing::Contains;

/// The order after these commands, each of which must be taken.
class Order {
 public:
  Order& After(const domain::OrderCommand& command) {
    const auto events = domain::Decide({"o1"}, command, view_.order);
    EXPECT_TRUE(events.ok()) << events.status();
    if (!events.ok()) return *this;
    for (const domain::OrderEvent& event : *events) {
      domain::Apply(event, view_.order);
      ++view_.revision;
    }
    return *this;
  }
  v1::Order Message() const {
    v1::Order message;
    SetOrder(view_, message);
    return message;
  }

 private:
  application::OrderView view_{.create_time = absl::FromUnixSeconds(1),
                               .update_time = absl::FromUnixSeconds(2)};
};

const domain::Currency kEur = *domain::Currency::Parse("EUR");
const domain::Address kAddress{
    .name = "Ann", .line1 = "Main 1", .city = "Berlin", .postal_code = "10115", .country = "DE"};
const absl::Time kNow = absl::FromUnixSeconds(1'000);

Order Draft() {
  Order order;
  order.After(
      domain::CreateOrder{.customer_id = {"c1"},
                          .currency = kEur,
                          .lines = {{{"A"}, "Tea", 2, {{350}, {}}}, {{"B"}, "Cup", 1, {{500}, {}}}},
                          .shipping_address = kAddress,
                          .note = "hi"});
  return order;
}

TEST(ViewMapping, ADraftShowsWhatItWouldCostNow) {
  const v1::Order message = Draft().After(domain::SetTax{.rate = domain::Rate{100'000}}).Message();
  EXPECT_EQ(message.order_id(), "o1");
  EXPECT_EQ(message.etag(), "\"" + std::to_string(message.revision()) + "\"");
  EXPECT_EQ(message.status(), v1::DRAFT);
  EXPECT_EQ(message.currency_code(), "EUR");
  EXPECT_EQ(message.note(), "hi");
  EXPECT_EQ(message.totals().goods().minor_units(), 1'200);
  EXPECT_EQ(message.totals().tax().minor_units(), 120);
  EXPECT_EQ(message.totals().total().minor_units(), 1'320);
  ASSERT_EQ(message.lines_size(), 2);
  EXPECT_EQ(message.lines(0).totals().total().minor_units() +
                message.lines(1).totals().total().minor_units(),
            1'320);
  EXPECT_EQ(message.tax().rate_ppm(), 100'000);
  EXPECT_EQ(message.shipping_address().country_code(), "DE");
  EXPECT_FALSE(message.has_billing_address());
  EXPECT_THAT(message.allowed_commands(), Contains("ConfirmOrder"));
}

TEST(ViewMapping, ConfirmationChangesNoTotal) {
  Order order = Draft();
  order.After(domain::ApplyDiscount{.code = {"D"}, .rate = domain::Rate{100'000}})
      .After(domain::SetShippingFee{.fee = {{490}, {}}});
  const v1::Order before = order.Message();
  const v1::Order after = order.After(domain::ConfirmOrder{}).Message();
  EXPECT_EQ(after.status(), v1::CONFIRMED);
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(before.totals(), after.totals()));
  for (int i = 0; i < after.lines_size(); ++i) {
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(before.lines(i).totals(),
                                                                   after.lines(i).totals()));
  }
  EXPECT_EQ(after.discounts(0).code(), "D");
  EXPECT_EQ(after.discounts(0).rate_ppm(), 100'000);
  EXPECT_EQ(after.shipping_fee().minor_units(), 490);
}

TEST(ViewMapping, AWholeLifeShowsMoneyGoodsAndReturns) {
  Order order = Draft();
  order.After(domain::ConfirmOrder{})
      .After(domain::CapturePayment{
          .payment_id = {"p"}, .amount = {{1'200}, {}}, .occurred_at = kNow, .now = kNow})
      .After(domain::PlaceHold{.kind = domain::HoldKind::kStock, .reason = "wait"});
  EXPECT_EQ(order.Message().holds(0).kind(), v1::STOCK);
  order.After(domain::ReleaseHold{.kind = domain::HoldKind::kStock})
      .After(domain::ShipItems{.shipment_id = {"s"},
                               .all_remaining = true,
                               .carrier = "DHL",
                               .tracking_code = "T",
                               .occurred_at = kNow,
                               .now = kNow})
      .After(domain::RecordDelivery{.shipment_id = {"s"}, .occurred_at = kNow, .now = kNow})
      .After(domain::RequestReturn{.return_id = {"b"}, .items = {{{2}, 1}}, .reason = "broken"})
      .After(domain::ReceiveReturn{.return_id = {"b"}, .items = {}, .now = kNow});
  const v1::Order owed = order.Message();
  EXPECT_EQ(owed.status(), v1::COMPLETED);
  EXPECT_EQ(owed.payment_status(), v1::PAID);
  EXPECT_EQ(owed.fulfilment_status(), v1::DELIVERED);
  EXPECT_EQ(owed.payments(0).state(), v1::Payment::STATE_CAPTURED);
  EXPECT_EQ(owed.payments(0).captured().minor_units(), 1'200);
  EXPECT_EQ(owed.payments(0).capture_time().seconds(), 1'000);
  EXPECT_EQ(owed.shipments(0).carrier(), "DHL");
  EXPECT_TRUE(owed.shipments(0).delivered());
  EXPECT_TRUE(owed.returns(0).received());
  EXPECT_EQ(owed.returns(0).received_items(0).value().minor_units(), 500);
  EXPECT_EQ(owed.ledger().refund_due().minor_units(), 500);
  EXPECT_EQ(owed.lines(1).returned(), 1);
  order.After(domain::RefundPayment{.refund_id = {"f"},
                                    .payment_id = {"p"},
                                    .amount = {{500}, {}},
                                    .reason = "broken",
                                    .now = kNow});
  const v1::Order refunded = order.Message();
  EXPECT_EQ(refunded.refunds(0).amount().minor_units(), 500);
  EXPECT_EQ(refunded.ledger().refund_due().minor_units(), 0);
  EXPECT_EQ(refunded.payment_status(), v1::PARTIALLY_REFUNDED);
}

TEST(ViewMapping, AnAnswerToACommandCarriesItsToken) {
  const application::StoreIdentity store{.id = "s", .generation = 2};
  auto view = std::make_shared<application::OrderView>();
  view->order.status = domain::OrderStatus::kDraft;
  view->revision = 4;
  view->position = {9, 9};
  v1::CommandResponse message;
  SetCommandResponse({.view = view, .request_id = "r", .replayed = true, .events_recorded = 2},
                     store, message);
  EXPECT_EQ(message.request_id(), "r");
  EXPECT_TRUE(message.replayed());
  EXPECT_EQ(message.events_recorded(), 2);
  const auto position = application::DecodePositionToken(message.position_token(), store);
  ASSERT_TRUE(position.ok());
  EXPECT_EQ(*position, (application::LogPosition{9, 9}));
}

TEST(ViewMapping, FreshnessSaysWhatIsNotKnown) {
  v1::Freshness message;
  SetFreshness({.store = {.id = "s", .generation = 1},
                .position = {1, 1},
                .lag = absl::Milliseconds(12),
                .stale = true},
               message);
  EXPECT_FALSE(message.has_lag_events());
  EXPECT_EQ(message.lag_ms(), 12);
  EXPECT_TRUE(message.stale());
}

}  // namespace
}  // namespace orders::api
