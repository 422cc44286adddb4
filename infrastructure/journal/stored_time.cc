#include "infrastructure/journal/stored_time.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

namespace orders::infrastructure {
namespace {

using Days = std::chrono::sys_days;

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;
constexpr std::string_view kForm = "0000-00-00T00:00:00.000000Z";

constexpr std::int64_t MicrosOf(std::chrono::year_month_day date) {
  return Days(date).time_since_epoch().count() * kMicrosPerDay;
}
constexpr std::int64_t kFirst =
    MicrosOf({std::chrono::year(1), std::chrono::month(1), std::chrono::day(1)});
constexpr std::int64_t kLast =
    MicrosOf({std::chrono::year(10'000), std::chrono::month(1), std::chrono::day(1)}) - 1;

void PutDigits(std::int64_t value, int width, char* out) {
  for (int i = width - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

std::int64_t Digits(std::string_view text, std::size_t at, std::size_t width) {
  std::int64_t value = 0;
  for (const char digit : text.substr(at, width)) value = value * 10 + (digit - '0');
  return value;
}

}  // namespace

void AppendStoredTime(absl::Time time, std::string& out) {
  const std::int64_t micros = std::clamp(absl::ToUnixMicros(time), kFirst, kLast);
  std::int64_t day = micros / kMicrosPerDay;
  if (micros % kMicrosPerDay < 0) --day;
  const std::int64_t of_day = micros - day * kMicrosPerDay;
  const std::chrono::year_month_day date{Days(std::chrono::days(day))};

  std::array<char, kForm.size()> text;
  std::copy(kForm.begin(), kForm.end(), text.begin());
  const std::int64_t seconds = of_day / kMicrosPerSecond;
  PutDigits(static_cast<int>(date.year()), 4, &text[0]);
  PutDigits(static_cast<unsigned>(date.month()), 2, &text[5]);
  PutDigits(static_cast<unsigned>(date.day()), 2, &text[8]);
  PutDigits(seconds / 3'600, 2, &text[11]);
  PutDigits(seconds / 60 % 60, 2, &text[14]);
  PutDigits(seconds % 60, 2, &text[17]);
  PutDigits(of_day % kMicrosPerSecond, 6, &text[20]);
  out.append(text.data(), text.size());
}

std::optional<absl::Time> ParseStoredTime(std::string_view text) {
  if (text.size() != kForm.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool fits = kForm[i] == '0' ? text[i] >= '0' && text[i] <= '9' : text[i] == kForm[i];
    if (!fits) return std::nullopt;
  }
  const std::chrono::year_month_day date{
      std::chrono::year(static_cast<int>(Digits(text, 0, 4))),
      std::chrono::month(static_cast<unsigned>(Digits(text, 5, 2))),
      std::chrono::day(static_cast<unsigned>(Digits(text, 8, 2)))};
  const std::int64_t hour = Digits(text, 11, 2);
  const std::int64_t minute = Digits(text, 14, 2);
  const std::int64_t second = Digits(text, 17, 2);
  if (!date.ok() || static_cast<int>(date.year()) < 1) return std::nullopt;
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return absl::FromUnixMicros(MicrosOf(date) +
                              (hour * 3'600 + minute * 60 + second) * kMicrosPerSecond +
                              Digits(text, 20, 6));
}

}  // namespace orders::infrastructure
