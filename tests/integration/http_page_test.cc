// The web page as the real service serves it: beside the API, and with what keeps a browser from
// running anything else.
#include <string>

#include <gtest/gtest.h>

#include "tests/integration/service_test.h"
#include "tests/support/http_client.h"

namespace orders::testing_support {
namespace {

constexpr char kPolicy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

class HttpPage : public ServiceTest {};

TEST_F(HttpPage, IsAtTheRootAndAtEveryViewBesideTheApi) {
  HttpClient http(http_address());
  const HttpAnswer page = http.Get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.Get("Content-Type"), "text/html; charset=utf-8");
  EXPECT_NE(page.body.find("<orders-app>"), std::string::npos);
  for (const char* view : {"/orders/o-1?tab=x", "/read-models", "/shop", "/orders/a%20b/history"}) {
    EXPECT_EQ(http.Get(view).body, page.body) << view;
  }
  EXPECT_EQ(http.Get("/v1/orders").Get("Content-Type"), "application/json");
  EXPECT_EQ(http.Get("/healthz/live").body, "live\n");
  EXPECT_EQ(http.Get("/no-such-place").status, 404);
  EXPECT_EQ(http.Get("/assets/no-such-file.js").status, 404);
}

TEST_F(HttpPage, IsOnlyRead) {
  HttpClient http(http_address());
  EXPECT_TRUE(http.Send("HEAD /assets/app.js HTTP/1.1\r\nHost: " + http_address() + "\r\n\r\n"));
  const HttpAnswer head = http.Receive(/*is_head=*/true);
  const HttpAnswer whole = http.Get("/assets/app.js");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.Get("Content-Length"), std::to_string(whole.body.size()));
  EXPECT_EQ(head.Get("ETag"), whole.Get("ETag"));
  for (const char* method : {"POST", "PUT", "DELETE"}) {
    const HttpAnswer refused = http.Call(method, "/orders/o-1");
    EXPECT_EQ(refused.status, 405) << method;
    EXPECT_EQ(refused.Get("Allow"), "GET, HEAD") << method;
  }
}

TEST_F(HttpPage, IsSentAgainOnlyWhenItHasChanged) {
  HttpClient http(http_address());
  for (const char* encoding : {"identity", "gzip"}) {
    const HttpAnswer first = http.Get("/assets/dygraph.min.js", {{"Accept-Encoding", encoding}});
    ASSERT_EQ(first.status, 200);
    const HttpAnswer again =
        http.Get("/assets/dygraph.min.js",
                 {{"Accept-Encoding", encoding}, {"If-None-Match", first.Get("ETag")}});
    EXPECT_EQ(again.status, 304) << encoding;
    EXPECT_EQ(again.body, "") << encoding;
    EXPECT_EQ(again.Get("ETag"), first.Get("ETag")) << encoding;
  }
}

// B80
TEST_F(HttpPage, AndEveryOtherAnswerRunsOnlyWhatTheServiceServes) {
  HttpClient http(http_address());
  for (const char* path : {"/", "/assets/app.js", "/assets/nothing", "/v1/orders", "/v1/nothing",
                           "/docs", "/openapi.json", "/metrics", "/healthz/ready"}) {
    const HttpAnswer answer = http.Get(path);
    EXPECT_EQ(answer.Get("Content-Security-Policy"), kPolicy) << path;
    EXPECT_EQ(answer.Get("X-Content-Type-Options"), "nosniff") << path;
    EXPECT_EQ(answer.Get("Referrer-Policy"), "no-referrer") << path;
    EXPECT_FALSE(answer.Find("Server").has_value()) << path;
  }
  EXPECT_TRUE(http.Send("GET /v1/orders:watch HTTP/1.1\r\nHost: " + http_address() + "\r\n\r\n"));
  EXPECT_EQ(http.ReceiveHead().Get("Content-Security-Policy"), kPolicy);
}

// B65
TEST_F(HttpPage, IsServedUnderItsOwnNamesAlone) {
  HttpClient http(http_address());
  EXPECT_TRUE(http.Send("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"));
  EXPECT_EQ(http.Receive().status, 421);
}

}  // namespace
}  // namespace orders::testing_support
