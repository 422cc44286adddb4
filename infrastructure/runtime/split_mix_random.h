#pragma once

#include <atomic>
#include <cstdint>

#include "application/ports/random.h"

namespace orders::infrastructure {

/// SplitMix64: one atomic addition a number. The same seed gives the same numbers.
class SplitMixRandom final : public application::Random {
 public:
  /// Seeded by the system.
  SplitMixRandom();
  explicit SplitMixRandom(std::uint64_t seed) : state_(seed) {}

  double Uniform() override;

 private:
  std::atomic<std::uint64_t> state_;
};

}  // namespace orders::infrastructure
