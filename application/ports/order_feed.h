#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "application/log_position.h"
#include "application/recorded_event.h"

namespace orders::application {

/// An event of an order's stream whose bytes give no event: damaged body, or a version not known.
struct UnreadableOrderEvent {
  domain::OrderId order_id;
  std::uint64_t revision = 0;
  std::string event_id;
  std::string type;
  absl::Time created;
  LogPosition position;
  std::string data;
  std::string metadata;
  std::string error;
};
/// An event of an order's stream of a type that this version does not know: it changes nothing that
/// the version knows of, and has its revision all the same.
struct UnknownOrderEvent {
  domain::OrderId order_id;
  std::uint64_t revision = 0;
  std::string type;
  LogPosition position;
};
/// Nothing for a projection up to here: other streams' events.
struct FeedProgress {
  LogPosition position;
};
/// All history is delivered; what follows is live.
struct FeedCaughtUp {};

/// One event of an order's stream.
using OrderStreamItem = std::variant<RecordedOrderEvent, UnreadableOrderEvent, UnknownOrderEvent>;
/// The same, elsewhere.
using OrderStreamItemRef =
    std::variant<const RecordedOrderEvent*, const UnreadableOrderEvent*, const UnknownOrderEvent*>;
using FeedItem = std::variant<RecordedOrderEvent, UnreadableOrderEvent, UnknownOrderEvent,
                              FeedProgress, FeedCaughtUp>;

/// Absent: the item is of no place in the log.
inline std::optional<LogPosition> PositionOf(const FeedItem& item) {
  return std::visit(
      [](const auto& one) -> std::optional<LogPosition> {
        if constexpr (requires { one.position; }) return one.position;
        return std::nullopt;
      },
      item);
}

/// One reader's place in the feed. One thread calls Next; Cancel may come from any.
class OrderFeedReader {
 public:
  virtual ~OrderFeedReader() = default;
  /// Appends up to `items_max` items to `out`, in the log's order, no gap, no repeat; waits at
  /// most `wait` for the first one, and returns Ok with none when the time is up.
  /// Errors end the reader: Cancelled; DataLoss; Unavailable.
  virtual absl::Status Next(std::size_t items_max, absl::Duration wait,
                            std::vector<FeedItem>& out) = 0;
  virtual void Cancel() = 0;
};

/// All orders' events in the log's order. Thread-safe.
class OrderFeed {
 public:
  virtual ~OrderFeed() = default;
  /// Starts after `after` (exclusive); nullopt: from the beginning.
  virtual absl::StatusOr<std::unique_ptr<OrderFeedReader>> Open(
      std::optional<LogPosition> after) = 0;
  /// Position of the log's last durable event, if known exactly without I/O (embedded log).
  virtual std::optional<LogPosition> KnownEnd() = 0;
  virtual StoreIdentity identity() const = 0;
};

}  // namespace orders::application
