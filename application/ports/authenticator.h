#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"

#include "application/caller.h"

namespace orders::application {

/// Tells who shows a bearer token. Thread-safe; never blocks.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// Error: Unauthenticated, with a reason for the log that holds nothing of the token and that the
  /// caller is not told.
  virtual absl::StatusOr<std::shared_ptr<const Caller>> Authenticate(
      std::string_view token) const = 0;
};

}  // namespace orders::application
