#include "infrastructure/node/recent_events.h"

#include <algorithm>
#include <utility>

#include "eventstoredb/node/system_projections.h"
#include "infrastructure/node/linked_streams.h"

namespace eventstoredb {
namespace {

// Events looked at before the lock is let go for others.
constexpr std::size_t kAnnouncedAtOnceMax = 256;
constexpr std::size_t kEventOverheadBytes = 256;

std::size_t MemoryBytes(const RecordedEvent& event) {
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
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    news_.Signal();
  }
  announcer_.join();
}

void RecentEvents::Publish(std::vector<SharedEvent> events, std::uint64_t end) {
  // Freed outside the lock.
  std::vector<SharedEvent> dropped;
  absl::MutexLock lock(&mutex_);
  for (SharedEvent& event : events) {
    bytes_ += MemoryBytes(*event);
    events_.push_back(std::move(event));
  }
  while (!events_.empty() && (events_.size() > events_max_ || bytes_ > bytes_max_)) {
    bytes_ -= MemoryBytes(*events_.front());
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

bool RecentEvents::MayConcern(const Waiter& waiter, std::uint64_t position) const {
  return closed_ || waiter.cancelled || position < announced_ || end_ > position;
}

void RecentEvents::Join(Waiter& waiter, const std::optional<std::string>& stream,
                        std::uint64_t position) {
  announces_links_ = announces_links_ || (stream.has_value() && ProjectionOf(*stream).has_value());
  waiter.stream = &stream;
  waiter.list = stream.has_value() ? &for_stream_[*stream] : &for_all_;
  waiter.place = waiter.list->insert(waiter.list->end(), &waiter);
  waiter.examined = position;
}

void RecentEvents::Leave(Waiter& waiter) {
  Waiters* const list = std::exchange(waiter.list, nullptr);
  if (list == nullptr) return;
  list->erase(waiter.place);
  const bool was_last = list->empty() && list != &for_all_ && list != &ready_;
  if (was_last) for_stream_.erase(**waiter.stream);
}

void RecentEvents::MoveToReady(Waiter& waiter) {
  waiter.list = &ready_;
  waiter.place = ready_.insert(ready_.end(), &waiter);
  news_.Signal();
}

std::uint64_t RecentEvents::Wait(Waiter& waiter, const std::optional<std::string>& stream,
                                 std::uint64_t position, absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  if (MayConcern(waiter, position)) return position;
  Join(waiter, stream, position);
  while (waiter.list != nullptr) {
    const bool expired = waiter.wake.WaitWithDeadline(&mutex_, deadline);
    if (waiter.list == nullptr || (!expired && !waiter.cancelled)) continue;
    // The announcer has found nothing in all that it has seen.
    waiter.examined = std::max(position, announced_);
    Leave(waiter);
  }
  return waiter.examined;
}

void RecentEvents::CallWhenReady(Waiter& waiter, const std::optional<std::string>& stream,
                                 std::uint64_t position, bool at_once,
                                 absl::AnyInvocable<void()> ready) {
  // What a call forgotten here holds is let go outside the lock.
  absl::AnyInvocable<void()> forgotten;
  absl::MutexLock lock(&mutex_);
  Leave(waiter);
  forgotten = std::exchange(waiter.ready, std::move(ready));
  if (at_once || MayConcern(waiter, position)) {
    waiter.examined = position;
    MoveToReady(waiter);
  } else {
    Join(waiter, stream, position);
  }
}

RecentEvents::WaiterState RecentEvents::Look(Waiter& waiter) {
  absl::AnyInvocable<void()> forgotten;
  absl::MutexLock lock(&mutex_);
  Leave(waiter);
  forgotten = std::exchange(waiter.ready, nullptr);
  return {waiter.cancelled, closed_, waiter.examined};
}

void RecentEvents::Forget(Waiter& waiter) {
  absl::AnyInvocable<void()> forgotten;
  absl::MutexLock lock(&mutex_);
  Leave(waiter);
  forgotten = std::exchange(waiter.ready, nullptr);
  while (calling_ == &waiter) called_.Wait(&mutex_);
}

void RecentEvents::Cancel(Waiter& waiter) {
  absl::MutexLock lock(&mutex_);
  waiter.cancelled = true;
  if (waiter.ready == nullptr) {
    // Its thread takes it off the list, as at a deadline.
    waiter.wake.Signal();
  } else if (waiter.list != nullptr && waiter.list != &ready_) {
    Leave(waiter);
    MoveToReady(waiter);
  }
}

void RecentEvents::Wake(Waiters& waiters, std::uint64_t examined) {
  for (Waiter* const waiter : waiters) {
    waiter->list = nullptr;
    waiter->examined = std::max(waiter->examined, examined);
    if (waiter->ready == nullptr) {
      waiter->wake.Signal();
    } else {
      MoveToReady(*waiter);
    }
  }
  waiters.clear();
}

void RecentEvents::WakeEveryone() {
  Wake(for_all_, announced_);
  for (auto& [stream, waiters] : for_stream_) Wake(waiters, announced_);
  for_stream_.clear();
}

void RecentEvents::WakeForStream(const std::string& stream) {
  const auto concerned = for_stream_.find(stream);
  if (concerned == for_stream_.end()) return;
  Wake(concerned->second, announced_);
  for_stream_.erase(concerned);
}

void RecentEvents::WakeForLinks(const RecordedEvent& event) {
  // A projection that runs again shows what came by while it was stopped.
  if (IsManagementStream(event.stream)) WakeEveryone();
  ForEachLinkedStream({.stream = event.stream,
                       .revision = event.revision,
                       .type = event.type,
                       .is_json = event.is_json,
                       .data = event.data},
                      [this](std::string&& name) {
                        mutex_.AssertHeld();
                        WakeForStream(name);
                      });
}

// Those that were ready when it begins: they may ask again from within.
void RecentEvents::CallReady() {
  for (std::size_t left = ready_.size(); left > 0 && !ready_.empty(); --left) {
    Waiter& waiter = *ready_.front();
    Leave(waiter);
    absl::AnyInvocable<void()> ready = std::exchange(waiter.ready, nullptr);
    calling_ = &waiter;
    mutex_.Unlock();
    ready();
    ready = nullptr;
    mutex_.Lock();
    calling_ = nullptr;
    called_.SignalAll();
  }
}

void RecentEvents::Announce() {
  absl::MutexLock lock(&mutex_);
  while (!stopping_) {
    CallReady();
    if (announced_ == end_ || closed_) {
      if (ready_.empty() && !stopping_) news_.Wait(&mutex_);
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
      WakeForStream((*next)->stream);
      if (announces_links_) WakeForLinks(**next);
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

}  // namespace eventstoredb
