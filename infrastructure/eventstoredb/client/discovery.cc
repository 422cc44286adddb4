#include "infrastructure/eventstoredb/client/discovery.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "event_store/client/gossip.grpc.pb.h"
#include "infrastructure/eventstoredb/client/call_context.h"
#include "infrastructure/eventstoredb/client/node_choice.h"
#include "infrastructure/eventstoredb/client/unary_call.h"

namespace eventstoredb::client {

using event_store::client::Empty;
using event_store::client::gossip::ClusterInfo;
using event_store::client::gossip::Gossip;

void Discovery::Start(const ClientOptions& options, const ChannelFactory& channels,
                      CallRegistry& calls, const std::vector<Endpoint>& known,
                      const std::optional<Endpoint>& failed, Done done) {
  const std::shared_ptr<Discovery> discovery(
      new Discovery(options, channels, calls, known, failed, std::move(done)));
  discovery->NextRound();
}

Discovery::Discovery(const ClientOptions& options, const ChannelFactory& channels,
                     CallRegistry& calls, const std::vector<Endpoint>& known,
                     std::optional<Endpoint> failed, Done done)
    : options_(options),
      channels_(channels),
      calls_(calls),
      candidates_(options.endpoints),
      failed_(std::move(failed)),
      done_(std::move(done)) {
  for (const Endpoint& member : known) {
    if (!absl::c_linear_search(candidates_, member)) candidates_.push_back(member);
  }
}

void Discovery::NextRound() {
  ++rounds_;
  to_ask_ = candidates_;
  std::shuffle(to_ask_.begin(), to_ask_.end(), random_);
  // From the back is taken; the one that has just failed comes last.
  std::partition(to_ask_.begin(), to_ask_.end(),
                 [this](const Endpoint& each) { return each == failed_; });
  AskNext();
}

void Discovery::AskNext() {
  if (to_ask_.empty()) return EndRound();
  const Endpoint seed = std::move(to_ask_.back());
  to_ask_.pop_back();
  const std::shared_ptr<grpc::Channel> channel = channels_.Make(seed);
  const auto stub = Gossip::NewStub(channel);
  const auto call = std::make_shared<UnaryCall<Empty, ClusterInfo>>(Empty(), channel);
  // Neither name nor credentials: nobody knows yet who answers.
  SetDeadline(absl::Now() + options_.gossip_timeout, *call->context);
  call->Start(
      calls_,
      [&stub](grpc::ClientContext* context, const Empty* request, ClusterInfo* response,
              std::function<void(grpc::Status)> done) {
        stub->async()->Read(context, request, response, std::move(done));
      },
      {},
      [self = shared_from_this(), seed](const absl::Status& status, const ClusterInfo& cluster) {
        if (!status.ok() && !absl::IsCancelled(status)) {
          self->last_error_ = absl::UnavailableError(
              absl::StrCat(seed.ToString(), ": ", std::string(status.message())));
        }
        self->OnAnswer(status, cluster);
      });
}

void Discovery::OnAnswer(const absl::Status& status, const ClusterInfo& cluster) {
  if (absl::IsCancelled(status)) return done_(status);
  if (status.ok()) {
    std::optional<Endpoint> node = ChooseNode(cluster, options_.node_preference, failed_, random_);
    if (node.has_value()) {
      return done_(Discovered{*std::move(node), MembersThatTakeCalls(cluster, kKnownMembersMax)});
    }
    last_error_ = absl::UnavailableError("no member of the cluster takes calls now");
  }
  AskNext();
}

void Discovery::EndRound() {
  if (rounds_ >= options_.discover_attempts_max) {
    return done_(MakeError(absl::StatusCode::kUnavailable,
                           absl::StrCat("Failed to discover after ", rounds_,
                                        " attempts. Last: ", std::string(last_error_.message())),
                           {.kind = ErrorKind::kDiscoveryFailed}));
  }
  timer_.Set(absl::Now() + options_.discovery_interval,
             [self = shared_from_this()] { self->NextRound(); });
}

}  // namespace eventstoredb::client
