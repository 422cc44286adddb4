#include "api/http/origin_rules.h"

#include <string>

#include "gtest/gtest.h"

namespace orders::api {
namespace {

const OriginRules& Rules() {
  static const auto& rules =
      *new OriginRules({.hosts = {"orders.example"}, .allowed = {"https://shop.example"}});
  return rules;
}

/// 0: not refused.
int StatusOf(const std::string& method, const std::string& host, const std::string& origin = "") {
  HttpRequest request{.method = method, .target = "/", .fields = {{"Host", host}}};
  if (!origin.empty()) request.fields.push_back({"Origin", origin});
  const std::optional<HttpResponse> refused = Rules().Refuse(request, "r1");
  return refused.has_value() ? refused->status : 0;
}

// B65
TEST(OriginRules, AnswerToOwnNamesAndAddressesAlone) {
  for (const char* host : {"localhost:8080", "127.0.0.1:8080", "[::1]", "Orders.Example", ""}) {
    EXPECT_EQ(StatusOf("GET", host), 0) << host;
  }
  for (const char* host : {"evil.example", "127.0.0.1.evil.example", "orders.example.evil"}) {
    EXPECT_EQ(StatusOf("GET", host), 421) << host;
  }
}

// B73
TEST(OriginRules, LetForeignPagesChangeNothing) {
  for (const char* origin :
       {"https://evil.example", "null", "http://127.0.0.1:9999", "https://shop.example.evil"}) {
    EXPECT_EQ(StatusOf("POST", "127.0.0.1:8080", origin), 403) << origin;
    EXPECT_EQ(StatusOf("GET", "127.0.0.1:8080", origin), 0) << origin;
  }
  EXPECT_EQ(StatusOf("POST", "127.0.0.1:8080", "http://127.0.0.1:8080"), 0);
  EXPECT_EQ(StatusOf("POST", "127.0.0.1:8080", "https://shop.example"), 0);
  EXPECT_EQ(StatusOf("POST", "127.0.0.1:8080"), 0);
}

TEST(OriginRules, NameTheOriginToListedPagesAlone) {
  const auto allowed = [](const char* origin) {
    return Rules().AllowedOrigin({.method = "GET", .fields = {{"Origin", origin}}});
  };
  EXPECT_EQ(allowed("https://shop.example"), "https://shop.example");
  EXPECT_EQ(allowed("https://evil.example"), "");
  EXPECT_EQ(Rules().AllowedOrigin({.method = "GET"}), "");
}

}  // namespace
}  // namespace orders::api
