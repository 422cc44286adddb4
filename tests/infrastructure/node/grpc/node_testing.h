#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include <gtest/gtest.h>

#include "event_store/client/shared.pb.h"
#include "event_store/client/streams.grpc.pb.h"
#include "eventstoredb/node/embedded_event_store.h"
#include "eventstoredb/node/node_server.h"

namespace eventstoredb::testing_support {

namespace streams = event_store::client::streams;

/// What a call ended with: the protocol's clients know errors by code and trailers.
struct Ended {
  grpc::StatusCode code = grpc::StatusCode::OK;
  std::string message;
  std::map<std::string, std::string> trailers;  ///< Without gRPC's own.
};
Ended EndOf(const grpc::Status& status, const grpc::ClientContext& context);

/// A node over a log in memory, and a client of it on the loopback interface.
class NodeTest : public ::testing::Test {
 protected:
  void SetUp() override { StartNode({}); }
  void TearDown() override;
  void StartNode(NodeServerOptions options, bool system_projections = false);
  /// Another server over the same log, with the same options.
  void RestartNode();

  /// Who makes the calls from here on, by Basic credentials; without a login, nobody.
  void ActAs(const std::string& login, const std::string& password);
  /// What each call carries: whose it is, and a deadline that no call reaches that works.
  void Prepare(grpc::ClientContext& context) const;

  streams::Streams::Stub& stub() { return *stub_; }
  EmbeddedEventStore& store() { return *store_; }
  NodeServer& node() { return *node_; }
  const std::shared_ptr<grpc::Channel>& channel() { return channel_; }
  std::shared_ptr<grpc::Channel> NewChannel();

  struct Appended {
    Ended end;
    streams::AppendResp response;
  };
  Appended Append(const std::vector<streams::AppendReq>& messages);
  /// With ids that count on from 1.
  Appended AppendEvents(const std::string& stream, int count);

  struct ReadAnswer {
    Ended end;
    std::vector<streams::ReadResp> messages;
    std::vector<std::uint64_t> Revisions() const;
  };
  ReadAnswer Read(const streams::ReadReq& request);

 private:
  std::unique_ptr<EmbeddedEventStore> store_;
  std::unique_ptr<NodeServer> node_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<streams::Streams::Stub> stub_;
  std::uint64_t next_id_ = 1;
  NodeServerOptions options_;
  std::string authorization_;
};

/// The authorization header of Basic credentials.
std::string BasicCredentials(const std::string& login, const std::string& password);

/// A deadline that is never reached by a call that works.
void SetPatience(grpc::ClientContext& context, absl::Duration patience = absl::Seconds(60));

std::string IdText(std::uint64_t number);

/// Messages of an Append call.
streams::AppendReq Options(const std::string& stream);  ///< Expects any.
streams::AppendReq OptionsAt(const std::string& stream, std::uint64_t revision);
streams::AppendReq OptionsNoStream(const std::string& stream);
streams::AppendReq OptionsStreamExists(const std::string& stream);
streams::AppendReq Event(const std::string& id, const std::string& data = "{}",
                         const std::string& type = "Tested");

/// Requests of a Read call, with text ids, unfiltered.
streams::ReadReq ReadStreamFromStart(const std::string& stream, std::uint64_t count);
streams::ReadReq ReadStreamFrom(const std::string& stream, std::uint64_t revision,
                                std::uint64_t count);
streams::ReadReq ReadStreamBackwards(const std::string& stream, std::uint64_t count);
streams::ReadReq ReadAllFromStart(std::uint64_t count);
streams::ReadReq SubscribeToStream(const std::string& stream);
streams::ReadReq SubscribeToAll();

/// Whether `condition` comes true before an end that means failure.
bool Eventually(const std::function<bool()>& condition,
                absl::Duration patience = absl::Seconds(30));

}  // namespace eventstoredb::testing_support
