#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "eventstoredb/system_names.h"

namespace eventstoredb {

/// Tells whoever keeps in memory what a system stream or a stream's metadata says whether that is
/// still so. Bounded: streams share numbers, so that one may change without cause. Thread-safe.
class StreamChanges {
 public:
  /// As of EmbeddedEventStore::ChangeMark.
  std::uint64_t MarkOf(std::string_view stream) const {
    return marks_[SlotOf(stream)].load(std::memory_order_acquire);
  }
  /// An event was committed to `stream`, and the write is not answered yet.
  void Note(std::string_view stream) {
    if (!stream.starts_with('$')) return;
    const std::string_view subject = IsMetastream(stream) ? StreamOfMetastream(stream) : stream;
    marks_[SlotOf(subject)].fetch_add(1, std::memory_order_release);
  }

 private:
  static constexpr std::size_t kSlots = 4'096;
  static std::size_t SlotOf(std::string_view stream) {
    return std::hash<std::string_view>()(stream) % kSlots;
  }

  std::array<std::atomic<std::uint64_t>, kSlots> marks_{};
};

}  // namespace eventstoredb
