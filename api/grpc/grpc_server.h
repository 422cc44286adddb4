#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/impl/codegen/service_type.h"
#include "grpcpp/server.h"

#include "api/grpc/tls_credentials.h"
#include "api/runtime/refused_handshakes.h"
#include "api/tls_identity.h"

namespace orders::api {

struct GrpcServerOptions {
  std::string address;  ///< HOST:PORT, port 0 picks one.
  TlsSource tls;        ///< None: plaintext. See ReloadingTlsCredentials.
  /// Told of handshakes that failed, and outlives the server; null: nobody is.
  RefusedHandshakes* refused_handshakes = nullptr;
  int message_bytes_max = 4 << 20;
  int metadata_bytes_max = 8 << 10;
  int streams_per_connection_max = 100;
  std::size_t memory_bytes_max = 256 << 20;
  absl::Duration handshake_max = absl::Seconds(10);  ///< From accept to the client's first frame.
  absl::Duration ping_interval = absl::Seconds(10);
  absl::Duration ping_timeout = absl::Seconds(10);
  absl::Duration connection_idle_max = absl::Minutes(5);
  absl::Duration connection_age_max = absl::Minutes(30);
  absl::Duration connection_age_grace = absl::Seconds(30);
};

/// A server with health and reflection, and with the limits that keep one client from taking all.
class GrpcServer {
 public:
  /// Serves from here on. `services` outlive the server. Errors: AlreadyExists, the address is in
  /// use; PermissionDenied, it is not ours to take; InvalidArgument, it is no address of this
  /// machine; Internal, and with that a certificate or key that OpenSSL does not take.
  static absl::StatusOr<std::unique_ptr<GrpcServer>> Start(
      const GrpcServerOptions& options, const std::vector<grpc::Service*>& services,
      const std::vector<std::string>& service_names);
  /// Shuts down at once.
  ~GrpcServer();

  std::uint16_t port() const { return port_; }
  /// Of the whole and of each service, as grpc.health.v1 tells it.
  void SetHealth(bool is_serving);
  /// Takes no more calls; cuts those that have not ended when `grace` is over.
  void Shutdown(absl::Duration grace);

 private:
  GrpcServer() = default;

  std::shared_ptr<grpc::ServerCredentials> credentials_;  ///< The server points into it.
  std::optional<GrpcHandshakeWatch> handshake_watch_;
  std::unique_ptr<grpc::Server> server_;
  std::vector<std::string> service_names_;
  std::uint16_t port_ = 0;
};

}  // namespace orders::api
