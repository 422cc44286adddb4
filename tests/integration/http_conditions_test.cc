// What headers say: entity tags, idempotency, consistency, waiting, compression, other origins.
#include <string>

#include <zlib.h>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include <gtest/gtest.h>

#include "tests/integration/service_test.h"
#include "tests/support/http_client.h"

namespace orders::testing_support {
namespace {

using nlohmann::json;

std::string OrderJson(const std::string& id, const std::string& customer = "ada") {
  return absl::StrCat(R"({"order_id":")", id, R"(","customer_id":")", customer,
                      R"(","currency_code":"EUR"})");
}

class HttpConditions : public ServiceTest {
 protected:
  void SetUp() override {
    ServiceTest::SetUp();
    http_.emplace(http_address());
    id_ = NewOrderId();
    path_ = "/v1/orders/" + id_;
    const HttpAnswer made = http_->Post("/v1/orders", OrderJson(id_));
    ASSERT_EQ(made.status, 201) << made.body;
    token_ = made.Get("Consistency-Token");
  }

  HttpAnswer SetNote(const std::string& note, const HttpFields& fields = {}) {
    return http_->Post(path_ + ":setNote", absl::StrCat(R"({"note":")", note, "\"}"), fields);
  }
  HttpAnswer GetOrder(HttpFields fields = {}) {
    fields.emplace_back("Consistency-Token", token_);
    return http_->Get(path_, fields);
  }

  std::optional<HttpClient> http_;
  std::string id_;
  std::string path_;
  std::string token_;
};

TEST_F(HttpConditions, B72AStaleEtagIs412WithTheCurrentOneAndChangesNothing) {
  EXPECT_EQ(SetNote("first", {{"If-Match", "\"0\""}}).status, 200);
  const HttpAnswer stale = SetNote("second", {{"If-Match", "\"0\""}});
  EXPECT_EQ(stale.status, 412);
  EXPECT_EQ(json::parse(stale.body)["reason"], "STALE_REVISION");
  EXPECT_EQ(json::parse(stale.body)["current_etag"], "\"1\"");
  EXPECT_EQ(SetNote("third", {{"If-Match", "*"}}).status, 200);
  EXPECT_EQ(SetNote("fourth", {{"If-Match", "W/\"2\""}}).status, 400);
  EXPECT_EQ(SetNote("fifth", {{"If-Match", "nonsense"}}).status, 400);
  EXPECT_EQ(http_->Post("/v1/orders/nobody:setNote", "{}", {{"If-Match", "*"}}).status, 412);
  EXPECT_EQ(http_->Post("/v1/orders/nobody:setNote", "{}").status, 404);
}

TEST_F(HttpConditions, WhatTheCallerHasIsNotSentAgain) {
  const HttpAnswer first = GetOrder();
  EXPECT_EQ(first.Get("ETag"), "\"0\"");
  for (const char* condition : {"\"0\"", "W/\"0\"", "\"7\", \"0\"", "*"}) {
    const HttpAnswer again = GetOrder({{"If-None-Match", condition}});
    EXPECT_EQ(again.status, 304) << condition;
    EXPECT_EQ(again.Get("ETag"), "\"0\"");
    EXPECT_EQ(again.body, "");
  }
  EXPECT_EQ(GetOrder({{"If-None-Match", "\"1\""}}).status, 200);
  EXPECT_EQ(GetOrder({{"If-Match", "\"0\""}}).status, 200);
  EXPECT_EQ(GetOrder({{"If-Match", "\"1\""}}).status, 412);
  EXPECT_EQ(GetOrder({{"If-None-Match", "nonsense"}}).status, 400);
}

TEST_F(HttpConditions, AHeadSaysWhatAGetWouldWithoutItsBody) {
  const HttpAnswer got = GetOrder();
  const HttpAnswer headed = http_->Call("HEAD", path_, {{"Consistency-Token", token_}});
  EXPECT_EQ(headed.status, 200);
  EXPECT_EQ(headed.Get("ETag"), got.Get("ETag"));
  EXPECT_EQ(headed.Get("Content-Type"), "application/json");
  EXPECT_NE(headed.Get("Content-Length"), "0");
  // The connection is still in step.
  EXPECT_EQ(GetOrder().status, 200);
}

