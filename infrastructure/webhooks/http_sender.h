#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "infrastructure/webhooks/webhook_url.h"

namespace orders::infrastructure {

struct HttpSenderOptions {
  /// PEM file of authorities beside the system's; empty: none.
  std::string authorities_file;
  /// From the look-up of the name to the end of the answer.
  absl::Duration timeout = absl::Seconds(15);
};

struct HttpPost {
  WebhookUrl url;
  bool may_be_private = false;  ///< Else only a public address is called (public_address.h).
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
};

struct HttpOutcome {
  int status = 0;     ///< 0: no answer came.
  std::string error;  ///< Why; in a sentence. Empty if one came.
  std::optional<absl::Duration> retry_after;
  absl::Duration duration;
  bool was_cancelled = false;
};

/// Posts messages over HTTP/1.1, on a thread of its own, each on a connection of its own. The
/// address that was looked at is the one that is called. A redirect is an answer like any other.
/// Of the answer the head counts; at most `kAnswerBytesMax` of its body are read, and dropped.
/// Thread-safe. How many are under way at one time is the caller's to bound.
class HttpSender {
 public:
  static constexpr std::size_t kAnswerBytesMax = 16 << 10;

  /// Errors: InvalidArgument, the authorities cannot be read.
  static absl::StatusOr<std::unique_ptr<HttpSender>> Start(const HttpSenderOptions& options);
  /// Ends what is under way: it is answered as cancelled before this returns.
  ~HttpSender();
  HttpSender(const HttpSender&) = delete;
  HttpSender& operator=(const HttpSender&) = delete;

  /// `done` is called once, from the sender's thread; it must not block.
  using Done = absl::AnyInvocable<void(HttpOutcome)>;
  /// The number to cancel it by.
  std::uint64_t Post(HttpPost post, Done done);
  /// One that is over already is no mistake.
  void Cancel(std::uint64_t number);

 private:
  class Impl;
  explicit HttpSender(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

/// What Retry-After says: seconds, or a date. Absent: it cannot be read.
std::optional<absl::Duration> ParseRetryAfter(std::string_view text, absl::Time now);

}  // namespace orders::infrastructure
