#pragma once

#include <string>

#include "absl/time/time.h"

namespace orders::application {

/// Whether the store can be reached, as far as is known without asking it.
struct StoreReachability {
  bool is_reachable = true;
  std::string error;                        ///< Of the last attempt; empty while reachable.
  absl::Time since = absl::InfinitePast();  ///< Since when it is out of reach.
};

/// Knows how the store is. Thread-safe; never waits.
class StoreMonitor {
 public:
  virtual ~StoreMonitor() = default;
  virtual StoreReachability Reachability() const = 0;
};

}  // namespace orders::application
