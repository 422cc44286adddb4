#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "application/ports/telemetry.h"

namespace spdlog {
class logger;
}

namespace orders::infrastructure {

enum class LogFormat { kText, kJson };
/// "text", "json".
std::optional<LogFormat> ParseLogFormat(std::string_view text);
/// "debug", "info", "warning", "error".
std::optional<application::Severity> ParseSeverity(std::string_view text);

struct LoggingOptions {
  LogFormat format = LogFormat::kText;
  application::Severity severity_min = application::Severity::kInfo;
};

/// Lines on stderr, each whole and written at once:
///   text  2026-01-31T10:00:00.123Z info  text
///   json  {"time":"2026-01-31T10:00:00.123Z","severity":"info","text":"..."}
/// Control characters in a text are escaped, so that nothing a caller sent makes a line of its own.
/// Thread-safe.
class Logging {
 public:
  explicit Logging(const LoggingOptions& options);

  void Log(application::Severity severity, std::string_view text);

 private:
  const LogFormat format_;
  std::shared_ptr<spdlog::logger> logger_;
};

/// One line of the log without its end, for `Logging` and its tests.
std::string FormatLogLine(LogFormat format, absl::Time time, application::Severity severity,
                          std::string_view text);

}  // namespace orders::infrastructure
