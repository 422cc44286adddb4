#include "infrastructure/node/access/recent_map.h"

#include <string>

#include <gtest/gtest.h>

namespace eventstoredb {
namespace {

TEST(ARecentMap, HoldsTheNewestOfABoundedNumber) {
  RecentMap<std::string, int> map(2);
  for (int i = 0; i < 10; ++i) map.Put(std::to_string(i), i);

  EXPECT_EQ(map.Find("9"), 9);
  EXPECT_EQ(map.Find("8"), 8);
  int held = 0;
  for (int i = 0; i < 10; ++i) held += map.Find(std::to_string(i)).has_value() ? 1 : 0;
  EXPECT_LE(held, 4);
}

TEST(ARecentMap, GivesTheValueThatWasPutLast) {
  RecentMap<std::string, int> map(2);
  map.Put("a", 1);
  map.Put("b", 2);
  map.Put("c", 3);
  map.Put("a", 4);
  EXPECT_EQ(map.Find("a"), 4);
  EXPECT_EQ(map.Find("nothing"), std::nullopt);
}

}  // namespace
}  // namespace eventstoredb
