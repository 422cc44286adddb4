#include "tests/infrastructure/eventstoredb/stub_cluster.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace eventstoredb::testing_support {

StubCluster::StubCluster(int size) {
  absl::MutexLock lock(&mutex_);
  nodes_.resize(static_cast<std::size_t>(size));
  told_alive_.resize(static_cast<std::size_t>(size), true);
  for (int i = 0; i < size; ++i) {
    nodes_[i].server = std::make_unique<ScriptedServer>(ScriptOf(i));
    nodes_[i].port = nodes_[i].server->port();
  }
}

Endpoint StubCluster::endpoint(int node) const {
  absl::MutexLock lock(&mutex_);
  return {"localhost", nodes_[node].port};
}

ClientOptions StubCluster::options(const std::vector<int>& seeds) const {
  ClientOptions options;
  {
    absl::MutexLock lock(&mutex_);
    options = nodes_[seeds.front()].server->options();
  }
  options.endpoints.clear();
  for (const int seed : seeds) options.endpoints.push_back(endpoint(seed));
  options.discover = true;
  return options;
}

void StubCluster::Elect(int leader) {
  absl::MutexLock lock(&mutex_);
  leader_ = leader;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    told_alive_[i] = nodes_[i].server != nullptr;
    if (!nodes_[i].is_lying) nodes_[i].believed_leader = leader;
  }
}

void StubCluster::Unseat() { Elect(-1); }

void StubCluster::Vanish(int node) {
  std::unique_ptr<ScriptedServer> gone;  // Ends without the lock, for which its scripts may wait.
  absl::MutexLock lock(&mutex_);
  gone = std::move(nodes_[node].server);
  if (leader_ == node) leader_ = -1;
}

void StubCluster::ComeBack(int node) {
  absl::MutexLock lock(&mutex_);
  nodes_[node].server = std::make_unique<ScriptedServer>(ScriptOf(node), nodes_[node].port);
  nodes_[node].believed_leader = leader_;
  told_alive_[node] = true;
}

void StubCluster::Lie(int node, int leader) {
  absl::MutexLock lock(&mutex_);
  nodes_[node].is_lying = true;
  nodes_[node].believed_leader = leader;
}

void StubCluster::DelayGossip(int node, absl::Duration delay) {
  absl::MutexLock lock(&mutex_);
  nodes_[node].gossip_delay = delay;
}

void StubCluster::StopReplicating(int node, std::size_t events) {
  absl::MutexLock lock(&mutex_);
  nodes_[node].events_max = events;
}

std::vector<std::string> StubCluster::Log() const {
  absl::MutexLock lock(&mutex_);
  return log_;
}

int StubCluster::Calls(int node, const std::string& method) const {
  absl::MutexLock lock(&mutex_);
  return nodes_[node].server == nullptr ? 0 : nodes_[node].server->Calls(method);
}

ScriptedServer::Script StubCluster::ScriptOf(int node) {
  return {.gossip = [this, node](grpc::ServerContext&,
                                 gossip::ClusterInfo& out) { return Tell(node, out); },
          .read = [this, node](grpc::ServerContext& context, const auto&,
                               auto& out) { return Read(node, context, out); },
          .append = [this, node](grpc::ServerContext& context, const auto& requests,
                                 auto& out) { return Append(node, context, requests, out); }};
}

grpc::Status StubCluster::Tell(int node, gossip::ClusterInfo& out) {
  absl::Duration delay;
  {
    absl::MutexLock lock(&mutex_);
    delay = nodes_[node].gossip_delay;
  }
  absl::SleepFor(delay);
  absl::MutexLock lock(&mutex_);
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    gossip::MemberInfo& member = *out.add_members();
    member.set_is_alive(told_alive_[i]);
    member.set_state(static_cast<int>(i) == nodes_[node].believed_leader
                         ? gossip::MemberInfo::Leader
                         : gossip::MemberInfo::Follower);
    member.mutable_http_end_point()->set_address("localhost");
    member.mutable_http_end_point()->set_port(nodes_[i].port);
  }
  return grpc::Status::OK;
}

grpc::Status StubCluster::Append(int node, grpc::ServerContext& context,
                                 const std::vector<streams::AppendReq>& requests,
                                 streams::AppendResp& out) {
  absl::MutexLock lock(&mutex_);
  if (node != leader_) return RefuseAsFollower(node, context);
  for (const streams::AppendReq& request : requests) {
    if (!request.has_proposed_message()) continue;
    const std::string id = request.proposed_message().id().string();
    const auto known = std::find(log_.begin(), log_.end(), id);
    out.mutable_success()->set_current_revision(static_cast<std::uint64_t>(known - log_.begin()));
    if (known == log_.end()) log_.push_back(id);
  }
  return grpc::Status::OK;
}

grpc::Status StubCluster::Read(int node, grpc::ServerContext& context,
                               grpc::ServerWriter<streams::ReadResp>& out) {
  std::size_t events = 0;
  {
    absl::MutexLock lock(&mutex_);
    if (node != leader_ && context.client_metadata().count("requires-leader") > 0) {
      return RefuseAsFollower(node, context);
    }
    events = std::min(log_.size(), nodes_[node].events_max);
  }
  for (std::size_t revision = 0; revision < events; ++revision) {
    out.Write(EventMessage("s", revision));
  }
  return grpc::Status::OK;
}

grpc::Status StubCluster::RefuseAsFollower(int node, grpc::ServerContext& context) {
  // A node that lies does so to those who ask for members; who leads is in the log's protocol.
  const int leader = nodes_[node].is_lying ? leader_ : nodes_[node].believed_leader;
  if (leader < 0) return {grpc::StatusCode::UNKNOWN, "No leader info available in response"};
  return Refuse(context, grpc::StatusCode::NOT_FOUND,
                {{"exception", "not-leader"},
                 {"leader-endpoint-host", "localhost"},
                 {"leader-endpoint-port", absl::StrCat(nodes_[leader].port)}},
                "Leader info available");
}

}  // namespace eventstoredb::testing_support
