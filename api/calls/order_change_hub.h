#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "api/calls/change_ring.h"
#include "api/calls/history_mapping.h"
#include "api/runtime/worker_pool.h"
#include "application/ports/order_feed.h"
#include "application/ports/telemetry.h"
#include "orders/v1/queries.pb.h"

namespace orders::api {

class Watch;
class WatchSink;

struct OrderChangeHubOptions {
  std::size_t watchers_max = 4'000;
  ChangeRing::Limits ring;
  /// A watcher that takes no message for so long is ended with ABORTED.
  absl::Duration stall_max = absl::Seconds(30);
  absl::Duration progress_interval = absl::Seconds(5);  ///< Of a watch that has nothing to say.
};

/// Tells watchers what happens to orders. One reader follows the log for all of them, while there
/// are any, and wakes those whom a change concerns; those that are further behind than the ring
/// read the log themselves, on the query workers, a batch at a time. A watcher has one message in
/// flight, so a slow one costs nothing but its place. Thread-safe.
class OrderChangeHub {
 public:
  /// All outlive the hub.
  struct Ports {
    application::OrderFeed& feed;
    application::Telemetry& telemetry;
    WorkerPool& workers;
    EventJson event_json;
    /// Of an order as far as it is known; none if not. Does not block for long.
    std::function<domain::Currency(const domain::OrderId&)> currency_of;
    /// Where "from now on" begins when the feed does not know its end.
    std::function<application::LogPosition()> newest_known;
  };
  OrderChangeHub(Ports ports, const OrderChangeHubOptions& options);
  /// Stops. No watch may be open any more: the server is gone before the hub.
  ~OrderChangeHub();
  OrderChangeHub(const OrderChangeHub&) = delete;
  OrderChangeHub& operator=(const OrderChangeHub&) = delete;

  /// A watch that is to be started, and closed at its end; `sink` outlives that. Never blocks for
  /// long. Errors: InvalidArgument, the request; FailedPrecondition (STORE_CHANGED), a token of
  /// another store; ResourceExhausted, too many watch; Unavailable, the service stops. Once it is
  /// open it ends with: ResourceExhausted, no worker to catch up; Aborted, the client takes
  /// nothing; Unavailable, the service stops or cannot follow the log: resume; DataLoss, the log
  /// cannot be read.
  absl::StatusOr<std::shared_ptr<Watch>> Open(const v1::WatchOrdersRequest& request,
                                              WatchSink& sink);

  /// Ends all watches with Unavailable and takes no more. Called once, before the server stops.
  void Stop();

  std::size_t watchers() const;

 private:
  friend class Watch;
  using OrderIds = absl::flat_hash_set<std::string>;
  using Watches = std::vector<std::shared_ptr<Watch>>;

  // For Watch.
  const OrderChangeHubOptions& options() const { return options_; }
  ChangeRing& ring() { return ring_; }
  WorkerPool& workers() { return ports_.workers; }
  application::OrderFeed& feed() { return ports_.feed; }
  /// Lives as long as `change`.
  const WatchMessage& MessageOf(const OrderChange& change) const;
  v1::WatchOrdersResponse MakeMessage(const OrderChange& change) const;
  WatchMessage ProgressAt(const application::LogPosition& position) const;
  void Remove(const Watch* watcher);

  void Follow();
  /// Follows the log until it fails, nobody watches, or the hub stops.
  absl::Status FollowOnce();
  /// Those of all orders and those of `orders`.
  void Wake(const OrderIds& orders);
  void WakeAll();
  void EndAll(const absl::Status& status);
  Watches Watchers() const;
  application::LogPosition Newest() const;

  const Ports ports_;
  const OrderChangeHubOptions options_;
  ChangeRing ring_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Watches> watchers_
      ABSL_GUARDED_BY(mutex_);  ///< By order; by "" those of all.
  std::size_t watchers_count_ ABSL_GUARDED_BY(mutex_) = 0;
  application::OrderFeedReader* reader_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread follower_;
};

/// A change for a watcher: from the feed's item, if it is one.
std::shared_ptr<const OrderChange> ToChange(application::FeedItem&& item);
/// Up to where an item says that there is nothing for a watcher.
std::optional<application::LogPosition> PassedPosition(const application::FeedItem& item);

}  // namespace orders::api
