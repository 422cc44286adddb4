#include "api/orderctl/scalar_syntax.h"

#include <cstdint>
#include <limits>
#include <string>

#include "gtest/gtest.h"

#include "api/orderctl/utf8.h"

namespace orders::api {
namespace {

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

TEST(ParseInteger, ReadsDecimalDigits) {
  EXPECT_EQ(*ParseInteger("0", kMin, kMax), 0);
  EXPECT_EQ(*ParseInteger("010", kMin, kMax), 10);
  EXPECT_EQ(*ParseInteger("-7", kMin, kMax), -7);
  EXPECT_EQ(*ParseInteger("9223372036854775807", kMin, kMax), kMax);
  EXPECT_EQ(*ParseInteger("-9223372036854775808", kMin, kMax), kMin);
}

TEST(ParseInteger, RefusesEverythingElse) {
  for (const char* text : {"", "-", "--1", "+1", " 1", "1 ", "1,000", "1.0", "0x10", "1e3", "abc",
                           "9223372036854775808", "-9223372036854775809", "\xD9\xA1"}) {
    EXPECT_FALSE(ParseInteger(text, kMin, kMax).ok()) << text;
  }
}

TEST(ParseInteger, KeepsTheBounds) {
  EXPECT_TRUE(ParseInteger("1", 1, 3).ok());
  EXPECT_TRUE(ParseInteger("3", 1, 3).ok());
  EXPECT_FALSE(ParseInteger("0", 1, 3).ok());
  EXPECT_FALSE(ParseInteger("4", 1, 3).ok());
}

TEST(ParseRate, ReadsPercentAndPartsPerMillion) {
  EXPECT_EQ(*ParseRate("19%"), 190'000);
  EXPECT_EQ(*ParseRate("7.5%"), 75'000);
  EXPECT_EQ(*ParseRate("0.0001%"), 1);
  EXPECT_EQ(*ParseRate("0%"), 0);
  EXPECT_EQ(*ParseRate("1000%"), 10'000'000);
  EXPECT_EQ(*ParseRate("190000ppm"), 190'000);
}

TEST(ParseRate, RefusesWhatIsNoRate) {
  for (const char* text :
       {"", "%", "ppm", "19", "-1%", "-1ppm", ".5%", "1.%", "1.00001%", "1.-5%", "1000.0001%",
        "1001%", "10000001ppm", "1e2%", "5 %", "99999999999999%"}) {
    EXPECT_FALSE(ParseRate(text).ok()) << text;
  }
}

TEST(ParseTimeout, ReadsDurationsWithUnits) {
  EXPECT_EQ(*ParseTimeout("10s"), absl::Seconds(10));
  EXPECT_EQ(*ParseTimeout("250ms"), absl::Milliseconds(250));
  EXPECT_EQ(*ParseTimeout("1m30s"), absl::Seconds(90));
}

TEST(ParseTimeout, RefusesWhatIsNoPositiveBoundedDuration) {
  for (const char* text : {"", "0", "0s", "5", "5x", "-1s", "inf", "1e9h", "25h", "abc"}) {
    EXPECT_FALSE(ParseTimeout(text).ok()) << text;
  }
}

TEST(ParseTime, ReadsRfc3339) {
  EXPECT_EQ(*ParseTime("2026-11-23T10:15:00Z"),
            absl::FromCivil(absl::CivilSecond(2026, 11, 23, 10, 15, 0), absl::UTCTimeZone()));
  EXPECT_EQ(*ParseTime("2026-11-23T11:15:00+01:00"), *ParseTime("2026-11-23T10:15:00Z"));
}

TEST(ParseTime, RefusesWhatIsNoTime) {
  for (const char* text : {"", "today", "infinite-future", "2026-11-23", "2026-13-01T00:00:00Z",
                           " 2026-11-23T10:15:00Z", "2026-11-23T10:15:00Z ",
                           "99999-01-01T00:00:00Z", "0000-01-01T00:00:00Z"}) {
    EXPECT_FALSE(ParseTime(text).ok()) << text;
  }
}

TEST(ParseServer, ReadsHostAndPort) {
  for (const char* text :
       {"127.0.0.1:50051", "localhost:1", "orders.example.com:65535", "[::1]:50051"}) {
    EXPECT_TRUE(ParseServer(text).ok()) << text;
  }
}

TEST(ParseServer, RefusesWhatIsNoAddress) {
  for (const char* text :
       {"", ":", "host", "host:", ":1", "host:0", "host:65536", "host:-1", "host:abc", "::1:50051",
        "[]:1", "http://host:1", "ho st:1", "host:1 ", "a:b:1"}) {
    EXPECT_FALSE(ParseServer(text).ok()) << text;
  }
}

TEST(ParseAscii, RefusesWhatAHeaderCannotHold) {
  EXPECT_TRUE(ParseAscii("till 4").ok());
  EXPECT_TRUE(ParseAscii(std::string(128, 'x')).ok());
  EXPECT_FALSE(ParseAscii("").ok());
  EXPECT_FALSE(ParseAscii(std::string(129, 'x')).ok());
  EXPECT_FALSE(ParseAscii("a\nb").ok());
  EXPECT_FALSE(ParseAscii("é").ok());
  EXPECT_FALSE(ParseAscii(std::string("a\0b", 3)).ok());
}

TEST(ParseText, RefusesWhatIsNoUtf8OrTooLong) {
  EXPECT_TRUE(ParseText("").ok());
  EXPECT_TRUE(ParseText("Grüße\n🍵").ok());
  EXPECT_TRUE(ParseText(std::string(kTextBytesMax, 'x')).ok());
  EXPECT_FALSE(ParseText(std::string(kTextBytesMax + 1, 'x')).ok());
  for (const char* text : {"\x80", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xED\xBF\xBF",
                           "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80"}) {
    EXPECT_FALSE(ParseText(text).ok());
  }
}

TEST(Printable, TakesTheSwayOverATerminalAway) {
  EXPECT_EQ(Printable("a\x1b[31mb\nc\td\x7f"), "a?[31mb?c?d?");
  EXPECT_EQ(Printable("x\u202Ey\u2066z\u0085"), "x?y?z?");
  EXPECT_EQ(Printable("bad \xFF byte"), "bad ? byte");
  EXPECT_EQ(Printable("Grün 緑茶"), "Grün 緑茶");
}

}  // namespace
}  // namespace orders::api
