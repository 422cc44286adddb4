#include "api/http/framing_rules.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace orders::api {
namespace {

constexpr std::size_t kBodyBytesMax = 1'000;

/// 0: nothing is wrong.
int StatusOf(std::vector<HttpRequest::Field> fields, int version = 11) {
  const HttpRequest request{
      .method = "POST", .target = "/", .version = version, .fields = std::move(fields)};
  const std::optional<HttpRefusal> refusal = CheckFraming(request, kBodyBytesMax);
  return refusal.has_value() ? refusal->status : 0;
}

TEST(Framing, TakesAnOrdinaryRequest) {
  EXPECT_EQ(StatusOf({{"host", "a:80"}}), 0);
  EXPECT_EQ(StatusOf({{"Host", "[::1]:80"}, {"Content-Length", "1000"}}), 0);
  EXPECT_EQ(StatusOf({{"Host", "a"}, {"Transfer-Encoding", "Chunked"}}), 0);
  EXPECT_EQ(StatusOf({}, 10), 0);
}

// B64
TEST(Framing, RefusesALengthThatCanBeReadInTwoWays) {
  const std::vector<std::vector<HttpRequest::Field>> cases = {
      {{"Host", "a"}, {"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}},
      {{"Host", "a"}, {"Content-Length", "5"}, {"Content-Length", "6"}},
      {{"Host", "a"}, {"Content-Length", "5"}, {"content-length", "5"}},
      {{"Host", "a"}, {"Content-Length", "+5"}},
      {{"Host", "a"}, {"Content-Length", "-1"}},
      {{"Host", "a"}, {"Content-Length", "5, 5"}},
      {{"Host", "a"}, {"Content-Length", ""}},
      {{"Host", "a"}, {"Content-Length", "100000000000000000000"}},
      {{"Host", "a"}, {"Transfer-Encoding", "chunked, chunked"}},
      {{"Host", "a"}, {"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}},
      {{"Host", "a"}, {"Transfer-Encoding", "gzip, chunked"}},
      {{"Host", "a"}, {"Transfer-Encoding", "identity"}},
  };
  for (const auto& fields : cases) EXPECT_EQ(StatusOf(fields), 400) << fields.back().value;
  EXPECT_EQ(StatusOf({{"Host", "a"}, {"Transfer-Encoding", "chunked"}}, 10), 400);
  EXPECT_EQ(StatusOf({{"Host", "a"}, {"Content-Length", "1001"}}), 413);
}

// B65, B66, B70
TEST(Framing, RefusesAHostTwiceOrNoneAnUnknownVersionAndExpectation) {
  EXPECT_EQ(StatusOf({}), 400);
  EXPECT_EQ(StatusOf({{"Host", "a"}, {"Host", "a"}}), 400);
  EXPECT_EQ(StatusOf({{"Host", ""}}), 400);
  EXPECT_EQ(StatusOf({{"Host", "a/b"}}), 400);
  EXPECT_EQ(StatusOf({{"Host", "a@b"}}), 400);
  EXPECT_EQ(StatusOf({{"Host", "a"}}, 27), 505);
  EXPECT_EQ(StatusOf({{"Host", "a"}, {"Expect", "100-continue"}}), 0);
  EXPECT_EQ(StatusOf({{"Host", "a"}, {"Expect", "a-miracle"}}), 417);
}

}  // namespace
}  // namespace orders::api
