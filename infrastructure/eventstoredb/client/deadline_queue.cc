#include "infrastructure/eventstoredb/client/deadline_queue.h"

#include "absl/time/clock.h"

namespace eventstoredb::client {

DeadlineQueue::Ticket DeadlineQueue::Add(absl::Time deadline, std::shared_ptr<Expirable> waiting) {
  absl::MutexLock lock(&mutex_);
  const Ticket ticket{deadline, ++tickets_};
  waiting_.emplace(ticket, std::move(waiting));
  SetTimer();
  return ticket;
}

void DeadlineQueue::Remove(const Ticket& ticket) {
  std::shared_ptr<Expirable> kept;  // Outlives the lock.
  absl::MutexLock lock(&mutex_);
  const auto found = waiting_.find(ticket);
  if (found == waiting_.end()) return;
  kept = std::move(found->second);
  waiting_.erase(found);
}

std::vector<std::shared_ptr<Expirable>> DeadlineQueue::TakeAll() {
  std::vector<std::shared_ptr<Expirable>> all;
  absl::MutexLock lock(&mutex_);
  for (auto& [ticket, waiting] : waiting_) all.push_back(std::move(waiting));
  waiting_.clear();
  timer_at_ = absl::InfiniteFuture();
  timer_.Cancel();
  return all;
}

void DeadlineQueue::Fire() {
  std::vector<std::shared_ptr<Expirable>> due;
  {
    absl::MutexLock lock(&mutex_);
    const absl::Time now = absl::Now();
    while (!waiting_.empty() && waiting_.begin()->first.first <= now) {
      due.push_back(std::move(waiting_.begin()->second));
      waiting_.erase(waiting_.begin());
    }
    timer_at_ = absl::InfiniteFuture();
    SetTimer();
  }
  for (const std::shared_ptr<Expirable>& each : due) each->Expire();
}

void DeadlineQueue::SetTimer() {
  if (waiting_.empty()) return;
  const absl::Time first = waiting_.begin()->first.first;
  if (first >= timer_at_) return;
  timer_at_ = first;
  timer_.Set(first, [self = shared_from_this()] { self->Fire(); });
}

}  // namespace eventstoredb::client
