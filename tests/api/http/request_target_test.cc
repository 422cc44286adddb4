#include "api/http/request_target.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orders::api {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(RequestTarget, IsTakenApart) {
  const auto target = ParseTarget("/v1/orders/a%20b:confirm?x=1&y.z=a+b%26c&empty=&flag");
  ASSERT_TRUE(target.ok());
  EXPECT_THAT(target->segments, ElementsAre("v1", "orders", "a%20b"));
  EXPECT_EQ(target->verb, "confirm");
  EXPECT_EQ(target->path, "/v1/orders/a%20b:confirm");
  EXPECT_THAT(target->query, ElementsAre(Pair("x", "1"), Pair("y.z", "a b&c"), Pair("empty", ""),
                                         Pair("flag", "")));
}

TEST(RequestTarget, OfAProxyLosesItsHost) {
  const auto target = ParseTarget("http://orders.example:8080/v1/orders?x=1");
  ASSERT_TRUE(target.ok());
  EXPECT_EQ(target->path, "/v1/orders");
  EXPECT_EQ(ParseTarget("http://orders.example")->path, "/");
}

TEST(RequestTarget, RefusesWhatIsBrokenOrHidesSomething) {
  for (const char* target :
       {"", "v1/orders", "*", "/v1?x=%zz", "/v1?x=%0d%0a", "/v1?%00=1", "/v1?x=%"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseTarget(target).status())) << target;
  }
}

TEST(Percent, EncodesWhatItDecodes) {
  std::string all;
  for (int c = 0x20; c < 0x7f; ++c) all += static_cast<char>(c);
  all += "\xc3\xa4";
  const std::string encoded = EncodePercent(all);
  EXPECT_EQ(encoded.find_first_of(" /?#:\"<>"), std::string::npos);
  EXPECT_EQ(*DecodePercent(encoded), all);
}

}  // namespace
}  // namespace orders::api
