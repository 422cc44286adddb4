#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "eventstoredb/endpoint.h"

namespace grpc {
class Channel;
}  // namespace grpc

namespace eventstoredb {

/// Sent as `authorization: Basic`, and only over TLS (protocol section 2.2).
struct Credentials {
  std::string user;      ///< Not empty, no colon.
  std::string password;  ///< Not empty.
  bool operator==(const Credentials&) const = default;
};

/// Which member of a cluster to talk to. A wish: if no such member lives, any other that takes
/// calls is chosen (protocol section 3.19).
enum class NodePreference { kLeader, kFollower, kReadOnlyReplica, kRandom };

/// How often what may be repeated is repeated: see README.md, "Retries".
struct RetryPolicy {
  int attempts_max = 4;                                   ///< The first one included; at least 1.
  absl::Duration backoff_min = absl::Milliseconds(20);    ///< Doubles, with jitter, up to the max.
  absl::Duration backoff_max = absl::Milliseconds(1000);  ///< Not below `backoff_min`.
};

/// What a Client is made of. Each field works as it stands, except that an endpoint must be named.
struct ClientOptions {
  std::vector<Endpoint> endpoints;  ///< 1 to 1,000.
  /// Ask the endpoints who is in the cluster, and connect to the member that suits. Always done
  /// with more than one endpoint.
  bool discover = false;
  /// Instead of `endpoints`: makes each channel, for a server that lies in this process
  /// (NodeServer::InProcessChannel). Called from any thread, as often as a connection is made;
  /// null: Unavailable. Then there is no discovery and no TLS.
  std::function<std::shared_ptr<grpc::Channel>()> make_channel;

  bool tls = true;
  bool tls_verify_cert = true;  ///< False trusts whoever answers: for tests.
  std::string tls_ca_file;      ///< PEM; empty: the system's roots.
  std::string user_cert_file;   ///< PEM, with `user_key_file`: the client's own certificate.
  std::string user_key_file;

  std::optional<Credentials> credentials;  ///< Of calls that bring none.
  /// How the server names this client. Printable ASCII; empty: a random UUID.
  std::string connection_name;

  /// Of appends, deletes and the set-up of connections and subscriptions, if the call brings none.
  /// Reads have no deadline of their own. Above 0.
  absl::Duration default_deadline = absl::Seconds(10);
  /// An HTTP/2 ping after this time without traffic, while a call is open. At least 1 ms; below
  /// 10 s some servers end the connection; infinite: none.
  absl::Duration keepalive_interval = absl::Seconds(10);
  /// For the ping's answer; then the connection is given up. At least 1 ms.
  absl::Duration keepalive_timeout = absl::Seconds(10);

  int discover_attempts_max = 10;  ///< Rounds over all endpoints; at least 1.
  absl::Duration discovery_interval = absl::Milliseconds(100);  ///< Between two rounds.
  absl::Duration gossip_timeout = absl::Seconds(5);             ///< Of one question; above 0.
  NodePreference node_preference = NodePreference::kLeader;

  RetryPolicy retry;

  /// Appends and deletes not answered yet; one more is refused as ResourceExhausted.
  std::size_t appends_in_flight_max = 10'000;
  std::size_t append_bytes_in_flight_max = 64 << 20;
  /// What a reader or subscription holds for its consumer before it stops asking the server.
  std::size_t events_buffered_max = 256;
  std::size_t bytes_buffered_max = 16 << 20;  ///< One event more may be held.
  std::size_t listed_max =
      100'000;  ///< Users or projections in one answer; else ResourceExhausted.
};

/// Errors: InvalidArgument, which names the field and its range. Opens no file.
absl::Status Validate(const ClientOptions& options);

}  // namespace eventstoredb