TEST_F(HttpConditions, TheSameKeyGetsTheSameAnswerAndOtherContentIs422) {
  const HttpFields key = {{"Idempotency-Key", "\"key-1\""}};
  const HttpAnswer first = SetNote("once", key);
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.Find("Idempotent-Replayed"), std::nullopt);
  EXPECT_EQ(first.Get("Idempotency-Key"), "\"key-1\"");
  ASSERT_EQ(SetNote("in between").status, 200);
  const HttpAnswer again = SetNote("once", {{"Idempotency-Key", "key-1"}});
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.Get("Idempotent-Replayed"), "true");
  EXPECT_EQ(again.Get("ETag"), first.Get("ETag"));
  EXPECT_EQ(json::parse(again.body)["order"], json::parse(first.body)["order"]);
  const HttpAnswer other = SetNote("another", key);
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(json::parse(other.body)["reason"], "REQUEST_ID_REUSED");
  EXPECT_EQ(SetNote("x", {{"Idempotency-Key", "\"open"}}).status, 400);
  EXPECT_EQ(SetNote("x", {{"Idempotency-Key", std::string(129, 'k')}}).status, 400);
}

TEST_F(HttpConditions, AnOrderWithoutAnIdIsMadeOnceForItsKey) {
  const std::string body = R"({"customer_id":"ada","currency_code":"EUR"})";
  const HttpFields key = {{"Idempotency-Key", absl::StrCat("\"", id_, "-made\"")}};
  const HttpAnswer first = http_->Post("/v1/orders", body, key);
  const HttpAnswer again = http_->Post("/v1/orders", body, key);
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.Get("Location"), first.Get("Location"));
  EXPECT_EQ(again.Get("Idempotent-Replayed"), "true");
  // As gRPC sees it.
  EXPECT_EQ(first.Get("Location"),
            "/v1/orders/" + json::parse(first.body)["order"]["order_id"].get<std::string>());
}

TEST_F(HttpConditions, AnOrderThatIsThereIs409Or412AsAsked) {
  const HttpAnswer taken = http_->Post("/v1/orders", OrderJson(id_, "eve"));
  EXPECT_EQ(taken.status, 409);
  EXPECT_EQ(json::parse(taken.body)["reason"], "ORDER_EXISTS");
  EXPECT_EQ(http_->Post("/v1/orders", OrderJson(id_, "eve"), {{"If-None-Match", "*"}}).status, 412);
}

