#include "infrastructure/eventstoredb/client/connector.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "event_store/client/server_features.grpc.pb.h"
#include "infrastructure/eventstoredb/client/call_context.h"
#include "infrastructure/eventstoredb/client/discovery.h"
#include "infrastructure/eventstoredb/client/unary_call.h"

namespace eventstoredb::client {

using event_store::client::Empty;
using event_store::client::server_features::SupportedMethods;

Connector::Connector(const ClientOptions& options, ChannelFactory channels, CallRegistry& calls)
    : options_(options), channels_(std::move(channels)), calls_(calls) {}

void Connector::Get(ConnectionCallback ready) {
  std::shared_ptr<Connection> connection;
  {
    absl::MutexLock lock(&mutex_);
    if (current_ == nullptr) {
      waiting_.push_back(std::move(ready));
      if (is_connecting_) return;
      is_connecting_ = true;
    }
    connection = current_;
  }
  if (connection != nullptr) return ready(std::move(connection));
  Choose();
}

void Connector::Report(const Connection& connection, const absl::Status& error) {
  const ErrorDetails details = GetErrorDetails(error);
  if (!DropsConnection(details.kind)) return;
  std::shared_ptr<Connection> dropped;  // Destroyed without the lock.
  absl::MutexLock lock(&mutex_);
  if (current_.get() != &connection) return;
  dropped = std::move(current_);
  current_ = nullptr;
  failed_ = connection.endpoint;
  leader_ = details.leader;
  NoteFailure(error);
}

void Connector::NoteFailure(const absl::Status& error) {
  if (state_.error.ok()) state_.since = absl::Now();
  state_.error = error;
}

ConnectionState Connector::state() const {
  absl::MutexLock lock(&mutex_);
  return state_;
}

Connector::Counts Connector::counts() const {
  absl::MutexLock lock(&mutex_);
  return counts_;
}

void Connector::Close() {
  // Only a reader or subscription that outlives its client may hold on longer.
  constexpr absl::Duration kEndMax = absl::Seconds(5);
  {
    absl::MutexLock lock(&mutex_);
    current_ = nullptr;
  }
  channels_.AwaitEnd(kEndMax);
}

void Connector::Choose() {
  std::optional<Endpoint> failed;
  std::optional<Endpoint> leader;
  std::vector<Endpoint> members;
  {
    absl::MutexLock lock(&mutex_);
    failed = failed_;
    leader = std::exchange(leader_, std::nullopt);
    members = members_;
  }
  if (leader.has_value()) return Open(*leader);
  if (options_.make_channel != nullptr) return Open({.host = "this process", .port = 0});
  if (!options_.discover && options_.endpoints.size() == 1) return Open(options_.endpoints[0]);
  Discovery::Start(options_, channels_, calls_, members, failed,
                   [self = shared_from_this()](absl::StatusOr<Discovered> discovered) {
                     if (!discovered.ok()) return self->End(discovered.status());
                     {
                       absl::MutexLock lock(&self->mutex_);
                       self->members_ = std::move(discovered->members);
                     }
                     self->Open(discovered->node);
                   });
}

void Connector::Open(const Endpoint& endpoint) {
  using event_store::client::server_features::ServerFeatures;
  std::shared_ptr<grpc::Channel> channel = channels_.Make(endpoint);
  if (channel == nullptr) {
    return End(MakeError(absl::StatusCode::kUnavailable, "the server of this process has stopped",
                         {.kind = ErrorKind::kUnavailable}));
  }
  auto connection = std::make_shared<Connection>(++connections_, endpoint, std::move(channel));
  const auto stub = ServerFeatures::NewStub(connection->channel);
  const auto call =
      std::make_shared<UnaryCall<Empty, SupportedMethods>>(Empty(), connection->channel);
  SetDeadline(absl::Now() + options_.default_deadline, *call->context);
  call->Start(
      calls_,
      [&stub](grpc::ClientContext* context, const Empty* request, SupportedMethods* response,
              std::function<void(grpc::Status)> done) {
        stub->async()->GetSupportedMethods(context, request, response, std::move(done));
      },
      {},
      [self = shared_from_this(), connection](const absl::Status& status,
                                              const SupportedMethods& supported) {
        self->OnFeatures(connection, status, supported);
      });
}

void Connector::OnFeatures(const std::shared_ptr<Connection>& connection,
                           const absl::Status& status, const SupportedMethods& supported) {
  if (status.ok()) {
    connection->features = ToServerFeatures(supported);
    return End(connection);
  }
  // A server without that method is an old one, not a broken one (client check 27).
  if (absl::IsUnimplemented(status)) return End(connection);
  {
    absl::MutexLock lock(&mutex_);
    failed_ = connection->endpoint;
  }
  if (absl::IsCancelled(status)) return End(status);
  ErrorDetails details = GetErrorDetails(status);
  const bool is_slow = absl::IsDeadlineExceeded(status);
  if (is_slow) details.kind = ErrorKind::kUnavailable;
  End(MakeError(is_slow ? absl::StatusCode::kUnavailable : status.code(),
                absl::StrCat("cannot connect to ", connection->endpoint.ToString(), ": ",
                             std::string(status.message())),
                details));
}

void Connector::End(absl::StatusOr<std::shared_ptr<Connection>> result) {
  std::vector<ConnectionCallback> waiting;
  {
    absl::MutexLock lock(&mutex_);
    is_connecting_ = false;
    if (result.ok()) {
      current_ = *result;
      state_ = {};
      ++counts_.made;
    } else if (!absl::IsCancelled(result.status())) {
      ++counts_.failed;
      NoteFailure(result.status());
    }
    waiting.swap(waiting_);
  }
  for (ConnectionCallback& ready : waiting) ready(result);
}

}  // namespace eventstoredb::client
