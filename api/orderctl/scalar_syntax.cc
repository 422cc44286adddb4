#include "api/orderctl/scalar_syntax.h"

#include <algorithm>
#include <charconv>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "api/orderctl/utf8.h"

namespace orders::api {
namespace {

constexpr std::size_t kShownBytesMax = 40;
constexpr std::size_t kAsciiBytesMax = 128;
constexpr std::int64_t kRatePpmMax = 10'000'000;
constexpr std::int64_t kPpmOfOnePercent = 10'000;
constexpr std::size_t kPercentDecimalsMax = 4;

/// The word in an error text: short, and safe to show.
std::string Shown(absl::string_view text) {
  const bool cut = text.size() > kShownBytesMax;
  return absl::StrCat("'", Printable(text.substr(0, kShownBytesMax)), cut ? "..." : "", "'");
}

bool AllDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

}  // namespace

absl::StatusOr<std::int64_t> ParseInteger(absl::string_view text, std::int64_t min,
                                          std::int64_t max) {
  const absl::string_view digits = absl::StripPrefix(text, "-");
  if (!AllDigits(digits)) {
    return absl::InvalidArgumentError(absl::StrCat(Shown(text), " is not a whole number"));
  }
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < min || value > max) {
    return absl::InvalidArgumentError(
        absl::StrCat(Shown(text), " is not between ", min, " and ", max));
  }
  return value;
}

absl::StatusOr<std::int32_t> ParseRate(absl::string_view text) {
  const absl::Status expected = absl::InvalidArgumentError(
      absl::StrCat(Shown(text), " is not a rate like 19%, 7.5% or 190000ppm, up to 1000%"));
  absl::string_view rest = text;
  if (absl::ConsumeSuffix(&rest, "ppm")) {
    const absl::StatusOr<std::int64_t> ppm = ParseInteger(rest, 0, kRatePpmMax);
    if (!ppm.ok()) return expected;
    return static_cast<std::int32_t>(*ppm);
  }
  if (!absl::ConsumeSuffix(&rest, "%")) return expected;
  const std::size_t point = rest.find('.');
  const absl::string_view whole = rest.substr(0, point);
  std::string decimals;
  if (point != absl::string_view::npos) {
    decimals = std::string(rest.substr(point + 1));
    if (!AllDigits(decimals) || decimals.size() > kPercentDecimalsMax) return expected;
  }
  decimals.resize(kPercentDecimalsMax, '0');
  const absl::StatusOr<std::int64_t> percent =
      AllDigits(whole) ? ParseInteger(whole, 0, kRatePpmMax / kPpmOfOnePercent) : expected;
  const absl::StatusOr<std::int64_t> parts = ParseInteger(decimals, 0, kPpmOfOnePercent);
  if (!percent.ok() || !parts.ok()) return expected;
  const std::int64_t ppm = *percent * kPpmOfOnePercent + *parts;
  if (ppm > kRatePpmMax) return expected;
  return static_cast<std::int32_t>(ppm);
}

absl::StatusOr<absl::Duration> ParseTimeout(absl::string_view text) {
  absl::Duration duration;
  if (!absl::ParseDuration(text, &duration) || duration <= absl::ZeroDuration() ||
      duration > kTimeoutMax) {
    return absl::InvalidArgumentError(
        absl::StrCat(Shown(text), " is not a duration like 250ms, 10s or 1m30s, up to 24h"));
  }
  return duration;
}

absl::StatusOr<absl::Time> ParseTime(absl::string_view text) {
  absl::Time time;
  std::string error;
  // absl would also take "infinite-future" and blanks around.
  const bool plausible =
      !text.empty() && absl::ascii_isdigit(text.front()) && !absl::ascii_isspace(text.back());
  if (!plausible || !absl::ParseTime(absl::RFC3339_full, text, &time, &error)) {
    return absl::InvalidArgumentError(
        absl::StrCat(Shown(text), " is not a time like 2026-11-23T10:15:00Z"));
  }
  // What a protobuf Timestamp can hold.
  if (time < absl::FromCivil(absl::CivilSecond(1, 1, 1), absl::UTCTimeZone()) ||
      time >= absl::FromCivil(absl::CivilSecond(10000, 1, 1), absl::UTCTimeZone())) {
    return absl::InvalidArgumentError(
        absl::StrCat(Shown(text), " is not in the years 0001 to 9999"));
  }
  return time;
}

absl::StatusOr<std::string> ParseText(absl::string_view text) {
  if (text.size() > kTextBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("a text of ", text.size(), " bytes is too long; ", kTextBytesMax, " at most"));
  }
  if (!IsValidUtf8(text)) {
    return absl::InvalidArgumentError(absl::StrCat(Shown(text), " is not UTF-8"));
  }
  return std::string(text);
}

absl::StatusOr<std::string> ParseAscii(absl::string_view text) {
  const bool printable =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (text.empty() || text.size() > kAsciiBytesMax || !printable) {
    return absl::InvalidArgumentError(
        absl::StrCat(Shown(text), " is not 1 to ", kAsciiBytesMax, " printable ASCII characters"));
  }
  return std::string(text);
}

absl::StatusOr<std::string> ParseServer(absl::string_view text) {
  const std::size_t colon = text.rfind(':');
  const absl::string_view host = text.substr(0, colon == absl::string_view::npos ? 0 : colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  const bool host_ok =
      !host.empty() && (bracketed || host.find_first_of(":[]") == absl::string_view::npos) &&
      std::all_of(host.begin(), host.end(), [](char c) { return c > ' ' && c <= '~' && c != '/'; });
  if (!host_ok || !ParseInteger(text.substr(colon + 1), 1, 65'535).ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(Shown(text), " is not HOST:PORT with a port from 1 to 65535"));
  }
  return std::string(text);
}

}  // namespace orders::api
