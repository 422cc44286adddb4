#include "api/orderctl/order_text.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "api/orderctl/json_text.h"
#include "orders/v1/commands.pb.h"

namespace orders::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

v1::Order TwoLineOrder() {
  v1::Order order;
  order.set_order_id("o-1");
  order.set_etag("\"4\"");
  order.set_revision(4);
  order.set_status(v1::CONFIRMED);
  order.set_customer_id("c-1");
  order.set_currency_code("EUR");
  v1::OrderLine& line = *order.add_lines();
  line.set_line_id(1);
  line.set_sku("TEA-1");
  line.set_title("Tea");
  line.set_quantity(2);
  line.mutable_unit_price()->set_currency_code("EUR");
  line.mutable_unit_price()->set_minor_units(890);
  order.mutable_totals()->mutable_total()->set_currency_code("EUR");
  order.mutable_totals()->mutable_total()->set_minor_units(2'118);
  v1::Payment& payment = *order.add_payments();
  payment.set_payment_id("p-1");
  payment.set_state(v1::Payment::STATE_CAPTURED);
  order.mutable_create_time()->set_seconds(1'795'428'900);
  return order;
}

TEST(OrderText, ShowsStatusLinesAndMoney) {
  const std::string text = OrderText(TwoLineOrder());
  EXPECT_THAT(text, HasSubstr("CONFIRMED"));
  EXPECT_THAT(text, HasSubstr("TEA-1"));
  EXPECT_THAT(text, HasSubstr("8.90 EUR"));
  EXPECT_THAT(text, HasSubstr("21.18 EUR"));
  EXPECT_THAT(text, HasSubstr("CAPTURED"));
  EXPECT_THAT(text, HasSubstr("2026-11-23T"));
}

TEST(OrderText, OfAnEmptyOrUnknownOrderIsStillText) {
  v1::Order order;
  order.set_status(static_cast<v1::OrderStatus>(99));
  order.add_payments()->set_state(static_cast<v1::Payment::State>(99));
  EXPECT_FALSE(OrderText(order).empty());
}

TEST(OrderText, OfAHostileNoteMovesNoCursor) {
  v1::Order order = TwoLineOrder();
  order.set_note("\x1b]0;owned\x07\r\n\x1b[2J");
  EXPECT_THAT(OrderText(order), Not(HasSubstr("\x1b")));
  EXPECT_THAT(OrderText(order), Not(HasSubstr("\r")));
}

TEST(FreshnessWarning, IsForAnswersThatMayLackSomethingAlone) {
  v1::Freshness freshness;
  freshness.set_state(v1::Freshness::LIVE);
  EXPECT_EQ(FreshnessWarning(freshness), "");
  freshness.set_stale(true);
  EXPECT_THAT(FreshnessWarning(freshness), ::testing::HasSubstr("not reached"));
  freshness.set_state(v1::Freshness::FILLING);
  EXPECT_THAT(FreshnessWarning(freshness), ::testing::HasSubstr("still being filled"));
  freshness.set_state(v1::Freshness::STOPPED);
  EXPECT_THAT(FreshnessWarning(freshness), ::testing::HasSubstr("has stopped"));
}

TEST(FreshnessText, SaysWhenTheLagIsNotKnown) {
  v1::Freshness freshness;
  freshness.set_position_token("tok");
  freshness.set_lag_ms(12);
  EXPECT_EQ(FreshnessText(freshness), "fresh as of tok, unknown events and 12 ms behind");
  freshness.set_lag_events(0);
  freshness.set_stale(true);
  EXPECT_EQ(FreshnessText(freshness), "stale as of tok, 0 events and 12 ms behind");
}

TEST(JsonLine, KeepsProtoNamesAndZeros) {
  v1::CommandResponse answer;
  answer.set_position_token("tok");
  const std::string line = JsonLine(answer);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json["position_token"], "tok");
  EXPECT_EQ(json["replayed"], false);
  EXPECT_EQ(json["events_recorded"], 0);
}

TEST(JsonLine, OfATextWithNewlinesIsOneLine) {
  v1::Order order;
  order.set_note("a\nb");
  const std::string line = JsonLine(order);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_EQ(nlohmann::json::parse(line)["note"], "a\nb");
}

}  // namespace
}  // namespace orders::api
