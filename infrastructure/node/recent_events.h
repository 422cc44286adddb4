#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "eventstoredb/event_store.h"

namespace eventstoredb {

using SharedEvent = std::shared_ptr<const RecordedEvent>;

/// The last events that were committed, shared by all live subscriptions, and the place where these
/// wait for the next. Thread-safe. Publishing costs the same however many wait: a thread of its own
/// wakes those concerned, one pass for all groups since its last.
class RecentEvents {
 public:
  /// `end` is the last position of the log; nothing up to it is kept.
  RecentEvents(std::uint64_t end, std::size_t events_max, std::size_t bytes_max);
  ~RecentEvents();

  /// `events` are synced and follow what was published before; `end` is the last position handed
  /// out with them.
  void Publish(std::vector<SharedEvent> events, std::uint64_t end);

  struct Slice {
    bool covered = false;  ///< False: events after the cursor are kept on disk only.
    std::vector<SharedEvent> events;
    std::uint64_t end = 0;  ///< Nothing else lies between the cursor and this.
  };
  Slice After(std::uint64_t position, std::size_t events_max) const;
  std::uint64_t end() const;

  /// One who waits, for a thread or for a call. Reused, by one thread at a time.
  class Waiter {
   private:
    friend class RecentEvents;
    absl::CondVar wake;
    absl::AnyInvocable<void()> ready;  // Set: waits for this call; else with its thread.
    const std::optional<std::string>* stream = nullptr;
    std::list<Waiter*>* list = nullptr;  // Where it waits, or waits to be called. Null: nowhere.
    std::list<Waiter*>::iterator place;
    bool cancelled = false;
    std::uint64_t examined = 0;
  };
  /// Returns once something after `position` may concern the waiter (`stream` absent: anything),
  /// at `deadline`, when cancelled or closed. Answers a position up to which nothing concerns it.
  std::uint64_t Wait(Waiter& waiter, const std::optional<std::string>& stream,
                     std::uint64_t position, absl::Time deadline);
  /// The same without a thread: `ready` is called once, from the thread of this class; `at_once`:
  /// without waiting for anything. `stream` and `waiter` stay until Forget.
  void CallWhenReady(Waiter& waiter, const std::optional<std::string>& stream,
                     std::uint64_t position, bool at_once, absl::AnyInvocable<void()> ready);
  void Cancel(Waiter& waiter);

  struct WaiterState {
    bool cancelled = false;
    bool closed = false;
    std::uint64_t examined = 0;  ///< Nothing up to here concerned it when it was last woken.
  };
  /// Also drops a call that was asked for and not begun.
  WaiterState Look(Waiter& waiter);
  /// Returns when no call is under way; none begins after it.
  void Forget(Waiter& waiter);

  /// Wakes everyone for good.
  void Close();

 private:
  using Waiters = std::list<Waiter*>;

  void Announce();
  void CallReady() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Join(Waiter& waiter, const std::optional<std::string>& stream, std::uint64_t position)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Leave(Waiter& waiter) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void MoveToReady(Waiter& waiter) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool MayConcern(const Waiter& waiter, std::uint64_t position) const
      ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  void Wake(Waiters& waiters, std::uint64_t examined) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void WakeForStream(const std::string& stream) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void WakeForLinks(const RecordedEvent& event) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void WakeEveryone() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::deque<SharedEvent>::const_iterator FirstAfter(std::uint64_t position) const
      ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  const std::size_t events_max_;
  const std::size_t bytes_max_;
  mutable absl::Mutex mutex_;
  std::deque<SharedEvent> events_ ABSL_GUARDED_BY(mutex_);
  std::size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t floor_ ABSL_GUARDED_BY(mutex_);  ///< Every event above it is in `events_`.
  std::uint64_t end_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t announced_ ABSL_GUARDED_BY(mutex_);  ///< Waiters know of all up to here.
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  /// Somebody has once waited for a stream of links.
  bool announces_links_ ABSL_GUARDED_BY(mutex_) = false;
  Waiters for_all_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<std::string, Waiters> for_stream_ ABSL_GUARDED_BY(mutex_);
  Waiters ready_ ABSL_GUARDED_BY(mutex_);  ///< To be called.
  const Waiter* calling_ ABSL_GUARDED_BY(mutex_) = nullptr;
  absl::CondVar called_;
  absl::CondVar news_;
  std::thread announcer_;
};

}  // namespace eventstoredb
