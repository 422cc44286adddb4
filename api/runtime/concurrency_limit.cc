#include "api/runtime/concurrency_limit.h"

#include <algorithm>

namespace orders::api {
namespace {

// Long enough that the calls which a new limit let in have ended, if they meet the target.
absl::Duration WindowOf(absl::Duration latency_target) {
  return std::max(latency_target, absl::Milliseconds(100));
}

// Of fewer, a slow one says little.
constexpr int kCommandsMin = 20;

int ShareOf(ConcurrencyLimit::Kind kind, int limit) {
  return kind == ConcurrencyLimit::Kind::kCommand ? limit : std::max(1, limit * 3 / 4);
}

}  // namespace

ConcurrencyLimit::ConcurrencyLimit(const Options& options)
    : options_(options), limit_(options.limit_max), window_end_(absl::InfinitePast()) {}

std::optional<ConcurrencyLimit::Permit> ConcurrencyLimit::TryEnter(Kind kind) {
  const int before = in_flight_.fetch_add(1, std::memory_order_relaxed);
  if (before >= ShareOf(kind, limit())) {
    in_flight_.fetch_sub(1, std::memory_order_relaxed);
    return std::nullopt;
  }
  return Permit(*this, kind, options_.now());
}

void ConcurrencyLimit::End(Kind kind, absl::Time begun) {
  const int was_in_flight = in_flight_.fetch_sub(1, std::memory_order_relaxed);
  if (kind == Kind::kRead) return;
  const absl::Time now = options_.now();
  absl::MutexLock lock(&mutex_);
  ++commands_;
  if (now - begun > options_.latency_target) ++slow_commands_;
  in_flight_peak_ = std::max(in_flight_peak_, was_in_flight);
  if (now >= window_end_) Adapt(now);
}

void ConcurrencyLimit::Adapt(absl::Time now) {
  const int limit = this->limit();
  if (commands_ >= kCommandsMin && slow_commands_ * 10 > commands_) {
    // From what was under way, not from a limit that nobody reached.
    const int reached = std::min(limit, in_flight_peak_);
    limit_.store(std::max(options_.limit_min, reached * 4 / 5), std::memory_order_relaxed);
  } else if (in_flight_peak_ * 2 > limit) {
    limit_.store(std::min(options_.limit_max, limit + std::max(1, limit / 4)),
                 std::memory_order_relaxed);
  }
  commands_ = slow_commands_ = in_flight_peak_ = 0;
  window_end_ = now + WindowOf(options_.latency_target);
}

}  // namespace orders::api
