#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "tests/infrastructure/eventstoredb/scripted_server.h"

namespace eventstoredb::testing_support {

/// A cluster of scripted nodes with one log, of which a test decides who leads, who is gone, and
/// what each believes and tells of the others. Only the leader takes appends, and it knows ids that
/// it has; any node answers reads, of as much as it has been given. Thread-safe.
class StubCluster {
 public:
  /// `size` nodes, of which the first leads.
  explicit StubCluster(int size);

  Endpoint endpoint(int node) const;
  /// Options of a client with these nodes as its seeds.
  ClientOptions options(const std::vector<int>& seeds) const;

  /// All who live know it at once.
  void Elect(int leader);
  /// There is none, and all who live know that.
  void Unseat();
  /// Its port is closed; what the others tell of it stays as it was until the next election.
  void Vanish(int node);
  /// On its old port, as a follower.
  void ComeBack(int node);
  /// From now on `node` tells that `leader` leads, whatever is true.
  void Lie(int node, int leader);
  /// `node` waits so long before it answers who is in the cluster.
  void DelayGossip(int node, absl::Duration delay);
  /// `node` has the first `events` of the log and gets no more.
  void StopReplicating(int node, std::size_t events);

  /// The ids written, in order.
  std::vector<std::string> Log() const;
  int Calls(int node, const std::string& method) const;

 private:
  struct Node {
    std::unique_ptr<ScriptedServer> server;  ///< Null: it has vanished.
    std::uint16_t port = 0;
    int believed_leader = 0;  ///< Below 0: none.
    bool is_lying = false;
    absl::Duration gossip_delay;
    std::size_t events_max = SIZE_MAX;
  };

  ScriptedServer::Script ScriptOf(int node);
  grpc::Status Tell(int node, gossip::ClusterInfo& out);
  grpc::Status Append(int node, grpc::ServerContext& context,
                      const std::vector<streams::AppendReq>& requests, streams::AppendResp& out);
  grpc::Status Read(int node, grpc::ServerContext& context,
                    grpc::ServerWriter<streams::ReadResp>& out);
  grpc::Status RefuseAsFollower(int node, grpc::ServerContext& context)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  int leader_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<bool> told_alive_ ABSL_GUARDED_BY(mutex_);  ///< What is told of each.
  std::vector<Node> nodes_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> log_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace eventstoredb::testing_support
