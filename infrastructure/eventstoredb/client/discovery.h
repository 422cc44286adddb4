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

/// Asks the endpoints, one after the other in random order, who is in the cluster, in up to
/// `discover_attempts_max` rounds (protocol section 3.19). Blocks no thread: each answer leads to
/// the next question. `options`, `channels` and `calls` must outlive it; `calls` ends it.
class Discovery : public std::enable_shared_from_this<Discovery> {
 public:
  using Done = absl::AnyInvocable<void(absl::StatusOr<Endpoint>)>;

  /// `failed` is asked last. Errors: Unavailable of kind kDiscoveryFailed; Cancelled.
  static void Start(const ClientOptions& options, const ChannelFactory& channels,
                    CallRegistry& calls, const std::optional<Endpoint>& failed, Done done);

 private:
  Discovery(const ClientOptions& options, const ChannelFactory& channels, CallRegistry& calls,
            std::optional<Endpoint> failed, Done done);
  void NextRound();
  void AskNext();
  void OnAnswer(const absl::Status& status,
                const event_store::client::gossip::ClusterInfo& cluster);
  void EndRound();

  const ClientOptions& options_;
  const ChannelFactory& channels_;
  CallRegistry& calls_;
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
