#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "api/calls/change_ring.h"
#include "api/calls/watch_message.h"
#include "application/ports/order_feed.h"

namespace orders::api {

class OrderChangeHub;

/// Where the messages of one watch go: a front's half of it. Called by one thread at a time, from
/// any; must not block, nor call the watch before it has returned.
class WatchSink {
 public:
  virtual ~WatchSink() = default;
  /// Takes one message. The next one comes after Watch::Taken; if the sink gathers, a few may come
  /// before.
  virtual void Send(const WatchMessage& message) = 0;
  /// Whether messages that are there at the same time go out together.
  virtual bool Gathers() const { return false; }
  /// The watch ends: there is no more to send. `resource`: the order's id; may be empty.
  virtual void Finish(const absl::Status& status, std::string_view resource) = 0;
  /// The client has not taken that for a while: let go of it.
  virtual void Cut() = 0;
};

/// One watch: one message in flight, or as many as a sink gathers at once. Its hub and a batch that
/// is being read for it keep it alive beside the front. Thread-safe.
class Watch final : public std::enable_shared_from_this<Watch> {
 public:
  /// `order_id` empty: all orders. Sends what comes after `after`.
  Watch(OrderChangeHub& hub, WatchSink& sink, std::string order_id,
        const application::LogPosition& after);

  // From the front.
  void Start();
  /// The client has the message that was sent.
  void Taken();
  void End(const absl::Status& status);
  /// The sink is used no more. Last, once; whoever waits for the hub's end waits for this.
  void Close();

  /// There may be something new, or time has passed. From the hub's thread.
  void Wake();

  const std::string& order_id() const { return order_id_; }

 private:
  void Pump() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  /// False: there was no change to send.
  bool SendNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Send(const WatchMessage& message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void EndLocked(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void PostCatchUp() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  /// On a query worker: reads the next batch of what is not in the ring any more.
  void CatchUp();

  OrderChangeHub& hub_;
  const std::string order_id_;

  absl::Mutex mutex_;
  WatchSink* sink_ ABSL_GUARDED_BY(mutex_);  ///< Null once closed.
  ChangeRing::Cursor cursor_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::shared_ptr<const OrderChange>> pending_
      ABSL_GUARDED_BY(mutex_);  ///< Of the batch read last.
  bool is_in_flight_ ABSL_GUARDED_BY(mutex_) = false;
  /// The ring no longer holds what comes next.
  bool is_catching_up_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_reading_ ABSL_GUARDED_BY(mutex_) = false;  ///< A CatchUp is posted or runs.
  bool has_said_caught_up_ ABSL_GUARDED_BY(mutex_) = false;
  bool has_ended_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time sent_at_ ABSL_GUARDED_BY(mutex_);
  absl::Time ended_at_ ABSL_GUARDED_BY(mutex_);

  /// Touched by one catch-up task at a time.
  std::unique_ptr<application::OrderFeedReader> reader_;
};

}  // namespace orders::api
