#include "infrastructure/telemetry/logging.h"

#include <string>

#include "gtest/gtest.h"

namespace orders::infrastructure {
namespace {

using application::Severity;

const absl::Time kTime = absl::FromUnixMillis(1'769'853'600'123);

TEST(LogLine, OfTextIsOneLine) {
  EXPECT_EQ(FormatLogLine(LogFormat::kText, kTime, Severity::kWarning, "order=o1 late"),
            "2026-01-31T10:00:00.123Z warning order=o1 late");
}

TEST(LogLine, OfJsonIsOneObject) {
  EXPECT_EQ(
      FormatLogLine(LogFormat::kJson, kTime, Severity::kError, "say \"no\" \\ twice"),
      R"({"time":"2026-01-31T10:00:00.123Z","severity":"error","text":"say \"no\" \\ twice"})");
}

TEST(LogLine, LetsNoCallerWriteALineOfItsOwn) {
  for (const LogFormat format : {LogFormat::kText, LogFormat::kJson}) {
    const std::string line = FormatLogLine(format, kTime, Severity::kInfo, "a\nb\r\x1b[31m\x7f");
    EXPECT_EQ(line.find_first_of("\n\r\x1b\x7f"), std::string::npos);
    EXPECT_NE(line.find("a\\u000ab\\u000d\\u001b[31m\\u007f"), std::string::npos) << line;
  }
}

TEST(LogNames, AreReadAndNothingElse) {
  EXPECT_EQ(ParseSeverity("warning"), Severity::kWarning);
  EXPECT_EQ(ParseSeverity("WARNING"), std::nullopt);
  EXPECT_EQ(ParseLogFormat("json"), LogFormat::kJson);
  EXPECT_EQ(ParseLogFormat(""), std::nullopt);
}

}  // namespace
}  // namespace orders::infrastructure
