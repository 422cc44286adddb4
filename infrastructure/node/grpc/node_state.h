#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include "eventstoredb/node/embedded_event_store.h"
#include "eventstoredb/node/node_server.h"
#include "eventstoredb/uuid.h"
#include "infrastructure/node/grpc/budget.h"
#include "infrastructure/node/grpc/ticker.h"

namespace eventstoredb {

/// Counts one for as long as it lives.
class Counted {
 public:
  explicit Counted(std::atomic<std::size_t>& count) : count_(count) { ++count_; }
  ~Counted() { --count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::atomic<std::size_t>& count_;
};

/// What the calls of one server share.
struct NodeState {
  NodeState(const NodeServerOptions& server_options, EmbeddedEventStore& event_store,
            const Uuid& instance)
      : options(server_options),
        store(event_store),
        instance_id(instance),
        reads(options.reads_max),
        subscriptions(options.subscriptions_max),
        incoming_bytes(options.incoming_bytes_max),
        read_workers(static_cast<std::size_t>(options.read_threads)) {}

  /// Runs `task`, which may read from disk, on a thread that may wait. The queue is bounded by the
  /// calls: each has one task at a time.
  void PostRead(absl::AnyInvocable<void()> task) {
    boost::asio::post(read_workers, [task = std::move(task)]() mutable { task(); });
  }

  const NodeServerOptions options;
  EmbeddedEventStore& store;
  const Uuid instance_id;  ///< Of this server: another each time one starts.
  const absl::Time started_at = absl::Now();
  std::atomic<std::size_t> appends{0};  ///< Calls that append.
  Budget reads;                         ///< Read calls that are not subscriptions.
  Budget subscriptions;
  Budget incoming_bytes;
  std::atomic<bool> is_draining{false};  ///< Health says that this server stops.
  std::atomic<bool> is_stopping{false};  ///< What does not end by itself is ended.
  Ticker ticker;
  boost::asio::thread_pool read_workers;
};

}  // namespace eventstoredb
