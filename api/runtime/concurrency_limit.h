#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace orders::api {

/// How many calls may be under way at once, following how long commands take. While more than a
/// tenth of them (of twenty at least) take longer than the target, the limit shrinks by a fifth a
/// window; while it is used and they do not, it grows by a quarter. Reads get three quarters of it:
/// when it is short, changes of orders go before lists. Thread-safe; a call costs two atomic
/// operations, and a command a short lock at its end.
class ConcurrencyLimit {
 public:
  struct Options {
    int limit_min = 64;     ///< As many share one sync of the log well.
    int limit_max = 4'096;  ///< Where it begins.
    absl::Duration latency_target = absl::Seconds(1);
    absl::Time (*now)() = absl::Now;
  };
  enum class Kind { kCommand, kRead };

  explicit ConcurrencyLimit(const Options& options);

  /// The right to be under way, until it is destroyed.
  class Permit {
   public:
    Permit(Permit&& other) noexcept
        : limit_(std::exchange(other.limit_, nullptr)), kind_(other.kind_), begun_(other.begun_) {}
    Permit& operator=(Permit&&) = delete;
    ~Permit() {
      if (limit_ != nullptr) limit_->End(kind_, begun_);
    }

   private:
    friend class ConcurrencyLimit;
    Permit(ConcurrencyLimit& limit, Kind kind, absl::Time begun)
        : limit_(&limit), kind_(kind), begun_(begun) {}
    ConcurrencyLimit* limit_;
    Kind kind_;
    absl::Time begun_;
  };
  /// Absent: there is no room for one of `kind` now.
  std::optional<Permit> TryEnter(Kind kind);

  int limit() const { return limit_.load(std::memory_order_relaxed); }
  int in_flight() const { return in_flight_.load(std::memory_order_relaxed); }

 private:
  void End(Kind kind, absl::Time begun);
  void Adapt(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  std::atomic<int> limit_;
  std::atomic<int> in_flight_ = 0;

  absl::Mutex mutex_;
  absl::Time window_end_ ABSL_GUARDED_BY(mutex_);
  int commands_ ABSL_GUARDED_BY(mutex_) = 0;       ///< That ended in the window.
  int slow_commands_ ABSL_GUARDED_BY(mutex_) = 0;  ///< Of those.
  int in_flight_peak_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace orders::api
