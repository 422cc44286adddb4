#include "infrastructure/node/recent_events.h"

#include <algorithm>
#include <utility>

namespace eventstoredb {
namespace {

// Events looked at before the lock is let go for others.
constexpr std::size_t kAnnouncedAtOnceMax = 256;
constexpr std::size_t kEventOverheadBytes = 256;

std::size_t Bytes(const RecordedEvent& event) {
  return event.data.size() + event.metadata.size() + event.stream.size() + event.type.size() +
         kEventOverheadBytes;
}

}  // namespace

RecentEvents::RecentEvents(std::uint64_t end, std::size_t events_max, std::size_t bytes_max)
    : events_max_(events_max),
      bytes_max_(bytes_max),
      floor_(end),
      end_(end),
      announced_(end),
      announcer_([this] { Announce(); }) {}

RecentEvents::~RecentEvents() {
  Close();
  announcer_.join();
}

void RecentEvents::Publish(std::vector<SharedEvent> events, std::uint64_t end) {
  // Freed outside the lock.
  std::vector<SharedEvent> dropped;
  absl::MutexLock lock(&mutex_);
  for (SharedEvent& event : events) {
    bytes_ += Bytes(*event);
    events_.push_back(std::move(event));
  }
  while (!events_.empty() && (events_.size() > events_max_ || bytes_ > bytes_max_)) {
    bytes_ -= Bytes(*events_.front());
    floor_ = events_.front()->position.commit;
    dropped.push_back(std::move(events_.front()));
    events_.pop_front();
  }
  end_ = end;
  news_.Signal();
}

std::deque<SharedEvent>::const_iterator RecentEvents::FirstAfter(std::uint64_t position) const {
  return std::upper_bound(
      events_.begin(), events_.end(), position,
      [](std::uint64_t at, const SharedEvent& event) { return at < event->position.commit; });
}

RecentEvents::Slice RecentEvents::After(std::uint64_t position, std::size_t events_max) const {
  Slice slice;
  absl::ReaderMutexLock lock(&mutex_);
  if (position < floor_) return slice;
  slice.covered = true;
  auto next = FirstAfter(position);
  const auto left = static_cast<std::size_t>(events_.end() - next);
  const auto stop = next + static_cast<std::ptrdiff_t>(std::min(left, events_max));
  slice.events.assign(next, stop);
  slice.end = left <= events_max ? end_ : slice.events.back()->position.commit;
  // A cursor may come from another store's position or a future one: it never moves back.
  slice.end = std::max(slice.end, position);
  return slice;
}

std::uint64_t RecentEvents::end() const {
  absl::ReaderMutexLock lock(&mutex_);
  return end_;
}

std::uint64_t RecentEvents::Wait(Waiter& waiter, const std::optional<std::string>& stream,
                                 std::uint64_t position, absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  if (closed_ || waiter.cancelled || position < announced_ || end_ > position) return position;
  Waiters& waiters = stream.has_value() ? for_stream_[*stream] : for_all_;
  waiter.place = waiters.insert(waiters.end(), &waiter);
  waiter.waiting = true;
  waiter.examined = position;
  while (waiter.waiting) {
    const bool expired = waiter.wake.WaitWithDeadline(&mutex_, deadline);
    if (!waiter.waiting || (!expired && !waiter.cancelled)) continue;
    // The announcer has found nothing in all that it has seen.
    waiter.waiting = false;
    waiter.examined = std::max(position, announced_);
    waiters.erase(waiter.place);
    if (stream.has_value() && waiters.empty()) for_stream_.erase(*stream);
  }
  return waiter.examined;
}

void RecentEvents::Cancel(Waiter& waiter) {
  absl::MutexLock lock(&mutex_);
  waiter.cancelled = true;
  // Its thread takes it off the list, as at a deadline; only that thread knows the list.
  waiter.wake.Signal();
}

bool RecentEvents::IsCancelled(const Waiter& waiter) const {
  absl::ReaderMutexLock lock(&mutex_);
  return waiter.cancelled;
}

void RecentEvents::Wake(Waiters& waiters, std::uint64_t examined) {
  for (Waiter* const waiter : waiters) {
    waiter->waiting = false;
    waiter->examined = std::max(waiter->examined, examined);
    waiter->wake.Signal();
  }
  waiters.clear();
}

void RecentEvents::WakeEveryone() {
  Wake(for_all_, announced_);
  for (auto& [stream, waiters] : for_stream_) Wake(waiters, announced_);
  for_stream_.clear();
}

void RecentEvents::Announce() {
  absl::MutexLock lock(&mutex_);
  while (!closed_) {
    if (announced_ == end_) {
      news_.Wait(&mutex_);
      continue;
    }
    Wake(for_all_, announced_);
    if (for_stream_.empty()) {
      announced_ = end_;
      continue;
    }
    if (announced_ < floor_) {
      // Events went by unseen: anyone may be concerned.
      WakeEveryone();
      announced_ = end_;
      continue;
    }
    auto next = FirstAfter(announced_);
    for (std::size_t i = 0; i < kAnnouncedAtOnceMax && next != events_.end(); ++i, ++next) {
      const auto concerned = for_stream_.find((*next)->stream);
      if (concerned != for_stream_.end()) {
        Wake(concerned->second, announced_);
        for_stream_.erase(concerned);
      }
      announced_ = (*next)->position.commit;
    }
    if (next == events_.end()) announced_ = end_;
    mutex_.Unlock();
    mutex_.Lock();
  }
}

void RecentEvents::Close() {
  absl::MutexLock lock(&mutex_);
  closed_ = true;
  WakeEveryone();
  news_.Signal();
}

bool RecentEvents::IsClosed() const {
  absl::ReaderMutexLock lock(&mutex_);
  return closed_;
}

}  // namespace eventstoredb
