#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace orders::api {

// How the words of a command line are read. Pure; every error is InvalidArgument, and its text says
// in one line what was expected.

inline constexpr std::size_t kTextBytesMax = 64 << 10;  ///< Of one word of a command line.
inline constexpr absl::Duration kTimeoutMax = absl::Hours(24);

/// Decimal digits, perhaps after a '-'; nothing else (no sign '+', blanks, hex, exponents).
absl::StatusOr<std::int64_t> ParseInteger(absl::string_view text, std::int64_t min,
                                          std::int64_t max);
/// "19%", "7.5%" or "190000ppm", in parts per million: 0 to 10,000,000.
absl::StatusOr<std::int32_t> ParseRate(absl::string_view text);
/// "10s", "1m30s", "250ms": more than 0, at most kTimeoutMax.
absl::StatusOr<absl::Duration> ParseTimeout(absl::string_view text);
/// RFC 3339: "2026-11-23T10:15:00Z".
absl::StatusOr<absl::Time> ParseTime(absl::string_view text);
/// UTF-8 of at most kTextBytesMax; may be empty.
absl::StatusOr<std::string> ParseText(absl::string_view text);
/// 1 to 128 printable ASCII characters: what a header or an id may be.
absl::StatusOr<std::string> ParseAscii(absl::string_view text);
/// "host:port", "[::1]:port" with a port from 1 to 65535; no scheme.
absl::StatusOr<std::string> ParseServer(absl::string_view text);

}  // namespace orders::api
