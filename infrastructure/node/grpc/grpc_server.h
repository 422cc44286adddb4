#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "grpcpp/support/byte_buffer.h"

#include "eventstoredb/node/node_server.h"
#include "infrastructure/node/grpc/own_calls.h"

namespace eventstoredb {

/// A gRPC server that listens nowhere: it is handed its connections. With health and reflection,
/// and with the limits that keep one client from taking all. Thread-safe.
class GrpcServer {
 public:
  /// `services` outlive the server. Error: Internal, gRPC does not start.
  static absl::StatusOr<std::unique_ptr<GrpcServer>> Start(
      const NodeServerOptions& options, const std::vector<grpc::Service*>& services,
      const std::vector<std::string>& service_names);
  /// Shuts down without grace.
  ~GrpcServer();

  /// Takes over the socket, of which `received` has been read. Closes it if the server has stopped.
  void TakeConnection(int descriptor, const std::string& received);
  /// As NodeServer::InProcessChannel. `own_calls`: what its calls carry; may be null.
  std::shared_ptr<grpc::Channel> InProcessChannel(const OwnCalls* own_calls);
  /// Of the whole and of each service, as grpc.health.v1 tells it.
  void SetHealth(bool is_serving);
  /// Takes no more calls; cuts those that have not ended when `grace` is over.
  void Shutdown(absl::Duration grace);

 private:
  GrpcServer() = default;

  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor_;
  std::unique_ptr<grpc::Server> server_;
  std::vector<std::string> service_names_;

  // gRPC would neither take nor close a connection that comes after its end.
  absl::Mutex mutex_;
  bool has_shut_down_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace eventstoredb
