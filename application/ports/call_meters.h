#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace orders::application {

/// Counts the calls of one kind. Thread-safe, and cheap enough for every call.
class CallMeter {
 public:
  virtual ~CallMeter() = default;
  virtual void Started() = 0;
  /// Once for each Started. `reason` is a name of ours, as NOT_PAID; empty if `status` is Ok.
  virtual void Ended(const absl::Status& status, std::string_view reason, absl::Duration took) = 0;
};

/// Where a meter is fetched, once, to be used for each call. Thread-safe.
class CallMeters {
 public:
  virtual ~CallMeters() = default;
  /// `name` is one of a closed set, as "CancelOrder" or "GetOrder". The meter lives as long as
  /// this, and is the same for the same name.
  virtual CallMeter& OfCommand(std::string_view name) = 0;
  virtual CallMeter& OfQuery(std::string_view name) = 0;
};

}  // namespace orders::application
