#include "api/http/json_answer.h"

#include <string>

#include <zlib.h>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "api/calls/view_mapping.h"
#include "api/http/gzip.h"
#include "orders/v1/queries.pb.h"

namespace orders::api {
namespace {

using nlohmann::json;

application::OrderView View(std::uint64_t revision) {
  application::OrderView view;
  view.order.id = {"o1"};
  view.order.status = domain::OrderStatus::kDraft;
  view.order.currency = *domain::Currency::Parse("EUR");
  view.order.note = "\"quoted\"\n\xc3\xa4 <img>";
  view.revision = revision;
  view.create_time = absl::FromUnixSeconds(1);
  view.update_time = absl::FromUnixSeconds(2);
  return view;
}

TEST(JsonAnswer, SaysFreshnessAsProtobufDoes) {
  v1::Freshness freshness;
  std::string of_nothing;
  AppendJson(freshness, of_nothing);
  EXPECT_EQ(json::parse(of_nothing), json::parse(ToJson(freshness)));
  freshness.set_position_token("AbC-_9");
  freshness.set_lag_events(18'446'744'073'709'551'615U);
  freshness.set_lag_ms(-3);
  freshness.set_stale(true);
  freshness.set_state(v1::Freshness::STOPPED);
  freshness.set_incomplete_orders(7);
  freshness.mutable_blocked_since()->set_seconds(1'700'000'000);
  freshness.mutable_blocked_since()->set_nanos(1'000);
  std::string text;
  AppendJson(freshness, text);
  EXPECT_EQ(json::parse(text), json::parse(ToJson(freshness)));
}

TEST(JsonAnswer, OfAnOrderIsThatOfTheWholeMessage) {
  OrderJsonCache cache(1 << 20);
  for (const std::uint64_t revision : {3U, 3U, 4U}) {
    v1::GetOrderResponse message;
    SetOrder(View(revision), *message.mutable_order());
    message.mutable_freshness()->set_position_token("T");
    EXPECT_EQ(json::parse(OrderAnswerJson(cache.Get(View(revision)), message.freshness())),
              json::parse(ToJson(message)));
  }
  EXPECT_EQ(cache.Get(View(4)).text, cache.Get(View(4)).text);
}

TEST(JsonAnswer, HasTheFieldsOwnNamesAndItsZeros) {
  const json order = json::parse(ToJson(v1::Order()));
  EXPECT_EQ(order["order_id"], "");
  EXPECT_EQ(order["revision"], "0");
  EXPECT_EQ(order["status"], "ORDER_STATUS_UNSPECIFIED");
  EXPECT_TRUE(order["lines"].is_array());
}

TEST(Gzip, IsUndoneByAnyOther) {
  std::string text;
  for (int i = 0; i < 1'000; ++i) absl::StrAppend(&text, "line ", i, "\n");
  const std::optional<std::string> compressed = Gzip(text);
  ASSERT_TRUE(compressed.has_value());
  EXPECT_LT(compressed->size(), text.size() / 2);
  std::string again(text.size(), '\0');
  z_stream stream{};
  ASSERT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed->data()));
  stream.avail_in = static_cast<uInt>(compressed->size());
  stream.next_out = reinterpret_cast<Bytef*>(again.data());
  stream.avail_out = static_cast<uInt>(again.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  inflateEnd(&stream);
  EXPECT_EQ(again, text);
}

TEST(Gzip, LeavesAloneWhatWouldGrow) {
  EXPECT_EQ(Gzip(""), std::nullopt);
  EXPECT_EQ(Gzip("a"), std::nullopt);
}

}  // namespace
}  // namespace orders::api
