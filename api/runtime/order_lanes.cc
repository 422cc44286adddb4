#include "api/runtime/order_lanes.h"

#include <cassert>
#include <optional>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "application/commands/request_errors.h"

namespace orders::api {
namespace {

absl::Status Overloaded(const std::string& text) {
  return application::MakeRequestError(
      absl::StatusCode::kResourceExhausted, text,
      {.reason = "OVERLOADED", .retry_after = absl::Milliseconds(100)});
}

}  // namespace

// A command has at most one task in the pool's queue, so `in_flight_max` tasks always fit.
OrderLanes::OrderLanes(const OrderLanesOptions& options)
    : options_(options),
      workers_({.threads = options.threads, .queue_size_max = options.in_flight_max}) {}

OrderLanes::~OrderLanes() { Stop(); }

absl::Status OrderLanes::Post(const std::string& order_id, absl::Time deadline, Command command) {
  if (in_flight_.fetch_add(1) >= options_.in_flight_max) {
    in_flight_.fetch_sub(1);
    return Overloaded(absl::StrCat("more than ", options_.in_flight_max,
                                   " commands are in flight; nothing was done, ask again"));
  }
  Shard& shard = ShardOf(order_id);
  const std::string* key = nullptr;
  {
    absl::MutexLock lock(&shard.mutex);
    if (stopping_.load()) {
      in_flight_.fetch_sub(1);
      return application::MakeRequestError(
          absl::StatusCode::kUnavailable, "the service is stopping; nothing was done",
          {.reason = "SHUTTING_DOWN", .retry_after = absl::Seconds(1)});
    }
    const auto [place, was_idle] = shard.lanes.try_emplace(order_id);
    Lane& waiting = place->second;
    if (!was_idle) {
      if (waiting.size() + 1 >= options_.commands_per_order_max) {
        in_flight_.fetch_sub(1);
        return Overloaded(absl::StrCat("more than ", options_.commands_per_order_max,
                                       " commands wait for order ", order_id,
                                       "; nothing was done, ask again"));
      }
      waiting.push_back({deadline, std::move(command)});
      waiting_.fetch_add(1, std::memory_order_relaxed);
      return absl::OkStatus();
    }
    key = &place->first;
  }
  Begin(shard, *key, {deadline, std::move(command)});
  return absl::OkStatus();
}

void OrderLanes::Stop() {
  stopping_.store(true);
  {
    absl::MutexLock lock(&idle_mutex_);
    const auto is_idle = [this] { return in_flight_.load() == 0; };
    idle_mutex_.Await(absl::Condition(&is_idle));
  }
  workers_.Stop();
}

OrderLanes::Shard& OrderLanes::ShardOf(const std::string& order_id) {
  return shards_[absl::HashOf(order_id) % shards_.size()];
}

void OrderLanes::Begin(Shard& shard, const std::string& order_id, Waiting next) {
  Turn turn(this, &shard, &order_id);
  if (absl::Now() < next.deadline) return next.command(absl::OkStatus(), std::move(turn));
  next.command(absl::DeadlineExceededError(
                   "the deadline passed while the command waited for its turn; nothing was done"),
               std::move(turn));
}

void OrderLanes::End(Shard& shard, const std::string& order_id) {
  std::optional<Waiting> next;
  {
    absl::MutexLock lock(&shard.mutex);
    const auto lane = shard.lanes.find(order_id);
    if (lane->second.empty()) {
      shard.lanes.erase(lane);
    } else {
      next = std::move(lane->second.front());
      lane->second.pop_front();
      waiting_.fetch_sub(1, std::memory_order_relaxed);
    }
  }
  // On a worker, since this may be the log's thread, and the end of a queue: a busy order does not
  // keep the workers from the others.
  if (next.has_value()) {
    RunBlocking([this, &shard, &order_id, next = *std::move(next)]() mutable {
      Begin(shard, order_id, std::move(next));
    });
  }
  if (in_flight_.fetch_sub(1) == 1 && stopping_.load()) {
    absl::MutexLock lock(&idle_mutex_);  // Makes Stop look again.
  }
}

void OrderLanes::RunBlocking(Task task) {
  const bool posted = workers_.TryPost(std::move(task));
  assert(posted);  // There is room for in_flight_max tasks, and Stop waits for all turns.
  (void)posted;
}

}  // namespace orders::api
