#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <list>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/node_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "api/runtime/worker_pool.h"

namespace orders::api {

struct OrderLanesOptions {
  int threads = 64;                          ///< For what may block.
  std::size_t commands_per_order_max = 256;  ///< Those that wait and the one whose turn it is.
  std::size_t in_flight_max = 4'096;         ///< The same, of all orders.
};

/// Gives the commands of one order their turns one after another, in the order they came, and those
/// of different orders side by side. A command that waits for its turn costs a closure, never a
/// thread, and one that waits for the log holds its turn without a thread. Thread-safe.
class OrderLanes {
 public:
  using Task = WorkerPool::Task;
  class Turn;
  /// Called exactly once: with Ok, and then the order's next command waits for the end of the turn;
  /// or with DeadlineExceeded, the deadline passed while it waited and nothing of it was done.
  /// An order's first is called by whoever posts it, one that waited by a worker: it must not
  /// block.
  using Command = absl::AnyInvocable<void(const absl::Status& status, Turn turn)>;

  explicit OrderLanes(const OrderLanesOptions& options);
  /// Stops.
  ~OrderLanes();
  OrderLanes(const OrderLanes&) = delete;
  OrderLanes& operator=(const OrderLanes&) = delete;

  /// Never blocks. Errors, and then `command` is never called: ResourceExhausted (OVERLOADED), the
  /// order's lane or the whole is full; Unavailable, the lanes stop.
  absl::Status Post(const std::string& order_id, absl::Time deadline, Command command);

  /// Runs `task` on a worker, where it may block. For a command that has its turn, one task at a
  /// time; the task may end the turn.
  void RunBlocking(Task task);

  /// Takes no more, runs what waits, waits for the end of every turn, joins the workers. Called by
  /// one thread, not by a worker.
  void Stop();

  /// Those that wait and those whose turn it is.
  std::size_t in_flight() const { return in_flight_.load(std::memory_order_relaxed); }
  /// Those that wait for their turn.
  std::size_t waiting() const { return waiting_.load(std::memory_order_relaxed); }
  /// Tasks that wait for a worker.
  std::size_t tasks_waiting() const { return workers_.waiting(); }

 private:
  struct Waiting {
    absl::Time deadline;
    Command command;
  };
  /// Those that wait. Present in its shard's map while a command of the order has its turn.
  using Lane = std::list<Waiting>;
  struct Shard {
    absl::Mutex mutex;
    absl::node_hash_map<std::string, Lane> lanes ABSL_GUARDED_BY(mutex);
  };

  Shard& ShardOf(const std::string& order_id);
  void Begin(Shard& shard, const std::string& order_id, Waiting next);
  void End(Shard& shard, const std::string& order_id);

  const OrderLanesOptions options_;
  std::array<Shard, 16> shards_;
  std::atomic<std::size_t> in_flight_ = 0;
  std::atomic<std::size_t> waiting_ = 0;
  std::atomic<bool> stopping_ = false;
  absl::Mutex idle_mutex_;
  WorkerPool workers_;  ///< Last: its threads use what is above.
};

/// The order is this command's as long as this lives. Movable; outlived by its lanes.
class OrderLanes::Turn {
 public:
  Turn(Turn&& other) noexcept
      : lanes_(std::exchange(other.lanes_, nullptr)),
        shard_(other.shard_),
        order_id_(other.order_id_) {}
  Turn& operator=(Turn&&) = delete;
  ~Turn() {
    if (lanes_ != nullptr) lanes_->End(*shard_, *order_id_);
  }

 private:
  friend class OrderLanes;
  Turn(OrderLanes* lanes, Shard* shard, const std::string* order_id)
      : lanes_(lanes), shard_(shard), order_id_(order_id) {}

  OrderLanes* lanes_;  ///< Null: moved from.
  Shard* shard_;
  const std::string* order_id_;  ///< The key of its lane.
};

}  // namespace orders::api
