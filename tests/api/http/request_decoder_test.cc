#include "api/http/request_decoder.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "api/calls/method.h"
#include "api/http/request_target.h"
#include "domain/order/validation.h"
#include "orders/v1/commands.pb.h"
#include "orders/v1/queries.pb.h"

namespace orders::api {
namespace {

using ::testing::HasSubstr;

/// A message as its route would decode it.
template <typename Message>
class Decoding {
 public:
  explicit Decoding(const char* service) {
    EXPECT_TRUE(router_.Add(MethodOf<Message>(service)).ok());
  }

  absl::Status Decode(const std::string& target, const std::string& body = "",
                      const HeaderOptions& headers = {}) {
    message.Clear();
    const auto parsed = ParseTarget(target);
    if (!parsed.ok()) return parsed.status();
    const auto match = router_.Find(*parsed);
    if (!match.ok()) return match.status();
    return DecodeRequest({.route = match->routes->front(),
                          .path_values = match->values,
                          .query = parsed->query,
                          .body = body,
                          .headers = headers},
                         message);
  }
  /// "field: what is wrong", of the first violation.
  std::string Violation(const std::string& target, const std::string& body = "",
                        const HeaderOptions& headers = {}) {
    const auto violations = domain::GetFieldViolations(Decode(target, body, headers));
    if (violations.empty()) return "";
    return absl::StrCat(violations[0].field, ": ", violations[0].description);
  }

  Message message;

 private:
  Router router_;
};

TEST(RequestDecoder, ReadsAQuery) {
  Decoding<v1::GetOrderRequest> order("OrderQueries");
  ASSERT_TRUE(order
                  .Decode("/v1/orders/a%20b?options.min_position=T&options.allow_stale=true&"
                          "as_of_time=2026-01-31T12:00:00Z")
                  .ok());
  EXPECT_EQ(order.message.order_id(), "a b");
  EXPECT_EQ(order.message.options().min_position(), "T");
  EXPECT_TRUE(order.message.options().allow_stale());
  EXPECT_EQ(order.message.as_of_time().seconds(), 1'769'860'800);
  ASSERT_TRUE(order.Decode("/v1/orders/a?asOfRevision=18446744073709551615").ok());
  EXPECT_EQ(order.message.as_of_revision(), 18'446'744'073'709'551'615U);

  Decoding<v1::GetSalesReportRequest> sales("OrderQueries");
  ASSERT_TRUE(sales.Decode("/v1/salesReport?group_by=BY_SKU&page_size=7").ok());
  EXPECT_EQ(sales.message.group_by(), v1::BY_SKU);
  EXPECT_EQ(sales.message.page_size(), 7);
}

TEST(RequestDecoder, RefusesAQueryThatItCannotTakeAtItsWord) {
  Decoding<v1::GetOrderRequest> order("OrderQueries");
  const std::pair<const char*, const char*> cases[] = {
      {"?nonsense=1", "nonsense: there is no such parameter"},
      {"?options=x", "options: there is no"},
      {"?options.nonsense=1", "options.nonsense: there is no"},
      {"?as_of_revision=-1", "as_of_revision: takes a whole number"},
      {"?as_of_revision=+1", "as_of_revision: takes a whole number"},
      {"?as_of_revision=1e2", "as_of_revision: takes a whole number"},
      {"?as_of_revision=18446744073709551616", "as_of_revision: takes a whole number"},
      {"?as_of_time=yesterday", "as_of_time: takes a time"},
      {"?options.allow_stale=yes", "options.allow_stale: takes true or false"},
      {"?as_of_revision=1&as_of_revision=2", "as_of_revision: stands there twice"},
      {"?as_of_revision=1&as_of_position=T", "as_of_position: only one of these"},
      {"?order_id=b", "order_id: the path says it"},
      {"?orderId=b", "orderId: the path says it"},
  };
  for (const auto& [query, said] : cases) {
    EXPECT_THAT(order.Violation(absl::StrCat("/v1/orders/a", query)), HasSubstr(said)) << query;
  }
}

// B74: a secret that somebody puts there is neither taken nor repeated.
TEST(RequestDecoder, RefusesATokenInTheQueryWithoutRepeatingIt) {
  Decoding<v1::GetOrderRequest> order("OrderQueries");
  const absl::Status refused = order.Decode("/v1/orders/a?access_token=hunter2");
  EXPECT_TRUE(absl::IsInvalidArgument(refused));
  EXPECT_EQ(order.Violation("/v1/orders/a?access_token=hunter2").find("hunter2"),
            std::string::npos);
  EXPECT_EQ(refused.ToString().find("hunter2"), std::string::npos);
}

TEST(RequestDecoder, ReadsABodyAndThePathAroundIt) {
  Decoding<v1::CancelOrderRequest> cancel("OrderCommands");
  ASSERT_TRUE(cancel.Decode("/v1/orders/a:cancel", R"({"reason":"late"})").ok());
  EXPECT_EQ(cancel.message.order_id(), "a");
  EXPECT_EQ(cancel.message.reason(), "late");
  EXPECT_TRUE(cancel.Decode("/v1/orders/a:cancel", R"({"order_id":"a"})").ok());
  EXPECT_TRUE(cancel.Decode("/v1/orders/a:cancel").ok());
  EXPECT_THAT(cancel.Violation("/v1/orders/a:cancel", R"({"order_id":"b"})"),
              HasSubstr("order_id: the path says another"));
  EXPECT_THAT(cancel.Violation("/v1/orders/a:cancel?reason=late"), HasSubstr("say it in the body"));
}

TEST(RequestDecoder, PutsHeadersWhereTheBodyCouldHaveSaidTheSame) {
  Decoding<v1::CancelOrderRequest> cancel("OrderCommands");
  const HeaderOptions headers{.request_id = "r1", .etag = "\"3\"", .min_position = "T"};
  ASSERT_TRUE(cancel.Decode("/v1/orders/a:cancel", "{}", headers).ok());
  EXPECT_EQ(cancel.message.options().request_id(), "r1");
  EXPECT_EQ(cancel.message.options().etag(), "\"3\"");
  EXPECT_TRUE(
      cancel.Decode("/v1/orders/a:cancel", R"({"options":{"request_id":"r1"}})", headers).ok());
  EXPECT_THAT(
      cancel.Violation("/v1/orders/a:cancel", R"({"options":{"request_id":"r2"}})", headers),
      HasSubstr("options.request_id: the header Idempotency-Key says another"));

  Decoding<v1::GetOrderRequest> order("OrderQueries");
  ASSERT_TRUE(order.Decode("/v1/orders/a", "", headers).ok());
  EXPECT_EQ(order.message.options().min_position(), "T");
  EXPECT_THAT(order.Violation("/v1/orders/a?options.min_position=U", "", headers),
              HasSubstr("Consistency-Token says another"));
}

}  // namespace
}  // namespace orders::api
