#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

#include "eventstoredb/types.h"
#include "eventstoredb/uuid.h"

namespace eventstoredb {

/// Of one consumer within its group; never used again.
using ConsumerId = std::uint64_t;

/// An event as a group takes it from its source.
struct SourceEvent {
  std::shared_ptr<const ResolvedEvent> event;
  std::uint64_t place = 0;  ///< In the source, rising: a revision, or of $all a position.
  std::uint64_t pin = 0;    ///< What pinned strategies choose by.

  /// What it costs to hold, roughly.
  std::size_t Bytes() const {
    constexpr std::size_t kOverheadBytes = 512;
    std::size_t bytes = kOverheadBytes;
    for (const auto* part : {&event->event, &event->link}) {
      if (part->has_value()) bytes += (*part)->data.size() + (*part)->metadata.size();
    }
    return bytes;
  }
};

/// A message that is to be sent to a consumer.
struct GroupDelivery {
  ConsumerId consumer = 0;
  std::shared_ptr<const ResolvedEvent> event;
  std::int32_t retry_count = 0;
};

/// A message that is to be written to the parked stream; GroupEngine::ParkDone says how it went.
struct GroupParking {
  std::uint64_t ticket = 0;
  std::shared_ptr<const ResolvedEvent> event;
  std::int32_t retry_count = 0;
  std::string reason;
};

enum class NackAction { kUnknown, kPark, kRetry, kSkip, kStop };

struct ConsumerInfo {
  std::string username;
  std::string connection_name;
  std::int32_t window = 0;  ///< Messages out at a time; none come if it is not above 0.
};

struct ConsumerStatistics {
  ConsumerInfo info;
  std::int32_t average_per_second = 0;
  std::int64_t total_items = 0;
  std::int64_t since_last = 0;  ///< Since the previous Measure.
  std::int32_t in_flight = 0;
  std::vector<std::pair<std::string, std::int64_t>> latencies;  ///< Milliseconds.
};

struct GroupStatistics {
  bool is_live = false;
  bool is_replaying = false;
  std::vector<ConsumerStatistics> consumers;
  std::int32_t average_per_second = 0;
  std::int64_t total_items = 0;
  std::int64_t since_last = 0;
  std::optional<std::uint64_t> last_checkpoint;
  std::optional<std::uint64_t> last_known;
  std::size_t history_count = 0;
  std::size_t live_count = 0;
  std::size_t retry_count = 0;
  std::size_t outstanding_count = 0;
};

}  // namespace eventstoredb
