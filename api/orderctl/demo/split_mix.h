#pragma once

#include <cstdint>

namespace orders::api {

/// The SplitMix64 generator: the same numbers for the same seed on every machine, which
/// std::uniform_int_distribution does not promise.
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}
  /// A stream of its own for each `index` of a seed.
  SplitMix64(std::uint64_t seed, std::uint64_t index) : state_(SplitMix64(seed).Next() ^ index) {
    state_ = Next();
  }

  std::uint64_t Next() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }

  /// 0 to `bound` - 1; `bound` is 1 or more and far below 2^64.
  std::uint64_t Below(std::uint64_t bound) { return Next() % bound; }
  /// `first` to `last`, both included.
  std::int64_t Between(std::int64_t first, std::int64_t last) {
    return first + static_cast<std::int64_t>(Below(static_cast<std::uint64_t>(last - first + 1)));
  }
  bool Percent(std::uint64_t percent) { return Below(100) < percent; }

 private:
  std::uint64_t state_;
};

}  // namespace orders::api
