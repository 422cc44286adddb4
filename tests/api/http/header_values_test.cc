#include "api/http/header_values.h"

#include <string>

#include "gtest/gtest.h"

namespace orders::api {
namespace {

TEST(EtagCondition, MatchesStronglyOrWeakly) {
  const auto listed = ParseEtagCondition("If-Match", R"("1", W/"2" , "a,b")");
  ASSERT_TRUE(listed.ok());
  EXPECT_TRUE(listed->MatchesStrongly("\"1\""));
  EXPECT_FALSE(listed->MatchesStrongly("\"2\""));
  EXPECT_TRUE(listed->MatchesWeakly("\"2\""));
  EXPECT_TRUE(listed->MatchesStrongly("\"a,b\""));
  EXPECT_FALSE(listed->MatchesWeakly("\"3\""));
  EXPECT_TRUE(ParseEtagCondition("If-Match", " * ")->MatchesStrongly("\"7\""));
}

// B72
TEST(EtagCondition, RefusesWhatIsNoEtag) {
  for (const char* value :
       {"", "1", "\"1", "1\"", "\"1\" \"2\"", "\"1\",", "*, \"1\"", "w/\"1\""}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseEtagCondition("If-Match", value).status())) << value;
  }
}

TEST(IdempotencyKey, IsAStringWithOrWithoutQuotes) {
  EXPECT_EQ(*ParseIdempotencyKey("\"8e03978e\""), "8e03978e");
  EXPECT_EQ(*ParseIdempotencyKey("8e03978e"), "8e03978e");
  EXPECT_EQ(*ParseIdempotencyKey(R"("a\"b\\c")"), R"(a"b\c)");
  EXPECT_EQ(QuotedString(R"(a"b\c)"), R"("a\"b\\c")");
  for (const char* value : {"", "\"\"", "\"open", "a\"b", "\"a\"b", R"("a\)"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseIdempotencyKey(value).status())) << value;
  }
}

TEST(Prefer, SaysHowLongToWait) {
  EXPECT_EQ(ParsePreferredWait("wait=5"), absl::Seconds(5));
  EXPECT_EQ(ParsePreferredWait("respond-async, Wait = 10; x=y"), absl::Seconds(10));
  for (const char* value : {"", "wait", "wait=", "wait=-1", "wait=soon", "waiting=5"}) {
    EXPECT_EQ(ParsePreferredWait(value), std::nullopt) << value;
  }
}

// B59
TEST(Accept, WeighsTheMostSpecificRange) {
  const auto weight = [](const char* accept) {
    return AcceptedWeight(accept, "application", "json");
  };
  EXPECT_EQ(AcceptedWeight(std::nullopt, "application", "json"), 1'000);
  EXPECT_EQ(weight("*/*"), 1'000);
  EXPECT_EQ(weight("text/html, application/*;q=0.5"), 500);
  EXPECT_EQ(weight("application/*, application/json;q=0"), 0);
  EXPECT_EQ(weight("*/*;q=0.1, Application/JSON"), 1'000);
  EXPECT_EQ(weight("text/csv"), 0);
  EXPECT_EQ(weight("application/json;q=nonsense"), 0);
}

TEST(AcceptEncoding, TakesGzipWhereItIsSaid) {
  EXPECT_TRUE(AcceptsGzip("gzip"));
  EXPECT_TRUE(AcceptsGzip("br, GZIP;q=0.5"));
  EXPECT_TRUE(AcceptsGzip("*"));
  EXPECT_FALSE(AcceptsGzip("gzip;q=0, *"));
  EXPECT_FALSE(AcceptsGzip("br, identity"));
  EXPECT_FALSE(AcceptsGzip(""));
  EXPECT_FALSE(AcceptsGzip(std::nullopt));
}

// B58
TEST(ContentType, IsJsonInUtf8) {
  for (const char* type : {"application/json", "Application/JSON; charset=UTF-8",
                           "application/json;charset=\"utf-8\""}) {
    EXPECT_TRUE(IsJson(type)) << type;
  }
  for (const char* type : {"", "text/json", "application/json; charset=utf-16",
                           "application/json; boundary=x", "application/x-www-form-urlencoded"}) {
    EXPECT_FALSE(IsJson(type)) << type;
  }
}

TEST(Host, LosesItsPort) {
  EXPECT_EQ(HostOf("Orders.Example:8080"), "orders.example");
  EXPECT_EQ(HostOf("[::1]:8080"), "[::1]");
  EXPECT_EQ(HostOf("127.0.0.1"), "127.0.0.1");
  EXPECT_TRUE(IsAddress("127.0.0.1"));
  EXPECT_TRUE(IsAddress("[::1]"));
  EXPECT_FALSE(IsAddress("127.0.0.1.evil.example"));
  EXPECT_FALSE(IsAddress("[evil]"));
}

}  // namespace
}  // namespace orders::api
