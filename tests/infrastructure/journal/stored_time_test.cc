#include "infrastructure/journal/stored_time.h"

#include <string>

#include <rapidcheck.h>

#include <gtest/gtest.h>

namespace orders::infrastructure {
namespace {

std::string Stored(absl::Time time) {
  std::string out;
  AppendStoredTime(time, out);
  return out;
}

TEST(StoredTime, IsRfc3339WithSixDecimals) {
  EXPECT_EQ(Stored(absl::UnixEpoch()), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(Stored(absl::FromUnixMicros(1'767'323'045'000'006)), "2026-01-02T03:04:05.000006Z");
  EXPECT_EQ(Stored(absl::FromUnixMicros(-1)), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(Stored(absl::FromUnixSeconds(951'782'400)), "2000-02-29T00:00:00.000000Z");
}

TEST(StoredTime, RoundsDownAndStaysWithinFourDigitsOfYears) {
  EXPECT_EQ(Stored(absl::UnixEpoch() + absl::Nanoseconds(1'999)), "1970-01-01T00:00:00.000001Z");
  EXPECT_EQ(Stored(absl::InfiniteFuture()), "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(Stored(absl::InfinitePast()), "0001-01-01T00:00:00.000000Z");
}

TEST(StoredTime, AgreesWithAbslAndComesBack) {
  EXPECT_TRUE(rc::check("any microsecond of the years 1 to 9999", [] {
    const std::int64_t micros =
        *rc::gen::inRange<std::int64_t>(-62'135'596'800'000'000, 253'402'300'800'000'000);
    const absl::Time time = absl::FromUnixMicros(micros);
    const std::string stored = Stored(time);
    RC_ASSERT(stored == absl::FormatTime("%E4Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone()));
    RC_ASSERT(ParseStoredTime(stored) == time);
  }));
}

TEST(StoredTime, TakesNoOtherForm) {
  ASSERT_TRUE(ParseStoredTime("2024-02-29T23:59:59.999999Z").has_value());
  for (const char* bad :
       {"", "2024-02-29", "2024-02-29T23:59:59Z", "2024-02-29T23:59:59.99999Z",
        "2024-02-29T23:59:59.9999990Z", "2024-02-29T23:59:59.999999z",
        "2024-02-29 23:59:59.999999Z", "2023-02-29T23:59:59.999999Z", "2024-13-01T00:00:00.000000Z",
        "2024-00-01T00:00:00.000000Z", "2024-01-00T00:00:00.000000Z", "2024-01-01T24:00:00.000000Z",
        "2024-01-01T00:60:00.000000Z", "2024-01-01T00:00:60.000000Z", "0000-01-01T00:00:00.000000Z",
        "+024-01-01T00:00:00.000000Z", "2024-01-01T00:00:00.00000 Z",
        "2024-01-01T00:00:00.000000+00:00"}) {
    EXPECT_EQ(ParseStoredTime(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace orders::infrastructure
