#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace eventstoredb {

/// How long a consumer took for its last messages. Bounded. Not thread-safe.
class Latencies {
 public:
  static constexpr std::size_t kSamplesMax = 1'000;

  void Add(absl::Duration latency);
  /// By the names of protocol section 1.5, in milliseconds; empty without samples.
  std::vector<std::pair<std::string, std::int64_t>> Measure() const;

 private:
  std::vector<std::int64_t> samples_;  ///< A ring once it is full.
  std::size_t next_ = 0;
};

}  // namespace eventstoredb
