#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "application/ports/digest.h"

namespace orders::application {

/// The first half of a SHA-256: enough that nobody finds two texts with the same.
using ShortHash = std::array<std::uint8_t, 16>;

ShortHash HashOfRequestId(std::string_view request_id, const Digest& digest);
/// Of `request_hash` as it stands in metadata. What is not 64 hexadecimal digits (another tool
/// wrote the event) gives the zero hash, which no request's content has.
ShortHash HashOfContent(std::string_view request_hash);

/// What one order's events say about the requests that made them. Folded beside the order's state.
/// A value: a copy costs some hundred bytes and shares the rest, so that every state in the cache
/// can hold its own.
class RequestMemory {
 public:
  struct Entry {
    ShortHash request{};
    ShortHash content{};
    std::uint64_t first_revision = 0;
    std::uint64_t last_revision = 0;
    bool operator==(const Entry&) const = default;
  };

  /// One event, in the order of revisions. The same request's next event extends its entry.
  void Remember(const ShortHash& request, const ShortHash& content, std::uint64_t revision);

  std::optional<Entry> Find(const ShortHash& request) const;

  std::size_t size() const;
  /// Heap bytes, counting shared ones in full.
  std::size_t EstimateBytes() const;

 private:
  using Run = std::vector<Entry>;  // Sorted by request.

  void MoveRecentToRuns();

  std::vector<Entry> recent_;                     // At most kRecentMax, the newest last.
  std::vector<std::shared_ptr<const Run>> runs_;  // Each more than twice as long as the next.
};

}  // namespace orders::application
