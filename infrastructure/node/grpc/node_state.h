#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include "eventstoredb/node/embedded_event_store.h"
#include "eventstoredb/node/node_server.h"
#include "eventstoredb/uuid.h"
#include "infrastructure/node/access/access_control.h"
#include "infrastructure/node/groups/subscription_groups.h"
#include "infrastructure/node/grpc/budget.h"
#include "infrastructure/node/grpc/own_calls.h"
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
  /// `access_control` is null where there is none.
  NodeState(const NodeServerOptions& server_options, EmbeddedEventStore& event_store,
            const Uuid& instance, std::unique_ptr<AccessControl> access_control)
      : options(server_options),
        store(event_store),
        instance_id(instance),
        access(std::move(access_control)),
        password_checks(options.access.has_value() ? options.access->password_checks_max : 0),
        acl_checks(options.access.has_value() ? options.access->acl_checks_max : 0),
        reads(options.reads_max),
        subscriptions(options.subscriptions_max),
        incoming_bytes(options.incoming_bytes_max),
        group_consumers(options.group_consumers_max),
        group_calls(options.group_calls_max),
        groups(event_store, {.groups_max = options.groups_max,
                             .bytes_max = options.groups_bytes_max,
                             .page_bytes_max = options.group_page_bytes_max}),
        read_workers(static_cast<std::size_t>(options.read_threads)) {
    if (access != nullptr) password_worker.emplace(1);
  }

  /// Runs `task`, which may read from disk, on a thread that may wait. The queue is bounded by the
  /// calls: each has one task at a time.
  void PostRead(absl::AnyInvocable<void()> task) {
    boost::asio::post(read_workers, [task = std::move(task)]() mutable { task(); });
  }

  /// Runs `task`, which may hash a password, and so holds nobody up but others who do. Only with
  /// access control.
  void PostPasswordWork(absl::AnyInvocable<void()> task) {
    boost::asio::post(*password_worker, [task = std::move(task)]() mutable { task(); });
  }

  const NodeServerOptions options;
  EmbeddedEventStore& store;
  const Uuid instance_id;  ///< Of this server: another each time one starts.
  const absl::Time started_at = absl::Now();
  const std::unique_ptr<AccessControl> access;  ///< Null: everything is allowed.
  const OwnCalls own_calls;
  Budget password_checks;               ///< Calls whose password is to be hashed.
  Budget acl_checks;                    ///< Calls that wait for an access list to be read.
  std::atomic<std::size_t> appends{0};  ///< Calls that append.
  Budget reads;                         ///< Read calls that are not subscriptions.
  Budget subscriptions;
  Budget incoming_bytes;
  Budget group_consumers;  ///< Read calls of persistent subscriptions.
  Budget group_calls;      ///< The other calls of persistent subscriptions.
  SubscriptionGroups groups;
  std::atomic<bool> is_draining{false};  ///< Health says that this server stops.
  std::atomic<bool> is_stopping{false};  ///< What does not end by itself is ended.
  Ticker ticker;
  boost::asio::thread_pool read_workers;
  std::optional<boost::asio::thread_pool> password_worker;
};

}  // namespace eventstoredb