TEST_F(HttpConditions, ADryRunMakesNothing) {
  const std::string id = NewOrderId();
  const HttpAnswer dry =
      http_->Post("/v1/orders", absl::StrCat(R"({"order_id":")", id,
                                             R"(","customer_id":"ada","currency_code":"EUR",)"
                                             R"("options":{"validate_only":true}})"));
  EXPECT_EQ(dry.status, 200);
  EXPECT_EQ(dry.Find("Location"), std::nullopt);
  EXPECT_EQ(client().GetOrder(id).code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(HttpConditions, ARefusalOfTheDomainSaysWhatIsAllowed) {
  const HttpAnswer refused = http_->Post(path_ + ":confirm", "{}");
  EXPECT_EQ(refused.status, 409);
  const json body = json::parse(refused.body);
  EXPECT_EQ(body["reason"], "NO_LINES");
  EXPECT_EQ(body["order_status"], "DRAFT");
  EXPECT_NE(body["allowed_commands"].dump().find("AddItem"), std::string::npos);
  EXPECT_EQ(body["request_id"], refused.Get("Request-Id"));
}

TEST_F(HttpConditions, ATokenSeesItsWriteOverEitherFront) {
  for (int i = 0; i < 50; ++i) {
    const HttpAnswer written = SetNote(absl::StrCat("note ", i));
    ASSERT_EQ(written.status, 200);
    token_ = written.Get("Consistency-Token");
    const HttpAnswer read = GetOrder();
    ASSERT_EQ(json::parse(read.body)["order"]["note"], absl::StrCat("note ", i));
    const auto over_grpc = client().GetOrder(id_, token_);
    ASSERT_TRUE(over_grpc.ok());
    EXPECT_EQ(over_grpc.response.order().note(), absl::StrCat("note ", i));
  }
  EXPECT_EQ(http_->Get(path_, {{"Consistency-Token", "nonsense"}}).status, 400);
}

TEST_F(HttpConditions, PreferSaysHowLongToWait) {
  const HttpAnswer waited = GetOrder({{"Prefer", "wait=5"}});
  EXPECT_EQ(waited.status, 200);
  EXPECT_EQ(waited.Get("Preference-Applied"), "wait=5");
  // No time at all: the outcome of a command is then unknown, or it was not begun.
  const HttpAnswer late = SetNote("late", {{"Prefer", "wait=0"}});
  EXPECT_TRUE(late.status == 504 || late.status == 200) << late.body;
  EXPECT_EQ(GetOrder({{"Prefer", "respond-async"}}).Find("Preference-Applied"), std::nullopt);
}

TEST_F(HttpConditions, LargeAnswersAreCompressedForThoseWhoTakeThat) {
  std::string token;
  for (int i = 0; i < 30; ++i) {
    const HttpAnswer made = http_->Post("/v1/orders", OrderJson(NewOrderId(), "zip"));
    ASSERT_EQ(made.status, 201);
    token = made.Get("Consistency-Token");
  }
  // Both lists hold all thirty: without the token, the second could be the longer one.
  const std::string target = "/v1/orders?filter=customer_id%20%3D%20zip&page_size=30";
  const HttpAnswer whole = http_->Get(target, {{"Consistency-Token", token}});
  const HttpAnswer packed =
      http_->Get(target, {{"Consistency-Token", token}, {"Accept-Encoding", "br, gzip"}});
  EXPECT_EQ(whole.Find("Content-Encoding"), std::nullopt);
  ASSERT_EQ(packed.Get("Content-Encoding"), "gzip");
  EXPECT_EQ(packed.Get("Vary"), "Accept-Encoding");
  EXPECT_LT(packed.body.size(), whole.body.size() / 2);
  std::string text(whole.body.size() + 1'000, '\0');
  z_stream stream{};
  ASSERT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.body.data()));
  stream.avail_in = static_cast<uInt>(packed.body.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  EXPECT_TRUE(json::parse(text)["orders"].is_array());
  EXPECT_EQ(http_->Get(target, {{"Accept-Encoding", "gzip;q=0"}}).Find("Content-Encoding"),
            std::nullopt);
}

TEST(HttpCors, AListedOriginMayUseTheService) {
  auto started = OrderdProcess::Start(
      {.arguments = {"--http-listen", "127.0.0.1:0", "--http-cors-origins", "https://shop.example",
                     "--http-hosts", "orders.example"}});
  ASSERT_TRUE(started.ok()) << started.status();
  const std::string address = (*started)->ReadyWord("http");
  const HttpFields origin = {{"Origin", "https://shop.example"}};
  const HttpAnswer preflight = CallHttp(address, "OPTIONS", "/v1/orders", origin);
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(preflight.Get("Access-Control-Allow-Origin"), "https://shop.example");
  EXPECT_EQ(preflight.Get("Access-Control-Allow-Methods"), "GET, HEAD, POST, OPTIONS");
  EXPECT_NE(preflight.Get("Access-Control-Allow-Headers").find("Idempotency-Key"),
            std::string::npos);
  HttpClient http(address);
  const HttpAnswer made = http.Post("/v1/orders", OrderJson("a"), origin);
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.Get("Access-Control-Allow-Origin"), "https://shop.example");
  EXPECT_NE(made.Get("Access-Control-Expose-Headers").find("ETag"), std::string::npos);
  EXPECT_EQ(http.Post("/v1/orders", OrderJson("b"), {{"Origin", "https://evil.example"}}).status,
            403);
  ASSERT_TRUE(http.Send("GET /v1/orders HTTP/1.1\r\nHost: orders.example\r\n\r\n"));
  EXPECT_EQ(http.Receive().status, 200);
}

}  // namespace
}  // namespace orders::testing_support
