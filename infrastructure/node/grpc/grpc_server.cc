#include "infrastructure/node/grpc/grpc_server.h"

#include <utility>

#include <unistd.h>

#include "absl/time/clock.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/resource_quota.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/support/slice.h"

#include "grpc/grpc.h"
#include "infrastructure/node/grpc/tls_credentials.h"

namespace eventstoredb {
namespace {

int Milliseconds(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Milliseconds(duration));
}

void SetLimits(const NodeServerOptions& options, grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(options.message_bytes_max);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, options.metadata_bytes_max);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, options.streams_per_connection_max);
  // A connection that says no more than the preface.
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS,
                             Milliseconds(options.undecided_max));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(options.ping_interval));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(options.ping_timeout));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  // Clients ping every 10 s, and their clocks are not ours: half of it is still no abuse.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             Milliseconds(options.ping_interval / 2));
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 2);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  grpc::ResourceQuota quota("eventstoredb-node");
  quota.Resize(options.memory_bytes_max);
  builder.SetResourceQuota(quota);
}

}  // namespace

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::Start(
    const NodeServerOptions& options, const std::vector<grpc::Service*>& services,
    const std::vector<std::string>& service_names) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  SetLimits(options, builder);
  for (grpc::Service* service : services) builder.RegisterService(service);

  std::unique_ptr<GrpcServer> server(new GrpcServer());
  server->acceptor_ = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      options.tls ? NodeTlsCredentials(options.tls) : grpc::InsecureServerCredentials());
  server->service_names_ = service_names;
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr) return absl::InternalError("gRPC did not start");
  server->SetHealth(true);
  return server;
}

GrpcServer::~GrpcServer() {
  if (server_ != nullptr) Shutdown(absl::ZeroDuration());
}

void GrpcServer::TakeConnection(int descriptor, const std::string& received) {
  grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters parameters;
  parameters.fd = descriptor;
  const grpc::Slice slice(received);
  parameters.read_buffer = grpc::ByteBuffer(&slice, 1);
  absl::MutexLock lock(&mutex_);
  if (has_shut_down_) {
    close(descriptor);
    return;
  }
  acceptor_->HandleNewConnection(&parameters);
}

std::shared_ptr<grpc::Channel> GrpcServer::InProcessChannel(const OwnCalls* own_calls) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);  // What the server sends has bounds of its own.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  absl::MutexLock lock(&mutex_);
  if (has_shut_down_) return nullptr;
  if (own_calls == nullptr) return server_->InProcessChannel(arguments);
  return server_->experimental().InProcessChannelWithInterceptors(arguments,
                                                                  own_calls->MakeInterceptors());
}

void GrpcServer::SetHealth(bool is_serving) {
  grpc::HealthCheckServiceInterface* const health = server_->GetHealthCheckService();
  health->SetServingStatus("", is_serving);
  for (const std::string& name : service_names_) health->SetServingStatus(name, is_serving);
}

void GrpcServer::Shutdown(absl::Duration grace) {
  {
    absl::MutexLock lock(&mutex_);
    has_shut_down_ = true;
  }
  server_->Shutdown(absl::ToChronoTime(absl::Now() + grace));
  server_->Wait();
}

}  // namespace eventstoredb
