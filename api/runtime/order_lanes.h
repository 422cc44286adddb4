#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <deque>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "api/runtime/worker_pool.h"

namespace orders::api {

struct OrderLanesOptions {
  int threads = 64;
  std::size_t commands_per_order_max = 256;  ///< Those that wait and the one that runs.
  std::size_t in_flight_max = 4'096;         ///< The same, of all orders.
};

/// Runs the commands of one order one after another, in the order they came, and those of different
/// orders side by side. A command that waits for its turn costs a closure, never a thread: a worker
/// takes the order's next one when one ends. Thread-safe.
class OrderLanes {
 public:
  /// Called exactly once, by a worker: with Ok, it is this command's turn; with DeadlineExceeded,
  /// its deadline passed while it waited and nothing of it was done. May block.
  using Command = absl::AnyInvocable<void(const absl::Status& turn)>;

  explicit OrderLanes(const OrderLanesOptions& options);
  /// Stops.
  ~OrderLanes();
  OrderLanes(const OrderLanes&) = delete;
  OrderLanes& operator=(const OrderLanes&) = delete;

  /// Never blocks. Errors, and then `command` is never called: ResourceExhausted (OVERLOADED), the
  /// order's lane or the whole is full; Unavailable, the lanes stop.
  absl::Status Post(const std::string& order_id, absl::Time deadline, Command command);

  /// Takes no more, runs what waits, joins the workers. Called by one thread, not by a worker.
  void Stop();

  /// Those that wait and those that run.
  std::size_t in_flight() const { return in_flight_.load(std::memory_order_relaxed); }

 private:
  struct Waiting {
    absl::Time deadline;
    Command command;
  };
  /// Present in its shard's map while a command of the order runs or waits; the front one runs.
  using Lane = std::deque<Waiting>;
  struct Shard {
    absl::Mutex mutex;
    absl::flat_hash_map<std::string, Lane> lanes ABSL_GUARDED_BY(mutex);
  };

  Shard& ShardOf(const std::string& order_id);
  void PostTurn(Shard& shard, std::string order_id);
  void RunFront(Shard& shard, const std::string& order_id);

  const OrderLanesOptions options_;
  std::array<Shard, 16> shards_;
  std::atomic<std::size_t> in_flight_ = 0;
  std::atomic<bool> stopping_ = false;
  absl::Mutex idle_mutex_;
  WorkerPool workers_;  ///< Last: its threads use what is above.
};

}  // namespace orders::api
