#include "api/http/head_scanner.h"

#include <string>

#include "gtest/gtest.h"

namespace orders::api {
namespace {

using Verdict = HeadScanner::Verdict;

constexpr char kStart[] = "GET / HTTP/1.1\r\nHost: a\r\n";

/// 0: it is whole. 1: more is wanted.
int StatusOf(const std::string& head) {
  HeadScanner scanner({});
  switch (scanner.Scan(head)) {
    case Verdict::kWhole:
      return 0;
    case Verdict::kMore:
      return 1;
    case Verdict::kRefused:
      return scanner.refusal().status;
  }
  return -1;
}

TEST(HeadScanner, FindsTheEndHoweverTheBytesCome) {
  const std::string head = std::string(kStart) + "\r\n";
  const std::string all = head + "the body";
  HeadScanner at_once({});
  EXPECT_EQ(at_once.Scan(all), Verdict::kWhole);
  EXPECT_EQ(at_once.head_bytes(), head.size());
  HeadScanner by_bytes({});
  for (std::size_t i = 1; i < head.size(); ++i) {
    ASSERT_EQ(by_bytes.Scan(all.substr(0, i)), Verdict::kMore) << i;
  }
  EXPECT_EQ(by_bytes.Scan(head), Verdict::kWhole);
  EXPECT_EQ(by_bytes.head_bytes(), head.size());
}

// B62, B68
TEST(HeadScanner, RefusesWhatIsTooLongBeforeItHasAllCome) {
  const std::string long_value(8'192, 'a');
  EXPECT_EQ(StatusOf(kStart + ("X: " + long_value)), 431);
  EXPECT_EQ(StatusOf("GET /" + long_value), 414);
  EXPECT_EQ(StatusOf(long_value + "a"), 431);
  std::string many = kStart;
  for (int i = 0; i < 99; ++i) many += "X: y\r\n";
  EXPECT_EQ(StatusOf(many + "\r\n"), 0);
  EXPECT_EQ(StatusOf(many + "X: y\r\n\r\n"), 431);
  std::string large = kStart;
  for (int i = 0; i < 10; ++i) large += "X: " + std::string(4'000, 'a') + "\r\n";
  EXPECT_EQ(StatusOf(large), 431);
}

// B63
TEST(HeadScanner, RefusesWhatTwoProgramsReadInTwoWays) {
  for (const std::string& line :
       {std::string("X: a\n"), std::string("X: a\rb\r\n"), std::string("\n"),
        std::string("X: a\r\n folded\r\n"), std::string("X: a\r\n\tfolded\r\n"),
        std::string("X: a\0b\r\n", 8), std::string("X: a\x01\r\n"), std::string("X: \x7f\r\n")}) {
    EXPECT_EQ(StatusOf(kStart + line + "\r\n"), 400) << line;
  }
  EXPECT_EQ(StatusOf("\r\nGET / HTTP/1.1\r\n\r\n"), 400);
}

}  // namespace
}  // namespace orders::api
