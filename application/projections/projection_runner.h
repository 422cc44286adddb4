#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "application/ports/order_feed.h"
#include "application/ports/view_writer.h"
#include "application/projections/event_applier.h"
#include "application/projections/projection.h"
#include "application/projections/projection_host.h"
#include "application/projections/request_queue.h"
#include "application/projections/shared_feed.h"
#include "application/queries/freshness_gate.h"

namespace orders::application {

/// One projection and its thread. Used by ProjectionHost. Start, Rest, RequestStop, Join and
/// TakeOver by one thread; everything else by any.
class ProjectionRunner {
 public:
  /// All of them outlive the runner.
  ProjectionRunner(Projection& projection, FreshnessGate& gate, SharedFeed& feed,
                   const ProjectionHost::Ports& ports, const ProjectionHostOptions& options,
                   bool is_live);
  ~ProjectionRunner();

  void Start();
  /// Commits what is applied, and ends the thread; Start goes on from there.
  void Rest();
  /// Up to where to go; what is not set is no bound.
  struct Bound {
    std::optional<LogPosition> position;  ///< Events at or before it.
    std::optional<absl::Time> created;    ///< Events that the log has from then or before.
    bool or_caught_up = false;            ///< No further than the log's end, when it gets there.
  };
  /// While at rest: goes on to `bound` and no further, and rests again. Returns when it has come
  /// there. Errors: what ended it before.
  absl::Status AdvanceTo(const Bound& bound);
  /// While at rest: from now on it is the live one, tells `gate`, and reads `feed`.
  void TakeOver(FreshnessGate& gate, SharedFeed& feed, std::function<void()> on_thread);
  /// Of the last event that was applied and committed, while at rest. Progress beyond it is not
  /// counted: another reader of the feed may never be told of it while nothing is written.
  LogPosition place() const {
    return committed_.has_value() ? committed_->position : LogPosition{};
  }

  /// For good; what is not committed is forgotten.
  void RequestStop();
  void Join();
  ProjectionStatus Status() const;

  // Dead letters. Each runs on the projection's thread, between two batches, and waits for that.
  // Errors of all: DeadlineExceeded, the thread did not come to it, nothing was done; Unavailable,
  // the projection ends or is in no state to; those of EventApplier.
  absl::StatusOr<std::vector<DeadLetter>> ListLetters(const std::string& after, std::size_t max,
                                                      absl::Time deadline);
  /// With its bytes.
  absl::StatusOr<DeadLetter> GetLetter(const domain::OrderId& order, absl::Time deadline);
  absl::StatusOr<RetryOutcome> Retry(const domain::OrderId& order, absl::Time deadline);
  absl::StatusOr<RetryOutcome> Skip(const domain::OrderId& order, std::uint64_t revision,
                                    const std::string& reason, const std::string& skipped_by,
                                    absl::Time deadline);
  absl::StatusOr<std::vector<SkippedEvent>> ListSkips(absl::Time deadline);

 private:
  absl::Status Ask(absl::Time deadline, absl::FunctionRef<void()> work);

  // All of these run on the projection's thread. A status that is not Ok ends a pass: Unavailable
  // is tried again without end, anything else `tries_max` times.
  void Run();
  absl::Status Pass();
  absl::Status Resume();
  absl::Status CheckLastEvent(const ViewCheckpoint& checkpoint);
  absl::Status Follow(SharedFeed::Reader& reader);
  absl::Status Take(const FeedChunk& chunk);
  bool IsBeyond(const FeedItem& item) const;
  void NoteWhetherItHasCome();
  absl::Status TakeOne(const FeedItem& item);
  absl::Status TakeEvent(OrderStreamItemRef item);
  template <typename Event>
  void NotePending(const Event& event);
  absl::Status TakeCaughtUp();
  absl::Status Commit();
  absl::Status CommitPending();
  bool BatchIsFull();
  void Announce();
  void RetryNextBlocked();
  absl::StatusOr<RetryOutcome> Resolve(
      absl::FunctionRef<absl::StatusOr<RetryOutcome>(const LogPosition& until)> act);
  void WaitStopped();
  void Wake();

  bool stopping() const;
  bool ending() const;
  void SetState(ProjectionState state, const absl::Status& error);
  void NoteBlocked();
  void BackOff();
  void Log(Severity severity, const std::string& text);

  Projection& projection_;
  bool is_live_;  ///< Queries read what it writes.
  FreshnessGate* gate_;
  SharedFeed* feed_;
  std::function<void()> on_thread_;
  const ProjectionHost::Ports ports_;
  const ProjectionHostOptions options_;
  EventApplier applier_;

  // Of the projection's thread alone, or of Start's caller while at rest.
  std::optional<ViewCheckpoint> committed_;
  std::optional<ViewCheckpoint> pending_;  ///< The last event taken and not committed.
  std::size_t pending_events_ = 0;
  absl::Time pending_since_;    ///< `created` of the oldest of them.
  LogPosition delivered_;       ///< All up to here was delivered; announced with the next commit.
  std::optional<Bound> until_;  ///< See AdvanceTo.
  bool has_come_ = false;       ///< To it.
  bool caught_up_ = false;
  bool checked_ = false;
  bool has_retried_ = false;
  std::deque<domain::OrderId> to_retry_;  ///< Blocked when the service started.
  int failures_ = 0;                      ///< Since the checkpoint last moved.
  int backoffs_ = 0;

  RequestQueue requests_;
  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool resting_ ABSL_GUARDED_BY(mutex_) = false;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  SharedFeed::Reader* reader_ ABSL_GUARDED_BY(mutex_) = nullptr;
  ProjectionStatus status_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace orders::application
