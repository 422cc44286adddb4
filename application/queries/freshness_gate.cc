#include "application/queries/freshness_gate.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"

#include "application/commands/request_errors.h"

namespace orders::application {
namespace {

constexpr absl::Duration kRetryAfter = absl::Milliseconds(100);

absl::Status NotYetVisible() {
  return MakeRequestError(absl::StatusCode::kDeadlineExceeded,
                          "the read model did not reach min_position in time",
                          {.reason = "NOT_YET_VISIBLE", .retry_after = kRetryAfter});
}

absl::Status ViewStopped(const absl::Status& why) {
  return MakeRequestError(absl::StatusCode::kUnavailable,
                          absl::StrCat("the read model has stopped: ", why.ToString()),
                          {.reason = "VIEW_STOPPED"});
}

absl::Status TooManyWait() {
  return MakeRequestError(absl::StatusCode::kResourceExhausted,
                          "too many queries wait for the read model",
                          {.reason = "OVERLOADED", .retry_after = kRetryAfter});
}

}  // namespace

class FreshnessGate::State : public std::enable_shared_from_this<State> {
 public:
  State(Ports ports, FreshnessGateOptions options)
      : ports_(ports), store_(ports.feed.identity()), options_(options) {}

  void Announce(const ViewProgress& progress) {
    std::vector<Waiter> reached;
    {
      const absl::MutexLock lock(&mutex_);
      assert(progress.position >= progress_.position);
      progress_ = progress;
      while (!waiters_.empty() && waiters_.begin()->first.position <= progress_.position) {
        reached.push_back(std::move(waiters_.begin()->second));
        waiters_.erase(waiters_.begin());
      }
    }
    for (Waiter& waiter : reached) {
      CancelTimer(waiter);
      waiter.ready(Current());
    }
  }

  void NoteWaiting(absl::Time oldest, std::uint64_t events) {
    const absl::MutexLock lock(&mutex_);
    progress_.oldest_waiting = oldest;
    progress_.waiting = events;
  }

  void End(const absl::Status& answer, bool stale_is_possible) {
    std::map<Key, Waiter> all;
    {
      const absl::MutexLock lock(&mutex_);
      if (ended_.ok()) ended_ = answer;
      stale_is_possible_ = stale_is_possible;
      all.swap(waiters_);
    }
    for (auto& [key, waiter] : all) {
      CancelTimer(waiter);
      AnswerUnmet(waiter.allow_stale && stale_is_possible, answer, waiter.ready);
    }
  }

  void Block(const domain::OrderId& order, const BlockedOrder& blocked) {
    const absl::MutexLock lock(&mutex_);
    blocked_.insert_or_assign(order.value, blocked);
    blocked_count_ = blocked_.size();
  }
  void Unblock(const domain::OrderId& order) {
    const absl::MutexLock lock(&mutex_);
    blocked_.erase(order.value);
    blocked_count_ = blocked_.size();
  }
  std::optional<BlockedOrder> FindBlocked(const domain::OrderId& order) const {
    // Asked by each GetOrder, and nearly always for nothing.
    if (blocked_count_ == 0) return std::nullopt;
    const absl::MutexLock lock(&mutex_);
    const auto found = blocked_.find(order.value);
    if (found == blocked_.end()) return std::nullopt;
    return found->second;
  }

  void MarkRunning() {
    const absl::MutexLock lock(&mutex_);
    if (stale_is_possible_) ended_ = absl::OkStatus();  // Else it is closed.
    blocked_.clear();
    blocked_count_ = 0;
  }

  absl::Status IsComplete() const {
    const absl::MutexLock lock(&mutex_);
    if (!ended_.ok()) return ended_;
    if (progress_.caught_up) return absl::OkStatus();
    return MakeRequestError(absl::StatusCode::kUnavailable,
                            "the read model is still being filled from the log; ask again",
                            {.reason = "NOT_YET_VISIBLE", .retry_after = absl::Seconds(1)});
  }

  Freshness Current() const {
    ViewProgress progress;
    bool has_ended = false;
    {
      const absl::MutexLock lock(&mutex_);
      progress = progress_;
      has_ended = !ended_.ok();
    }
    Freshness freshness{
        .store = store_, .position = progress.position, .incomplete_orders = blocked_count_.load()};
    if (has_ended) {
      freshness.state = ViewState::kStopped;
    } else if (!progress.caught_up) {
      freshness.state = ViewState::kFilling;
    }
    if (progress.oldest_waiting != absl::InfiniteFuture()) {
      freshness.lag = ports_.clock.Now() - progress.oldest_waiting;
    } else if (!progress.caught_up && progress.position != LogPosition{}) {
      freshness.lag = ports_.clock.Now() - progress.last_created;
    }
    freshness.lag = std::max(freshness.lag, absl::ZeroDuration());
    // A log that knows its end counts events in its positions; elsewhere they are byte offsets.
    if (const std::optional<LogPosition> end = ports_.feed.KnownEnd()) {
      freshness.lag_events =
          end->commit > progress.position.commit ? end->commit - progress.position.commit : 0;
    } else if (progress.caught_up) {
      freshness.lag_events = progress.waiting;
    }
    return freshness;
  }

