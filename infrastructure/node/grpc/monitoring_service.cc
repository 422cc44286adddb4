#include "infrastructure/node/grpc/monitoring_service.h"

#include <algorithm>
#include <fstream>
#include <string>

#include <unistd.h>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"

#include "infrastructure/node/grpc/call_access.h"
#include "infrastructure/node/grpc/ticker.h"
#include "infrastructure/node/grpc/write_watch.h"

namespace eventstoredb {
namespace {

using event_store::client::monitoring::StatsReq;
using event_store::client::monitoring::StatsResp;

constexpr absl::Duration kIntervalDefault = absl::Seconds(10);
constexpr absl::Duration kIntervalMin = absl::Milliseconds(100);
constexpr absl::Duration kIntervalMax = absl::Hours(24);

absl::Duration Interval(const StatsReq& request) {
  if (request.refresh_time_period_in_ms() == 0) return kIntervalDefault;
  const std::uint64_t max = absl::ToInt64Milliseconds(kIntervalMax);
  return std::max(kIntervalMin,
                  absl::Milliseconds(std::min(request.refresh_time_period_in_ms(), max)));
}

/// Of this process, in bytes; 0 if the system does not say.
std::uint64_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t total_pages = 0;
  std::uint64_t resident_pages = 0;
  if (!(file >> total_pages >> resident_pages)) return 0;
  return resident_pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

StatsResp Collect(const NodeState& state) {
  const EmbeddedEventStoreStats store = state.store.Stats();
  StatsResp message;
  auto& stats = *message.mutable_stats();
  stats["proc-id"] = absl::StrCat(getpid());
  stats["proc-startTime"] =
      absl::FormatTime(absl::RFC3339_sec, state.started_at, absl::UTCTimeZone());
  stats["proc-mem"] = absl::StrCat(ResidentBytes());
  stats["es-checksum"] = absl::StrCat(store.last_position);
  stats["es-writer-events"] = absl::StrCat(store.events);
  stats["es-writer-flushes"] = absl::StrCat(store.groups);
  stats["es-writer-queue-length"] = absl::StrCat(store.appends_in_flight);
  stats["es-reads"] = absl::StrCat(state.reads.used());
  stats["es-subscriptions"] = absl::StrCat(state.subscriptions.used());
  return message;
}

class StatsReactor final : public grpc::ServerWriteReactor<StatsResp>, public Ticked {
 public:
  static StatsReactor* Start(const std::shared_ptr<NodeState>& state,
                             grpc::CallbackServerContext& context, absl::Duration interval) {
    std::shared_ptr<StatsReactor> reactor(new StatsReactor(state, context, interval));
    StatsReactor* const raw = reactor.get();
    state->ticker.Add(reactor);
    raw->self_ = std::move(reactor);
    CallAccess(state, context)
        .Check({.what = Demand::What::kStatistics},
               [self = raw->self_](const absl::Status& allowed) {
                 absl::MutexLock lock(&self->mutex_);
                 if (self->has_ended_) return;
                 if (!allowed.ok()) return self->End(ToGrpcStatus(allowed, "", *self->context_));
                 self->Send(absl::Now());
               });
    return raw;
  }

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mutex_);
    is_writing_ = false;
    watch_.Done();
    if (!ok) End(grpc::Status::CANCELLED);
  }
  void OnCancel() override {
    absl::MutexLock lock(&mutex_);
    End(grpc::Status::CANCELLED);
  }
  void OnDone() override {
    {
      absl::MutexLock lock(&mutex_);
      context_ = nullptr;
    }
    self_.reset();
  }
  void Tick(absl::Time now, bool is_stopping) override {
    absl::MutexLock lock(&mutex_);
    if (context_ == nullptr) return;
    if (has_ended_) {
      if (watch_.MustCut(now)) context_->TryCancel();
      return;
    }
    if (watch_.IsStalled(now, state_->options.stall_max)) {
      return End({grpc::StatusCode::ABORTED, "no statistics were taken"});
    }
    if (is_stopping) return End({grpc::StatusCode::UNAVAILABLE, "the server stops"});
    if (!is_writing_ && now - sent_at_ >= interval_) Send(now);
  }

 private:
  StatsReactor(const std::shared_ptr<NodeState>& state, grpc::CallbackServerContext& context,
               absl::Duration interval)
      : state_(state), interval_(interval), context_(&context) {}

  void Send(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    message_ = Collect(*state_);
    is_writing_ = true;
    sent_at_ = now;
    watch_.Started(now);
    StartWrite(&message_);
  }
  void End(const grpc::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (has_ended_) return;
    has_ended_ = true;
    watch_.Ended(absl::Now());
    Finish(status);
  }

  const std::shared_ptr<NodeState> state_;
  const absl::Duration interval_;
  std::shared_ptr<StatsReactor> self_;  ///< Until OnDone.

  absl::Mutex mutex_;
  grpc::CallbackServerContext* context_ ABSL_GUARDED_BY(mutex_);  ///< Null once done.
  StatsResp message_ ABSL_GUARDED_BY(mutex_);                     ///< Of the write in flight.
  absl::Time sent_at_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();  ///< Not before allowed.
  bool is_writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool has_ended_ ABSL_GUARDED_BY(mutex_) = false;
  WriteWatch watch_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

grpc::ServerWriteReactor<StatsResp>* MonitoringService::Stats(grpc::CallbackServerContext* context,
                                                              const StatsReq* request) {
  return StatsReactor::Start(state_, *context, Interval(*request));
}

}  // namespace eventstoredb
