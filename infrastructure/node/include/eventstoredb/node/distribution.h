#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace eventstoredb {

/// How values fell, for a histogram: `counts[i]` were at most `bounds[i]` and above the bound
/// before it, the last ones above all. Not thread-safe.
template <std::size_t kBounds>
struct Distribution {
  std::array<double, kBounds> bounds;  ///< Rising.
  std::array<std::uint64_t, kBounds + 1> counts{};
  double sum = 0;

  void Add(double value) {
    ++counts[std::lower_bound(bounds.begin(), bounds.end(), value) - bounds.begin()];
    sum += value;
  }
};

}  // namespace eventstoredb
