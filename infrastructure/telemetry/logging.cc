#include "infrastructure/telemetry/logging.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace orders::infrastructure {
namespace {

using application::Severity;

std::string NameOf(Severity severity) {
  switch (severity) {
    case Severity::kDebug:
      return "debug";
    case Severity::kInfo:
      return "info";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      return "error";
  }
  return "error";
}

spdlog::level::level_enum LevelOf(Severity severity) {
  switch (severity) {
    case Severity::kDebug:
      return spdlog::level::debug;
    case Severity::kInfo:
      return spdlog::level::info;
    case Severity::kWarning:
      return spdlog::level::warn;
    case Severity::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

void AppendEscaped(std::string_view text, bool is_json, std::string& out) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      absl::StrAppendFormat(&out, "\\u%04x", byte);
    } else if (is_json && (c == '"' || c == '\\')) {
      out += '\\';
      out += c;
    } else {
      out += c;
    }
  }
}

}  // namespace

std::optional<LogFormat> ParseLogFormat(std::string_view text) {
  if (text == "text") return LogFormat::kText;
  if (text == "json") return LogFormat::kJson;
  return std::nullopt;
}

std::optional<Severity> ParseSeverity(std::string_view text) {
  for (const Severity severity :
       {Severity::kDebug, Severity::kInfo, Severity::kWarning, Severity::kError}) {
    if (text == NameOf(severity)) return severity;
  }
  return std::nullopt;
}

std::string FormatLogLine(LogFormat format, absl::Time time, Severity severity,
                          std::string_view text) {
  const std::string stamp = absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
  std::string line;
  if (format == LogFormat::kText) {
    line = absl::StrFormat("%s %-7s ", stamp, NameOf(severity));
    AppendEscaped(text, /*is_json=*/false, line);
    return line;
  }
  line =
      absl::StrCat("{\"time\":\"", stamp, "\",\"severity\":\"", NameOf(severity), "\",\"text\":\"");
  AppendEscaped(text, /*is_json=*/true, line);
  line += "\"}";
  return line;
}

Logging::Logging(const LoggingOptions& options)
    : format_(options.format),
      logger_(std::make_shared<spdlog::logger>("orders",
                                               std::make_shared<spdlog::sinks::stderr_sink_mt>())) {
  logger_->set_pattern("%v");
  logger_->set_level(LevelOf(options.severity_min));
  logger_->flush_on(spdlog::level::trace);
}

void Logging::Log(Severity severity, std::string_view text) {
  const spdlog::level::level_enum level = LevelOf(severity);
  if (!logger_->should_log(level)) return;
  const std::string line = FormatLogLine(format_, absl::Now(), severity, text);
  logger_->log(level, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace orders::infrastructure
