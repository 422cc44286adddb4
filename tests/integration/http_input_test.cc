// Requests that are wrong, hostile, or not HTTP at all: the service says so, stores nothing and
// goes on. The rows are those of the table of bad input.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include <gtest/gtest.h>

#include "tests/integration/service_test.h"
#include "tests/support/http_client.h"

namespace orders::testing_support {
namespace {

using nlohmann::json;

class HttpInput : public ServiceTest {
 protected:
  void TearDown() override {
    // Whatever came before: the service answers, and holds nothing new.
    EXPECT_EQ(CallHttp(http_address(), "GET", "/healthz/live").status, 200);
    ExpectNothingStored();
    ServiceTest::TearDown();
  }

  static HttpAnswer PostOrder(const std::string& body, const HttpFields& fields = {}) {
    HttpClient http(http_address());
    return http.Post("/v1/orders", body, fields);
  }

  /// Sends `bytes` as they are. The status, or 0 if there was no answer; `is_closed` tells whether
  /// the service then closed.
  static int SendRaw(const std::string& bytes, bool* is_closed = nullptr) {
    HttpClient http(http_address());
    (void)http.Send(bytes);
    const HttpAnswer answer = http.Receive();
    if (is_closed != nullptr) *is_closed = http.IsClosed();
    return answer.status;
  }
  static std::string Head(const std::string& line, const std::string& more = "") {
    return absl::StrCat(line, "\r\nHost: 127.0.0.1\r\n", more, "\r\n");
  }
  static void ExpectRefusedAndClosed(int status, const std::string& bytes) {
    bool is_closed = false;
    EXPECT_EQ(SendRaw(bytes, &is_closed), status) << bytes.substr(0, 200);
    EXPECT_TRUE(is_closed) << bytes.substr(0, 200);
  }
};

TEST_F(HttpInput, B54BrokenJsonIs400AndNamesTheByte) {
  const std::string good = R"("customer_id":"ada","currency_code":"EUR")";
  for (const std::string& body :
       {std::string("{"), "{" + good + ",}", "{" + good + "}{" + good + "}",
        "\xef\xbb\xbf{" + good + "}", std::string("{\0}\0", 4), "{" + good + R"(,"note":"\ud800"})",
        "{" + good + R"(,"note":NaN})", "{" + good + R"(,"lines":[{"quantity":1e400}]})",
        "{" + good + R"(,"lines":[{"quantity":-0}]})",
        std::string(R"({"customer_id":"ada","customer_id":"eve","currency_code":"EUR"})")}) {
    const HttpAnswer answer = PostOrder(body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(answer.Get("Content-Type"), "application/problem+json");
    EXPECT_NE(answer.body.find("byte"), std::string::npos) << answer.body;
  }
}

TEST_F(HttpInput, B55DeepOrLargeOrCrowdedBodiesAreRefused) {
  std::string deep;
  for (int i = 0; i < 1'000; ++i) deep += R"({"options":)";
  EXPECT_EQ(PostOrder(deep).status, 400);
  EXPECT_EQ(PostOrder(std::string((1 << 20) + 1, ' ')).status, 413);
  std::string many = "{\"k\":1";
  for (int i = 0; i < 100'000; ++i) absl::StrAppend(&many, ",\"", i, "\":1");
  EXPECT_EQ(PostOrder(many + "}").status, 400);
}

TEST_F(HttpInput, B55AChunkedBodyIsBoundedToo) {
  HttpClient http(http_address());
  ASSERT_TRUE(http.Send(Head("POST /v1/orders HTTP/1.1",
                             "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n")));
  const std::string chunk = absl::StrCat("10000\r\n", std::string(0x10000, ' '), "\r\n");
  for (int i = 0; i < 17 && http.Send(chunk); ++i) {
  }
  EXPECT_EQ(http.Receive().status, 413);
}

TEST_F(HttpInput, B56OnlyIntegersAreNumbers) {
  const auto with_quantity = [](const std::string& quantity) {
    return absl::StrCat(
        R"({"customer_id":"ada","currency_code":"EUR","options":{"validate_only":true},)"
        R"("lines":[{"sku":"T","title":"t","unit_price":{"minor_units":1},"quantity":)",
        quantity, "}]}");
  };
  for (const char* quantity : {"1.5", "1e2", "\"1.5\"", "true", "9007199254740993000000"}) {
    const HttpAnswer answer = PostOrder(with_quantity(quantity));
    EXPECT_EQ(answer.status, 400) << quantity;
    EXPECT_EQ(json::parse(answer.body)["violations"][0]["field"], "lines[0].quantity");
  }
  EXPECT_EQ(PostOrder(with_quantity("7")).status, 200);
  EXPECT_EQ(PostOrder(with_quantity("\"7\"")).status, 200);
  // Exact, and then too many for the domain: no double was in between.
  const HttpAnswer large = PostOrder(with_quantity("9007199254740993"));
  EXPECT_EQ(large.status, 400);
  EXPECT_NE(large.body.find("lines[0].quantity"), std::string::npos);
  EXPECT_EQ(PostOrder(R"({"customer_id":5})").status, 400);
}

TEST_F(HttpInput, B57UnknownFieldsAreRefused) {
  for (const char* field : {"total", "status", "owner"}) {
    const HttpAnswer answer =
        PostOrder(absl::StrCat(R"({"customer_id":"ada","currency_code":"EUR",")", field, "\":1}"));
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(json::parse(answer.body)["violations"][0]["field"], field);
  }
}

TEST_F(HttpInput, B58OtherContentTypesAre415) {
  for (const HttpFields& fields :
       {HttpFields{}, HttpFields{{"Content-Type", "text/plain"}},
        HttpFields{{"Content-Type", "application/json; charset=utf-16"}},
        HttpFields{{"Content-Type", "application/x-www-form-urlencoded"}}}) {
    EXPECT_EQ(CallHttp(http_address(), "POST", "/v1/orders", fields, "{}").status, 415);
  }
}

TEST_F(HttpInput, B59WhatTheServiceDoesNotSpeakIs406) {
  EXPECT_EQ(CallHttp(http_address(), "GET", "/v1/orders", {{"Accept", "text/csv"}}).status, 406);
  EXPECT_EQ(
      CallHttp(http_address(), "GET", "/v1/orders:watch", {{"Accept", "application/json"}}).status,
      406);
  EXPECT_EQ(
      CallHttp(http_address(), "GET", "/v1/orders", {{"Accept", "text/csv, */*;q=0.1"}}).status,
      200);
}

TEST_F(HttpInput, B60OtherMethodsAre405OrUnknown) {
  const std::string order = "/v1/orders/nobody";
  for (const char* method : {"DELETE", "PUT", "PATCH", "TRACE", "POST"}) {
    const HttpAnswer answer = CallHttp(http_address(), method, order);
    EXPECT_EQ(answer.status, 405) << method;
    EXPECT_EQ(answer.Get("Allow"), "GET, HEAD, OPTIONS") << method;
  }
  EXPECT_EQ(CallHttp(http_address(), "CONNECT", "orders:80").status, 405);
  EXPECT_EQ(CallHttp(http_address(), "GETT", order).status, 501);
  EXPECT_EQ(CallHttp(http_address(), "get", order).status, 501);
  const HttpAnswer options = CallHttp(http_address(), "OPTIONS", "/v1/orders");
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.Get("Allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(CallHttp(http_address(), "OPTIONS", "*").status, 204);
}

TEST_F(HttpInput, B61PathsThatLeadNowhere) {
  const std::pair<std::string, int> cases[] = {
      {"/orders/../admin", 404}, {"/v1/orders/../orders", 404},
      {"/%2e%2e%2f", 404},       {"/v1/orders/%2e%2e%2f", 404},
      {"/v1/orders/%00", 400},   {"//", 404},
      {"/v1//orders", 404},      {"/v1/orders/%zz", 400},
      {"/v1/orders?%zz=1", 400}, {"/" + std::string(9'216, 'a'), 414}};
  for (const auto& [path, status] : cases) {
    EXPECT_EQ(CallHttp(http_address(), "GET", path).status, status) << path.substr(0, 40);
  }
}

TEST_F(HttpInput, B62HeadersHaveBounds) {
  ExpectRefusedAndClosed(431, Head("GET / HTTP/1.1", "X: " + std::string(8'192, 'a') + "\r\n"));
  std::string many;
  for (int i = 0; i < 100; ++i) many += "X: y\r\n";
  ExpectRefusedAndClosed(431, Head("GET / HTTP/1.1", many));
  std::string large;
  for (int i = 0; i < 9; ++i) large += "X: " + std::string(4'000, 'a') + "\r\n";
  ExpectRefusedAndClosed(431, Head("GET / HTTP/1.1", large));
}

TEST_F(HttpInput, B63LinesThatTwoProgramsReadDifferentlyAreRefused) {
  for (const std::string& line :
       {std::string("no-colon\r\n"), std::string("X : a\r\n"), std::string("X: a\rb\r\n"),
        std::string("X: a\n"), std::string("X: a\r\n b\r\n"), std::string("X: a\0b\r\n", 8),
        std::string("\xc3\xa4: a\r\n"), std::string(": a\r\n"), std::string(" X: a\r\n")}) {
    ExpectRefusedAndClosed(400, Head("GET /healthz/live HTTP/1.1", line));
  }
}

TEST_F(HttpInput, B64RequestsWithTwoLengthsAreRefused) {
  const std::string post = "POST /v1/orders HTTP/1.1";
  for (const std::string& line :
       {std::string("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n"),
        std::string("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n"),
        std::string("Content-Length: 2\r\nContent-Length: 3\r\n"),
        std::string("Content-Length: +5\r\n"), std::string("Content-Length: -1\r\n"),
        std::string("Content-Length: 100000000000000000000\r\n"),
        std::string("Transfer-Encoding: chunked, chunked\r\n"),
        std::string("Transfer-Encoding: xchunked\r\n"),
        std::string("Transfer-Encoding:\x0b"
                    "chunked\r\n")}) {
    ExpectRefusedAndClosed(400, Head(post, line) + "{}");
  }
  const std::string chunked =
      Head(post, "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n");
  for (const std::string& body :
       {std::string("zz\r\n{}\r\n"), std::string("-2\r\n{}\r\n"), std::string("\r\n{}\r\n"),
        std::string("2\r\n{}xx0\r\n\r\n"), "2;x=" + std::string(1 << 20, 'y') + "\r\n{}\r\n"}) {
    ExpectRefusedAndClosed(400, chunked + body);
  }
  EXPECT_EQ(SendRaw(chunked + "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"), 400) << "whole, and no order";
}

TEST_F(HttpInput, B65TheHostMustBeOurs) {
  ExpectRefusedAndClosed(400, "GET /v1/orders HTTP/1.1\r\n\r\n");
  ExpectRefusedAndClosed(400, Head("GET /v1/orders HTTP/1.1", "Host: 127.0.0.1\r\n"));
  EXPECT_EQ(SendRaw("GET /v1/orders HTTP/1.1\r\nHost: evil.example\r\n\r\n"), 421);
  EXPECT_EQ(SendRaw("GET /v1/orders HTTP/1.1\r\nHost: localhost:1\r\n\r\n"), 200);
  EXPECT_EQ(SendRaw("GET /v1/orders HTTP/1.0\r\n\r\n"), 200);
  EXPECT_EQ(SendRaw("GET http://127.0.0.1/v1/orders HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"), 200);
}

TEST_F(HttpInput, B66OtherVersionsAreRefused) {
  for (const char* line : {"GET /v1/orders HTTP/2.7", "GET /v1/orders", "GET /v1/orders HTTP/1.1 x",
                           "GET /v1/orders HTTP/x", "PRI * HTTP/2.0", "hello"}) {
    bool is_closed = false;
    const int status = SendRaw(Head(line), &is_closed);
    EXPECT_TRUE(status == 400 || status == 505) << line << ": " << status;
    EXPECT_TRUE(is_closed) << line;
  }
}

TEST_F(HttpInput, B69RangesAreIgnored) {
  std::string ranges = "bytes=0-";
  for (int i = 0; i < 1'000; ++i) ranges += ",0-";
  EXPECT_EQ(CallHttp(http_address(), "GET", "/v1/orders", {{"Range", ranges}}).status, 200);
}

TEST_F(HttpInput, B70AnExpectationIsMetOrRefused) {
  const std::string body = R"({"customer_id":""})";
  const std::string head =
      Head("POST /v1/orders HTTP/1.1",
           absl::StrCat("Content-Type: application/json\r\nExpect: ",
                        "100-continue\r\nContent-Length: ", body.size(), "\r\n"));
  HttpClient http(http_address());
  ASSERT_TRUE(http.Send(head));
  EXPECT_EQ(http.ReceiveHead().status, 100);
  ASSERT_TRUE(http.Send(body));
  EXPECT_EQ(http.Receive().status, 400);
  ExpectRefusedAndClosed(417, Head("POST /v1/orders HTTP/1.1", "Expect: a-miracle\r\n"));
  // Told before a byte of it is sent.
  ExpectRefusedAndClosed(413, Head("POST /v1/orders HTTP/1.1",
                                   "Expect: 100-continue\r\nContent-Length: 99999999\r\n"));
}

TEST_F(HttpInput, B73ForeignPagesChangeNothing) {
  const std::string body = R"({"customer_id":"ada","currency_code":"EUR"})";
  for (const char* origin : {"https://evil.example", "null"}) {
    const HttpAnswer posted = PostOrder(body, {{"Origin", origin}});
    EXPECT_EQ(posted.status, 403) << origin;
    const HttpAnswer preflight =
        CallHttp(http_address(), "OPTIONS", "/v1/orders",
                 {{"Origin", origin}, {"Access-Control-Request-Method", "POST"}});
    EXPECT_EQ(preflight.Find("Access-Control-Allow-Origin"), std::nullopt);
    const HttpAnswer read = CallHttp(http_address(), "GET", "/v1/orders", {{"Origin", origin}});
    EXPECT_EQ(read.status, 200);
    EXPECT_EQ(read.Find("Access-Control-Allow-Origin"), std::nullopt);
  }
}

TEST_F(HttpInput, B74ATokenInTheQueryIsRefusedAndNeverLogged) {
  const HttpAnswer answer =
      CallHttp(http_address(), "GET", "/v1/orders?access_token=hunter2-in-the-query");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body.find("hunter2"), std::string::npos);
  EXPECT_EQ(process().err().find("hunter2"), std::string::npos);
}

TEST_F(HttpInput, B75ForwardedHeadersAreNotBelieved) {
  const HttpAnswer answer =
      CallHttp(http_address(), "GET", "/v1/orders",
               {{"X-Forwarded-Host", "evil.example"}, {"X-Forwarded-For", "10.0.0.1"}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body.find("evil"), std::string::npos);
}

TEST_F(HttpInput, B76NothingThatIsSentBecomesAHeader) {
  const HttpAnswer of_path = CallHttp(http_address(), "GET", "/v1/orders/a%0d%0aSet-Cookie:x");
  EXPECT_EQ(of_path.status, 400);
  EXPECT_EQ(of_path.Find("Set-Cookie"), std::nullopt);
  const HttpAnswer of_id =
      CallHttp(http_address(), "GET", "/v1/orders", {{"Request-Id", std::string(129, 'x')}});
  EXPECT_EQ(of_id.status, 400);
  const HttpAnswer of_key = PostOrder(
      R"({"customer_id":"ada","currency_code":"EUR","options":{"request_id":"a\r\nSet-Cookie: x"}})");
  EXPECT_EQ(of_key.status, 400);
  EXPECT_EQ(of_key.Find("Set-Cookie"), std::nullopt);
}

TEST_F(HttpInput, B77APlaceThatIsNoneIs400) {
  for (const char* place : {"abc", "-1", "18446744073709551616", "%00"}) {
    const HttpAnswer answer =
        CallHttp(http_address(), "GET", "/v1/orders:watch", {{"Last-Event-ID", place}});
    EXPECT_EQ(answer.status, 400) << place;
  }
}

TEST_F(HttpInput, ABodyWhereNoneBelongsIsRefused) {
  EXPECT_EQ(
      CallHttp(http_address(), "GET", "/v1/orders", {{"Content-Type", "application/json"}}, "{}")
          .status,
      400);
}

}  // namespace
}  // namespace orders::testing_support
