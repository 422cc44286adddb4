#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace orders::api {

// What stands in headers, as far as we understand it. Pure.

/// The entity tags of If-Match or If-None-Match (RFC 9110 section 13.1).
struct EtagCondition {
  bool any = false;  ///< "*"
  struct Etag {
    std::string text;  ///< With its quotes, without W/.
    bool is_weak = false;
  };
  std::vector<Etag> etags;

  /// If-None-Match: whether one is meant, weak or not.
  bool MatchesWeakly(std::string_view etag) const;
  /// If-Match: a weak one never matches.
  bool MatchesStrongly(std::string_view etag) const;
};
/// Errors: InvalidArgument, it is neither "*" nor a list of quoted tags; `header` is named in it.
absl::StatusOr<EtagCondition> ParseEtagCondition(const char* header, std::string_view value);

/// Idempotency-Key: a structured field's string ("8e03..."), or the same without its quotes. Error:
/// InvalidArgument, a quote that is not closed, or nothing.
absl::StatusOr<std::string> ParseIdempotencyKey(std::string_view value);

/// The string of a structured field that says `text`, which is printable ASCII: in quotes.
std::string QuotedString(std::string_view text);

/// wait=SECONDS of Prefer (RFC 7240); absent: it says nothing of that, or not a number.
std::optional<absl::Duration> ParsePreferredWait(std::string_view value);

/// The weight, 0 to 1000, that Accept gives a media type; of the most specific range that fits.
/// An absent Accept takes everything.
int AcceptedWeight(std::optional<std::string_view> accept, std::string_view type,
                   std::string_view subtype);
/// Whether Accept-Encoding takes gzip. Absent: no.
bool AcceptsGzip(std::optional<std::string_view> accept_encoding);

/// Whether a Content-Type is JSON in UTF-8.
bool IsJson(std::string_view content_type);

/// The name or address in Host or in an origin, without its port; lower case.
std::string HostOf(std::string_view host_and_port);
/// 127.0.0.1, [::1]: an address, which no foreign name can stand for.
bool IsAddress(std::string_view host);

}  // namespace orders::api
