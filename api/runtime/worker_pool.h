#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"

namespace orders::api {

struct WorkerPoolOptions {
  int threads = 64;
  std::size_t queue_size_max = 4'096;  ///< Tasks that wait; those that run do not count.
};

/// Runs tasks on a fixed number of threads, first come, first served. Thread-safe.
class WorkerPool {
 public:
  using Task = absl::AnyInvocable<void()>;

  explicit WorkerPool(const WorkerPoolOptions& options);
  /// Stops.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// False, and `task` is not taken: the queue is full or the pool stops.
  [[nodiscard]] bool TryPost(Task task);

  /// Tasks that wait for a thread.
  std::size_t waiting() const {
    absl::MutexLock lock(&mutex_);
    return queue_.size();
  }

  /// Takes no more tasks, runs those that wait, joins the threads. Called by one thread that is
  /// none of the pool's; a second call does nothing.
  void Stop();

 private:
  void Work();

  const std::size_t queue_size_max_;
  mutable absl::Mutex mutex_;
  std::deque<Task> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace orders::api
