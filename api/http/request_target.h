#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace orders::api {

/// "/v1/orders/a%20b:confirm?x=1" in its parts. The pieces of the path are as they were sent, views
/// into the target.
struct RequestTarget {
  std::vector<std::string_view> segments;  ///< "v1", "orders", "a%20b"
  std::string_view verb;  ///< "confirm": what follows the last segment's last colon, if it has one.
  std::string_view path;  ///< All of it, with the verb.
  std::vector<std::pair<std::string, std::string>> query;  ///< Decoded.
};

/// Takes the origin form, and the absolute form of http, whose host is left to others. Errors:
/// InvalidArgument, a broken percent sequence or a control character.
absl::StatusOr<RequestTarget> ParseTarget(std::string_view target);

/// Undoes percent-encoding. Errors: InvalidArgument, a broken sequence, or one of a control
/// character.
absl::StatusOr<std::string> DecodePercent(std::string_view text);
/// Keeps what RFC 3986 calls unreserved; all else becomes a sequence.
std::string EncodePercent(std::string_view text);

}  // namespace orders::api
