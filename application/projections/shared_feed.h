#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "application/log_position.h"
#include "application/ports/order_feed.h"

namespace orders::application {

struct SharedFeedOptions {
  std::size_t chunk_items_max = 1'000;  ///< Asked of the feed at a time.
  /// Decoded and not yet taken by the slowest reader; more waits in the log.
  std::size_t items_held_max = 16'000;
  absl::Duration poll = absl::Seconds(5);  ///< How long one wait for news is; then the next.
  std::function<void()> on_thread;         ///< Called first by the thread that decodes.
  std::function<void()> between_chunks;    ///< Called by it before each chunk.
};

/// Some items in the log's order, decoded once and read by many.
struct FeedChunk {
  std::vector<FeedItem> items;
  std::size_t events = 0;
  std::optional<LogPosition> last;  ///< Of the last item that has one.
  bool caught_up = false;           ///< A FeedCaughtUp is among them.
};

/// One decoder of the log for all projections that stand near each other, as in a rebuild of all
/// of them and when all are live. One that stands elsewhere gets a decoder of its own. The slowest
/// of those who share holds back the others, by no more than `items_held_max`. Thread-safe.
class SharedFeed {
 public:
  /// `feed` outlives this; the readers are gone before it.
  SharedFeed(OrderFeed& feed, SharedFeedOptions options);
  ~SharedFeed();

  class Reader;
  /// Starts at or before the place after `after`: what is at or below `after` may come and is to
  /// be skipped. FeedCaughtUp comes in any case, up to `items_held_max` items early for one who
  /// joins others. Errors: as OrderFeed::Open.
  absl::StatusOr<std::unique_ptr<Reader>> Open(std::optional<LogPosition> after);

 private:
  class Source;

  OrderFeed& feed_;
  const SharedFeedOptions options_;
  absl::Mutex mutex_;
  std::vector<std::weak_ptr<Source>> sources_ ABSL_GUARDED_BY(mutex_);
};

/// One thread calls Next; Cancel and Wake may come from any. Cancel ends all calls, Wake the one
/// that waits, or the next.
class SharedFeed::Reader {
 public:
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// Waits for the next chunk, and appends it and those that are there already to `out`, until
  /// they hold `items_max` items or more; Ok without any after Wake. Errors: as
  /// OrderFeedReader::Next.
  absl::Status Next(std::size_t items_max, std::vector<std::shared_ptr<const FeedChunk>>& out);
  void Cancel();
  void Wake();

 private:
  friend class SharedFeed;
  Reader(std::shared_ptr<Source> source, std::uint64_t number)
      : source_(std::move(source)), number_(number) {}

  const std::shared_ptr<Source> source_;
  const std::uint64_t number_;
};

}  // namespace orders::application
