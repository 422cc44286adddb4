#include "infrastructure/node/correlation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace eventstoredb {
namespace {

using testing::Eq;
using testing::Optional;

TEST(CorrelationOf, IsTheTextOfTheOutermostObject) {
  EXPECT_THAT(CorrelationOf(R"({"$correlationId":"c"})"), Optional(Eq("c")));
  EXPECT_THAT(CorrelationOf(R"( {"a":{"$correlationId":"in"},"$correlationId":"out"} )"),
              Optional(Eq("out")));
  EXPECT_THAT(CorrelationOf(R"({"$correlationId":"out","a":{"$correlationId":"in"}})"),
              Optional(Eq("out")));
  EXPECT_THAT(CorrelationOf(R"({"$correlationId":"first","$correlationId":"last"})"),
              Optional(Eq("last")));
  EXPECT_THAT(CorrelationOf(R"({"\u0024correlationId":"\u00e9\n"})"), Optional(Eq("\u00e9\n")));
}

TEST(CorrelationOf, IsAbsentWhereThereIsNoText) {
  for (const char* const none :
       {"", "{}", "[]", "\"$correlationId\"", "$correlationId", R"({"$correlationId":7})",
        R"({"$correlationId":null})", R"({"$correlationId":["c"]})",
        R"({"$correlationId":{"$correlationId":"in"}})", R"([{"$correlationId":"c"}])",
        R"({"$correlationId":"c")", R"({"$correlationId":"c"} more)",
        R"({"$correlationId":"first","$correlationId":2})"}) {
    EXPECT_EQ(CorrelationOf(none), std::nullopt) << none;
  }
}

}  // namespace
}  // namespace eventstoredb
