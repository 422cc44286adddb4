#include "infrastructure/runtime/uuid7_id_source.h"

#include <algorithm>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "eventstoredb/uuid.h"
#include "tests/support/manual_clock.h"

namespace orders::infrastructure {
namespace {

using testing_support::ManualClock;

TEST(Uuid7IdSource, WritesTimeVersionAndVariantWhereTheRfcHasThem) {
  ManualClock clock;
  Uuid7IdSource ids(clock);
  const std::string text = ids.NewId();

  const auto id = eventstoredb::Uuid::Parse(text);
  ASSERT_TRUE(id.has_value()) << text;
  std::uint64_t milliseconds = 0;
  for (std::size_t i = 0; i < 6; ++i) milliseconds = milliseconds << 8 | id->bytes[i];
  EXPECT_EQ(milliseconds, static_cast<std::uint64_t>(ManualClock::kStart / 1'000));
  EXPECT_EQ(id->bytes[6] >> 4, 7);
  EXPECT_EQ(id->bytes[8] >> 6, 2);
  // 6 microseconds of the millisecond, in parts of 4096.
  EXPECT_EQ((id->bytes[6] & 0x0F) << 8 | id->bytes[7], 6 * 4'096 / 1'000);
}

TEST(Uuid7IdSource, SortsByTheOrderOfMakingWhateverTheClockDoes) {
  ManualClock clock;
  Uuid7IdSource ids(clock);
  std::vector<std::string> made;
  for (int i = 0; i < 30'000; ++i) {  // More than a millisecond has parts: it runs ahead.
    if (i == 10'000) clock.Advance(-absl::Hours(24 * 365));
    if (i == 20'000) clock.Advance(2 * absl::Hours(24 * 365));
    made.push_back(ids.NewId());
  }
  EXPECT_TRUE(std::is_sorted(made.begin(), made.end()));
  EXPECT_EQ(std::set<std::string>(made.begin(), made.end()).size(), made.size());
}

TEST(Uuid7IdSource, DiffersFromAnotherSourceAtTheSameTime) {
  ManualClock clock;
  Uuid7IdSource one(clock);
  Uuid7IdSource two(clock);
  EXPECT_NE(one.NewId(), two.NewId());
}

TEST(Uuid7IdSource, GivesNoIdTwiceToManyThreads) {
  ManualClock clock;
  Uuid7IdSource ids(clock);
  constexpr std::size_t kThreads = 4;
  constexpr int kEach = 5'000;
  std::vector<std::vector<std::string>> made(kThreads);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) made[t].push_back(ids.NewId());
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<std::string> all;
  for (const auto& part : made) {
    EXPECT_TRUE(std::is_sorted(part.begin(), part.end()));
    all.insert(part.begin(), part.end());
  }
  EXPECT_EQ(all.size(), kThreads * kEach);
}

}  // namespace
}  // namespace orders::infrastructure
