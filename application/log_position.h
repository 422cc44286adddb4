#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace orders::application {

/// A place in the log; grows along it, has gaps. Zero: before the first event.
struct LogPosition {
  std::uint64_t commit = 0;
  std::uint64_t prepare = 0;
  friend auto operator<=>(const LogPosition&, const LogPosition&) = default;
};

/// Which log it is. Restore and import mint a new generation.
struct StoreIdentity {
  std::string id;  ///< A UUID as text.
  std::uint64_t generation = 0;
  bool operator==(const StoreIdentity&) const = default;
};

}  // namespace orders::application
