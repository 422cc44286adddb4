#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "eventstoredb/node/embedded_event_store.h"
#include "eventstoredb/node/node_access.h"
#include "eventstoredb/node/node_tls.h"

namespace grpc {
class Channel;
}  // namespace grpc

namespace eventstoredb {

struct NodeServerOptions {
  /// HOST:PORT; port 0 picks one. Empty: no port, calls come by InProcessChannel alone.
  std::string address = "127.0.0.1:2113";
  /// What gossip tells clients to connect to. Empty: the host of `address`, or this machine's name
  /// if that is every interface.
  std::string advertised_host;
  std::uint16_t advertised_port = 0;  ///< 0: the port listened at.

  int message_bytes_max = 16'767'216;  ///< Of one request message, 64 KiB to 64 MiB.
  int metadata_bytes_max = 8 << 10;    ///< Of a call's headers, 1 KiB to 1 MiB.
  int streams_per_connection_max = 2'000;
  std::size_t connections_max = 6'000;               ///< A further one is closed at once.
  std::size_t undecided_connections_max = 1'024;     ///< A further one ends the oldest.
  absl::Duration undecided_max = absl::Seconds(10);  ///< Until a connection has said what it is.
  std::size_t memory_bytes_max = 512 << 20;          ///< gRPC's own buffers.
  absl::Duration ping_interval = absl::Seconds(10);  ///< Ours; a client's may come as often.
  absl::Duration ping_timeout = absl::Seconds(10);

  /// As the store's own limit, which decides: this one refuses before all has been received.
  std::size_t append_bytes_max = 1'048'576;
  std::size_t events_per_append_max = 10'000;
  /// Of one append with metadata and types: what a refusal by size of data does not bound.
  std::size_t append_total_bytes_max = 16'767'216;
  /// An Append call that sends nothing for so long is DEADLINE_EXCEEDED, nothing written.
  absl::Duration append_idle_max = absl::Seconds(30);
  /// What all appends that are still being received may hold; beyond it RESOURCE_EXHAUSTED.
  std::size_t incoming_bytes_max = 256 << 20;
  std::size_t open_batches_max = 10'000;  ///< Of one BatchAppend call; then RESOURCE_EXHAUSTED.
  /// Of one BatchAppend call: handed to the store, or answered and not yet sent. Then it is not
  /// read until there are fewer.
  std::size_t batches_in_flight_max = 1'024;
  /// From a batch's options to its end; a client may ask for less (protocol section 3.14).
  absl::Duration batch_timeout = absl::Milliseconds(2'000);

  int read_threads = 8;                    ///< 1 to 64.
  std::size_t reads_max = 4'096;           ///< Calls at a time; then RESOURCE_EXHAUSTED.
  std::size_t subscriptions_max = 1'000;   ///< Calls at a time; then RESOURCE_EXHAUSTED.
  std::size_t page_events_max = 256;       ///< Read at a time for one call.
  std::size_t page_bytes_max = 256 << 10;  ///< One event may exceed it. A call holds two pages.
  /// A reader that takes no message for so long is ABORTED.
  absl::Duration stall_max = absl::Seconds(30);

  std::size_t groups_max = 1'000;           ///< Of persistent subscriptions; then Create fails.
  std::size_t group_consumers_max = 1'000;  ///< At a time; then RESOURCE_EXHAUSTED.
  std::size_t group_calls_max = 1'024;      ///< Other calls on groups; then RESOURCE_EXHAUSTED.
  /// What all groups hold of the log, buffered or with consumers. Beyond it a group that holds
  /// anything reads no more; one that holds nothing may read a page.
  std::size_t groups_bytes_max = 256 << 20;
  std::size_t group_page_bytes_max = 64 << 10;  ///< Read at a time; one event may exceed it.

  /// Empty: the port speaks in the clear. Else TLS 1.2 and 1.3 alone, to all who come by it.
  NodeTlsSource tls;
  /// Absent: everyone may do everything, and credentials are not looked at.
  std::optional<NodeAccessOptions> access;
  /// What Operations.Shutdown asks for; called from any thread, must not block. Empty: the
  /// call is refused.
  std::function<void()> on_shutdown;
};

struct NodeServerStats {
  std::size_t connections = 0;
  std::size_t appends = 0;  ///< Calls of Append and BatchAppend that are open.
  std::size_t reads = 0;
  std::size_t subscriptions = 0;
  std::size_t group_consumers = 0;  ///< Of persistent subscriptions.
  std::size_t incoming_bytes = 0;   ///< Of appends that are still being received.
};

/// Serves EventStoreDB's protocol (docs/architecture.md, "The store's protocol") for a store of
/// this process: Streams, PersistentSubscriptions, Projections, Users, Operations, ServerFeatures,
/// Gossip, Monitoring, health and reflection over HTTP/2; /health/live, /ping and /info over
/// HTTP/1.1 on the same port. Thread-safe.
class NodeServer {
 public:
  /// Serves from here on. `store` outlives the server. With access control the first start on a
  /// store makes its first users, and waits for that. Errors: InvalidArgument, an option out of
  /// range or no address of this machine; AlreadyExists, the address is in use; PermissionDenied,
  /// it is not ours to take; Internal.
  static absl::StatusOr<std::unique_ptr<NodeServer>> Start(const NodeServerOptions& options,
                                                           EmbeddedEventStore& store);
  /// Stops without grace.
  virtual ~NodeServer() = default;

  virtual std::uint16_t port() const = 0;  ///< 0: it has none.
  /// A way to this server that leaves the process nowhere, for ClientOptions::make_channel. What
  /// comes by it is the process's own, and may do everything. Null: the server has stopped.
  virtual std::shared_ptr<grpc::Channel> InProcessChannel() = 0;
  /// Says in every health answer that it stops; goes on serving.
  virtual void Drain() = 0;
  /// Drains, takes no more calls, ends subscriptions (UNAVAILABLE) and cuts the calls that have not
  /// ended when `grace` is over. A second call does nothing.
  virtual void Stop(absl::Duration grace) = 0;
  virtual NodeServerStats Stats() const = 0;
};

}  // namespace eventstoredb
