#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/grpcpp.h"

#include "event_store/client/gossip.grpc.pb.h"
#include "event_store/client/server_features.grpc.pb.h"
#include "event_store/client/streams.grpc.pb.h"
#include "eventstoredb/client.h"
#include "tests/infrastructure/eventstoredb/scripted_groups.h"
#include "tests/infrastructure/eventstoredb/scripted_management.h"

/// A real gRPC server in this process that answers by a script: what a test sets, before calls.
namespace eventstoredb::testing_support {

namespace streams = event_store::client::streams;
namespace gossip = event_store::client::gossip;
namespace features = event_store::client::server_features;

using Headers = std::multimap<std::string, std::string>;

/// What scripts have seen, for the test to look at.
template <typename Item>
class Seen {
 public:
  void Add(Item item) {
    absl::MutexLock lock(&mutex_);
    items_.push_back(std::move(item));
  }
  std::vector<Item> All() const {
    absl::MutexLock lock(&mutex_);
    return items_;
  }

 private:
  mutable absl::Mutex mutex_;
  std::vector<Item> items_ ABSL_GUARDED_BY(mutex_);
};

/// Sets the trailers and makes the status of a call that fails.
grpc::Status Refuse(grpc::ServerContext& context, grpc::StatusCode code,
                    const std::map<std::string, std::string>& trailers,
                    const std::string& message = "refused");

class ScriptedServer {
 public:
  /// Each script runs on a thread of its own and may wait. Unset: UNIMPLEMENTED.
  struct Script {
    std::function<grpc::Status(grpc::ServerContext&, features::SupportedMethods&)> features;
    std::function<grpc::Status(grpc::ServerContext&, gossip::ClusterInfo&)> gossip;
    std::function<grpc::Status(grpc::ServerContext&, const streams::ReadReq&,
                               grpc::ServerWriter<streams::ReadResp>&)>
        read;
    std::function<grpc::Status(grpc::ServerContext&, const std::vector<streams::AppendReq>&,
                               streams::AppendResp&)>
        append;
    std::function<grpc::Status(
        grpc::ServerContext&,
        grpc::ServerReaderWriter<streams::BatchAppendResp, streams::BatchAppendReq>&)>
        batch_append;
    std::function<grpc::Status(grpc::ServerContext&, const streams::DeleteReq&,
                               streams::DeleteResp&)>
        remove;
    std::function<grpc::Status(grpc::ServerContext&, const streams::TombstoneReq&,
                               streams::TombstoneResp&)>
        tombstone;
    GroupScript groups;
    ManagementScript management;
  };

  explicit ScriptedServer(Script script, std::uint16_t port = 0,
                          std::shared_ptr<grpc::ServerCredentials> credentials = nullptr);
  /// Ends what runs at once.
  ~ScriptedServer();

  std::uint16_t port() const { return port_; }
  Endpoint endpoint() const { return {"localhost", port_}; }
  /// Options of a client of this server: insecure, short pauses.
  ClientOptions options() const;
  /// How often a method was called ("Read"), and with which headers, in order.
  int Calls(const std::string& method) const;
  std::vector<Headers> HeadersOf(const std::string& method) const;
  void Note(const std::string& method, const grpc::ServerContext& context);
  void Stop();

 private:
  class Services;

  mutable absl::Mutex mutex_;
  std::map<std::string, std::vector<Headers>> calls_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Services> services_;
  std::unique_ptr<grpc::Server> server_;
  int port_in_use_ = 0;
  std::uint16_t port_ = 0;
};

/// A features script: the server has BatchAppend.
grpc::Status ListBatchAppend(grpc::ServerContext& context, features::SupportedMethods& out);

/// An event of a stream as it is read: revision, a position from it, type Tested, id Id(revision).
streams::ReadResp EventMessage(const std::string& stream, std::uint64_t revision);
streams::ReadResp ConfirmationMessage(const std::string& id = "a-subscription");
streams::ReadResp CaughtUpMessage();

/// Takes whole appends from a batch call and answers each with `answer`, until the client goes or
/// `answer` returns false.
using BatchStream = grpc::ServerReaderWriter<streams::BatchAppendResp, streams::BatchAppendReq>;
void ServeBatches(BatchStream& stream,
                  const std::function<bool(const std::vector<streams::BatchAppendReq>&,
                                           streams::BatchAppendResp&)>& answer);
/// An answer that says that it was written, at this revision.
bool SayWritten(const std::vector<streams::BatchAppendReq>& request,
                streams::BatchAppendResp& answer);

AppendRequest AppendOf(const std::string& stream, std::uint64_t id,
                       ExpectedRevision expected = ExpectedRevision::Any());
std::unique_ptr<Client> MustCreate(ClientOptions options);

}  // namespace eventstoredb::testing_support
