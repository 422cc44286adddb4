#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/random/random.h"
#include "absl/status/statusor.h"

#include "event_store/client/gossip.pb.h"
#include "eventstoredb/client_options.h"
#include "infrastructure/eventstoredb/client/call_registry.h"
#include "infrastructure/eventstoredb/client/channel_factory.h"
#include "infrastructure/eventstoredb/client/timer.h"

namespace eventstoredb::client {

/// How many members of a cluster are kept to be asked again; what else an answer names is ignored.
inline constexpr int kKnownMembersMax = 32;

struct Discovered {
  Endpoint node;                  ///< Where to connect to.
  std::vector<Endpoint> members;  ///< All that take calls, at most kKnownMembersMax.
};

/// Asks the endpoints of the options and the members of the last answer, one after the other in
/// random order, who is in the cluster, in up to `discover_attempts_max` rounds (protocol section
/// 3.19). Blocks no thread: each answer leads to the next question. `options`, `channels` and
/// `calls` must outlive it; `calls` ends it.
class Discovery : public std::enable_shared_from_this<Discovery> {
 public:
  using Done = absl::AnyInvocable<void(absl::StatusOr<Discovered>)>;

  /// `known` are members that an earlier answer named: a cluster may outlive every endpoint that
  /// was configured. `failed` is asked last, and chosen only if there is no other: until the
  /// others have noticed, they go on naming a leader that is gone. Errors: Unavailable of kind
  /// kDiscoveryFailed; Cancelled.
  static void Start(const ClientOptions& options, const ChannelFactory& channels,
                    CallRegistry& calls, const std::vector<Endpoint>& known,
                    const std::optional<Endpoint>& failed, Done done);

 private:
  Discovery(const ClientOptions& options, const ChannelFactory& channels, CallRegistry& calls,
            const std::vector<Endpoint>& known, std::optional<Endpoint> failed, Done done);
  void NextRound();
  void AskNext();
  void OnAnswer(const absl::Status& status,
                const event_store::client::gossip::ClusterInfo& cluster);
  void EndRound();

  const ClientOptions& options_;
  const ChannelFactory& channels_;
  CallRegistry& calls_;
  std::vector<Endpoint> candidates_;
  const std::optional<Endpoint> failed_;
  Done done_;

  // One question at a time: touched by its answer alone.
  absl::BitGen random_;
  int rounds_ = 0;
  std::vector<Endpoint> to_ask_;  ///< Of this round, the next one last.
  absl::Status last_error_;
  Timer timer_;
};

}  // namespace eventstoredb::client