  void WhenFresh(const FreshnessDemand& demand, Ready ready) {
    LogPosition least;
    if (!demand.min_position.empty()) {
      const absl::StatusOr<LogPosition> decoded = DecodePositionToken(demand.min_position, store_);
      if (!decoded.ok()) return ready(decoded.status());
      least = *decoded;
    }
    const absl::Duration wait = std::min(demand.deadline - ports_.clock.Now(), options_.wait_max);
    Key key{.position = least};
    absl::Status unmet;
    bool stale_is_possible = true;
    {
      const absl::MutexLock lock(&mutex_);
      if (!ended_.ok() && !stale_is_possible_) {
        unmet = ended_;
        stale_is_possible = false;
      } else if (least <= progress_.position) {
        // Met: answered below, without the lock.
      } else if (!ended_.ok()) {
        unmet = ended_;
      } else if (wait <= absl::ZeroDuration()) {
        unmet = NotYetVisible();
      } else if (waiters_.size() >= options_.waiters_max) {
        unmet = TooManyWait();
      } else {
        key.number = ++last_number_;
        waiters_.emplace(key, Waiter{.ready = std::move(ready), .allow_stale = demand.allow_stale});
      }
    }
    if (key.number != 0) return StartTimer(key, wait);
    if (unmet.ok()) return ready(Current());
    AnswerUnmet(demand.allow_stale && stale_is_possible, unmet, ready);
  }

  std::size_t waiters() const {
    const absl::MutexLock lock(&mutex_);
    return waiters_.size();
  }

 private:
  struct Key {
    LogPosition position;
    std::uint64_t number = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct Waiter {
    Ready ready;
    bool allow_stale = false;
    std::optional<Scheduler::TimerId> timer;
  };

  void StartTimer(const Key& key, absl::Duration wait) {
    const Scheduler::TimerId timer = ports_.scheduler.After(wait, [weak = weak_from_this(), key] {
      if (const std::shared_ptr<State> state = weak.lock()) state->GiveUp(key, NotYetVisible());
    });
    if (timer == 0) return GiveUp(key, TooManyWait());
    {
      const absl::MutexLock lock(&mutex_);
      const auto found = waiters_.find(key);
      if (found != waiters_.end()) {
        found->second.timer = timer;
        return;
      }
    }
    // Answered before its timer was known here.
    ports_.scheduler.Cancel(timer);
  }

  void CancelTimer(const Waiter& waiter) {
    if (waiter.timer.has_value()) ports_.scheduler.Cancel(*waiter.timer);
  }

  void GiveUp(const Key& key, const absl::Status& why) {
    Waiter waiter;
    {
      const absl::MutexLock lock(&mutex_);
      const auto found = waiters_.find(key);
      if (found == waiters_.end()) return;
      waiter = std::move(found->second);
      waiters_.erase(found);
    }
    AnswerUnmet(waiter.allow_stale, why, waiter.ready);
  }

  void AnswerUnmet(bool stale, const absl::Status& error, Ready& ready) {
    if (!stale) return ready(error);
    Freshness freshness = Current();
    freshness.stale = true;
    ready(std::move(freshness));
  }

  const Ports ports_;
  const StoreIdentity store_;
  const FreshnessGateOptions options_;
  mutable absl::Mutex mutex_;
  ViewProgress progress_ ABSL_GUARDED_BY(mutex_);
  absl::Status ended_ ABSL_GUARDED_BY(mutex_);
  bool stale_is_possible_ ABSL_GUARDED_BY(mutex_) = true;
  absl::flat_hash_map<std::string, BlockedOrder> blocked_ ABSL_GUARDED_BY(mutex_);
  std::atomic<std::uint64_t> blocked_count_{0};  ///< Of blocked_.
  std::uint64_t last_number_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<Key, Waiter> waiters_ ABSL_GUARDED_BY(mutex_);
};

FreshnessGate::FreshnessGate(Ports ports, FreshnessGateOptions options)
    : state_(std::make_shared<State>(ports, options)) {}
FreshnessGate::~FreshnessGate() { Close(); }

void FreshnessGate::Announce(const ViewProgress& progress) { state_->Announce(progress); }
void FreshnessGate::NoteWaiting(absl::Time oldest, std::uint64_t events) {
  state_->NoteWaiting(oldest, events);
}
void FreshnessGate::Block(const domain::OrderId& order, const BlockedOrder& blocked) {
  state_->Block(order, blocked);
}
void FreshnessGate::Unblock(const domain::OrderId& order) { state_->Unblock(order); }
std::optional<BlockedOrder> FreshnessGate::FindBlocked(const domain::OrderId& order) const {
  return state_->FindBlocked(order);
}
void FreshnessGate::MarkStopped(const absl::Status& why) {
  state_->End(ViewStopped(why), /*stale_is_possible=*/true);
}
void FreshnessGate::MarkRunning() { state_->MarkRunning(); }
void FreshnessGate::Close() {
  state_->End(absl::UnavailableError("the service is stopping"), /*stale_is_possible=*/false);
}
absl::Status FreshnessGate::IsComplete() const { return state_->IsComplete(); }

Freshness FreshnessGate::Current() const { return state_->Current(); }
void FreshnessGate::WhenFresh(const FreshnessDemand& demand, Ready ready) {
  state_->WhenFresh(demand, std::move(ready));
}
std::size_t FreshnessGate::waiters() const { return state_->waiters(); }

}  // namespace orders::application
