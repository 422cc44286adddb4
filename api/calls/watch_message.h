#pragma once

#include <optional>
#include <string>
#include <utility>

#include "absl/base/call_once.h"
#include "absl/functional/function_ref.h"

#include "orders/v1/queries.pb.h"

namespace orders::api {

/// A message of a watch, made once for all who get it. Thread-safe.
class WatchMessage {
 public:
  explicit WatchMessage(v1::WatchOrdersResponse content) : content_(std::move(content)) {}

  const v1::WatchOrdersResponse& content() const { return content_; }

  /// What `encode` makes of the content; the first to ask has it made. All ask for the same.
  const std::string& Text(
      absl::FunctionRef<std::string(const v1::WatchOrdersResponse& content)> encode) const {
    absl::call_once(is_encoded_, [&] { text_ = encode(content_); });
    return text_;
  }

 private:
  const v1::WatchOrdersResponse content_;
  mutable absl::once_flag is_encoded_;
  mutable std::string text_;
};

/// A place for a message that nobody may ask for. Thread-safe.
class LazyWatchMessage {
 public:
  const WatchMessage& Get(absl::FunctionRef<v1::WatchOrdersResponse()> make) {
    absl::call_once(is_made_, [&] { message_.emplace(make()); });
    return *message_;
  }

 private:
  absl::once_flag is_made_;
  std::optional<WatchMessage> message_;
};

}  // namespace orders::api
