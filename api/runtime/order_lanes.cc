#include "api/runtime/order_lanes.h"

#include <cassert>
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

// A lane has at most one turn in the pool's queue, so `in_flight_max` turns always fit.
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
  bool was_idle = false;
  {
    absl::MutexLock lock(&shard.mutex);
    if (stopping_.load()) {
      in_flight_.fetch_sub(1);
      return application::MakeRequestError(
          absl::StatusCode::kUnavailable, "the service is stopping; nothing was done",
          {.reason = "SHUTTING_DOWN", .retry_after = absl::Seconds(1)});
    }
    Lane& lane = shard.lanes[order_id];
    if (lane.size() >= options_.commands_per_order_max) {
      in_flight_.fetch_sub(1);
      return Overloaded(absl::StrCat("more than ", options_.commands_per_order_max,
                                     " commands wait for order ", order_id,
                                     "; nothing was done, ask again"));
    }
    was_idle = lane.empty();
    lane.push_back({deadline, std::move(command)});
  }
  if (was_idle) PostTurn(shard, order_id);
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

void OrderLanes::PostTurn(Shard& shard, std::string order_id) {
  const bool posted = workers_.TryPost(
      [this, &shard, order_id = std::move(order_id)] { RunFront(shard, order_id); });
  assert(posted);  // There is room for in_flight_max turns, and Stop waits for all of them.
  (void)posted;
}

void OrderLanes::RunFront(Shard& shard, const std::string& order_id) {
  Waiting next;
  {
    absl::MutexLock lock(&shard.mutex);
    next = std::move(shard.lanes.find(order_id)->second.front());
  }
  if (absl::Now() >= next.deadline) {
    next.command(absl::DeadlineExceededError(
        "the deadline passed while the command waited for its turn; nothing was done"));
  } else {
    next.command(absl::OkStatus());
  }
  bool has_more = false;
  {
    absl::MutexLock lock(&shard.mutex);
    const auto lane = shard.lanes.find(order_id);
    lane->second.pop_front();
    has_more = !lane->second.empty();
    if (!has_more) shard.lanes.erase(lane);
  }
  // To the end of the queue: a busy order does not keep its worker from the others.
  if (has_more) PostTurn(shard, order_id);
  if (in_flight_.fetch_sub(1) == 1 && stopping_.load()) {
    absl::MutexLock lock(&idle_mutex_);  // Makes Stop look again.
  }
}

}  // namespace orders::api
