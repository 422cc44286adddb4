#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "api/calls/watch_message.h"
#include "application/log_position.h"
#include "application/ports/order_feed.h"

namespace orders::api {

/// One change of an order: what was recorded, or what cannot be read.
struct OrderChange {
  std::variant<application::RecordedOrderEvent, application::UnreadableOrderEvent> event;
  /// As watchers get it.
  std::unique_ptr<LazyWatchMessage> message = std::make_unique<LazyWatchMessage>();

  const std::string& order_id() const;
  const application::LogPosition& position() const;
};

/// The newest changes, in the log's order, for any number of readers that are not far behind.
/// Bounded by count and by estimated bytes. Thread-safe.
class ChangeRing {
 public:
  struct Limits {
    std::size_t changes_max = 4'096;
    std::size_t bytes_max = 32 << 20;
  };
  /// A reader's place: all up to `after` is behind it.
  struct Cursor {
    application::LogPosition after;
    std::uint64_t number = 0;  ///< Of the change to look at next; a hint, checked by `epoch`.
    std::uint64_t epoch = 0;   ///< 0: no hint.
  };
  struct Behind {};   ///< What comes next has left the ring: read it from the log.
  struct Nothing {};  ///< Nothing new; the cursor has moved to the ring's end.
  struct NotOpen {};  ///< The ring follows the log again soon.
  using Next = std::variant<std::shared_ptr<const OrderChange>, Behind, Nothing, NotOpen>;

  explicit ChangeRing(const Limits& limits) : limits_(limits) {}

  /// Empties it; what is added from here on comes after `position` without a gap.
  void Open(const application::LogPosition& position);
  void Close();
  void Add(std::shared_ptr<const OrderChange> change);
  /// Nothing is to be added up to `position`.
  void Advance(const application::LogPosition& position);

  /// The next change of `order_id` (empty: of any order) after the cursor, which moves past it.
  Next Take(Cursor& cursor, std::string_view order_id) const;

  /// Everything after this, up to the newest, is here. Zero while closed.
  application::LogPosition begin() const;
  std::size_t size() const;

 private:
  const Limits limits_;
  mutable absl::Mutex mutex_;
  bool is_open_ ABSL_GUARDED_BY(mutex_) = false;
  std::uint64_t epoch_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<std::shared_ptr<const OrderChange>> changes_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t first_number_ ABSL_GUARDED_BY(mutex_) = 0;
  std::size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  application::LogPosition begin_ ABSL_GUARDED_BY(mutex_);
  application::LogPosition end_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace orders::api
