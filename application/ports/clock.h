#pragma once

#include "absl/time/time.h"

namespace orders::application {

/// Wall clock for what is recorded and shown. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() = 0;
};

}  // namespace orders::application
