#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "application/ports/order_feed.h"
#include "application/ports/view_writer.h"
#include "application/projections/projection.h"
#include "application/projections/projection_host.h"
#include "application/projections/shared_feed.h"
#include "application/queries/freshness_gate.h"

namespace orders::application {

/// One projection and its thread. Used by ProjectionHost.
class ProjectionRunner {
 public:
  ProjectionRunner(std::unique_ptr<Projection> projection, FreshnessGate& gate, SharedFeed& feed,
                   const ProjectionHost::Ports& ports, const ProjectionHostOptions& options);
  ~ProjectionRunner();

  void Start();
  void RequestStop();
  void Join();
  ProjectionStatus Status() const;

 private:
  // All of these run on the projection's thread. A status that is not Ok ends a pass: Unavailable
  // is tried again without end, anything else `tries_max` times.
  void Run();
  absl::Status Pass();
  absl::Status Resume();
  absl::Status CheckLastEvent(const ViewCheckpoint& checkpoint);
  absl::Status Follow(SharedFeed::Reader& reader);
  absl::Status Take(const FeedChunk& chunk);
  absl::Status TakeEvent(const RecordedOrderEvent& event);
  absl::Status TakeUnreadable(const UnreadableOrderEvent& event);
  absl::Status TakeCaughtUp();
  absl::Status Commit();
  bool BatchIsFull();
  void Announce();

  bool stopping() const;
  void SetState(ProjectionState state, const absl::Status& error);
  void BackOff();
  void Log(Severity severity, const std::string& text);

  const std::unique_ptr<Projection> projection_;
  FreshnessGate& gate_;
  SharedFeed& feed_;
  const ProjectionHost::Ports ports_;
  const ProjectionHostOptions options_;

  // Of the projection's thread alone.
  std::optional<ViewCheckpoint> committed_;
  std::optional<ViewCheckpoint> pending_;  ///< The last event applied and not committed.
  std::size_t pending_events_ = 0;
  absl::Time pending_since_;  ///< `created` of the oldest of them.
  LogPosition delivered_;     ///< All up to here was delivered; announced with the next commit.
  bool caught_up_ = false;
  bool checked_ = false;
  int failures_ = 0;  ///< Since the checkpoint last moved.
  int backoffs_ = 0;

  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  SharedFeed::Reader* reader_ ABSL_GUARDED_BY(mutex_) = nullptr;
  ProjectionStatus status_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace orders::application
