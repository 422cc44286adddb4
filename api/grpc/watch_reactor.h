#pragma once

#include <deque>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"

#include "api/grpc/change_ring.h"
#include "application/ports/order_feed.h"

namespace orders::api {

class OrderChangeHub;

/// One watch: one message in flight, ends on !ok and on cancel, let go in OnDone alone. Its hub and
/// a batch that is being read for it keep it alive beside gRPC.
class WatchReactor final : public grpc::ServerWriteReactor<grpc::ByteBuffer>,
                           public std::enable_shared_from_this<WatchReactor> {
 public:
  /// `order_id` empty: all orders. Sends what comes after `after`.
  WatchReactor(OrderChangeHub& hub, grpc::CallbackServerContext& context, std::string order_id,
               const application::LogPosition& after);

  void Start();
  /// There may be something new, or time has passed. From the hub's thread.
  void Wake();
  void End(const absl::Status& status);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  void Pump() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Send(grpc::ByteBuffer bytes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void EndLocked(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void PostCatchUp() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  /// On a query worker: reads the next batch of what is not in the ring any more.
  void CatchUp();

  OrderChangeHub& hub_;
  const std::string order_id_;

  absl::Mutex mutex_;
  grpc::CallbackServerContext* context_ ABSL_GUARDED_BY(mutex_);  ///< Null once done.
  ChangeRing::Cursor cursor_ ABSL_GUARDED_BY(mutex_);
  std::deque<grpc::ByteBuffer> pending_ ABSL_GUARDED_BY(mutex_);  ///< Of the batch read last.
  grpc::ByteBuffer in_flight_ ABSL_GUARDED_BY(mutex_);
  bool is_writing_ ABSL_GUARDED_BY(mutex_) = false;
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
