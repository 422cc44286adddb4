#pragma once

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"

#include "api/orderctl/output.h"
#include "api/orderctl/security.h"
#include "orders/v1/admin.grpc.pb.h"
#include "orders/v1/commands.grpc.pb.h"
#include "orders/v1/consumer_groups.grpc.pb.h"
#include "orders/v1/nodes.grpc.pb.h"
#include "orders/v1/queries.grpc.pb.h"
#include "orders/v1/read_models.grpc.pb.h"
#include "orders/v1/store_users.grpc.pb.h"
#include "orders/v1/streams.grpc.pb.h"
#include "orders/v1/webhooks.grpc.pb.h"

namespace orders::api {

enum class OutputForm {
  kTable,   ///< For people.
  kJson,    ///< The whole answer.
  kNdjson,  ///< One order, summary or change a line.
};

/// What every subcommand may be told.
struct GlobalOptions {
  std::string server = "127.0.0.1:50051";  ///< host:port, no scheme.
  absl::Duration timeout = absl::Seconds(10);
  bool timeout_given = false;
  std::string actor;  ///< Sent as x-actor; empty: not sent.
  OutputForm output = OutputForm::kTable;
  bool show_freshness = false;
  Security security;  ///< Sent as authorization, if it has a token.
};

/// A channel to the service; no environment proxy, and answers up to 64 MiB. `number`: channels
/// with different numbers have connections of their own.
std::shared_ptr<grpc::Channel> OpenChannel(const GlobalOptions& options, int number);

/// One run of the tool: its options, its connection, its output. Opens no connection before the
/// first call. The stubs may be used by many threads; all else by one.
class Session {
 public:
  explicit Session(GlobalOptions options);

  const GlobalOptions& options() const { return options_; }
  v1::OrderCommands::StubInterface& commands() { return *commands_; }
  v1::OrderQueries::StubInterface& queries() { return *queries_; }
  v1::OrderAdmin::StubInterface& admin() { return *admin_; }
  v1::ReadModels::StubInterface& read_models() { return *read_models_; }
  v1::StoreUsers::StubInterface& store_users() { return *store_users_; }
  v1::Streams::StubInterface& streams() { return *streams_; }
  v1::ConsumerGroups::StubInterface& groups() { return *groups_; }
  v1::Nodes::StubInterface& nodes() { return *nodes_; }
  v1::Webhooks::StubInterface& webhooks() { return *webhooks_; }
  Output& out() { return out_; }

  /// Deadline, actor and token of one call.
  void Prepare(grpc::ClientContext& context) const;
  /// The same without a deadline, unless one was asked for: for streams.
  void PrepareStream(grpc::ClientContext& context) const;

  /// Tells the error on standard error; returns the exit code.
  int Fail(const grpc::Status& status, const std::string& retry_hint = "");

 private:
  const GlobalOptions options_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::OrderCommands::Stub> commands_;
  std::unique_ptr<v1::OrderQueries::Stub> queries_;
  std::unique_ptr<v1::OrderAdmin::Stub> admin_;
  std::unique_ptr<v1::ReadModels::Stub> read_models_;
  std::unique_ptr<v1::StoreUsers::Stub> store_users_;
  std::unique_ptr<v1::Streams::Stub> streams_;
  std::unique_ptr<v1::ConsumerGroups::Stub> groups_;
  std::unique_ptr<v1::Nodes::Stub> nodes_;
  std::unique_ptr<v1::Webhooks::Stub> webhooks_;
  Output out_;
};

/// Deadline, actor and token of one call.
void PrepareCall(const GlobalOptions& options, grpc::ClientContext& context);

/// 32 hexadecimal digits from the system's random numbers.
std::string RandomHex();

}  // namespace orders::api
