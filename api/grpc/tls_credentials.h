#pragma once

#include <memory>

#include "grpcpp/security/server_credentials.h"

#include "api/runtime/refused_handshakes.h"
#include "api/tls_identity.h"

namespace orders::api {

/// Credentials that ask `source`, not empty, for each new connection: it shows the identity of that
/// moment, and those that are open keep theirs. TLS 1.2 and 1.3 with AEAD ciphers (gRPC's own
/// choice), ALPN h2. Whether client certificates are asked for is fixed here, for gRPC fixes it
/// with the port; whose certificates are taken follows `source`.
///
/// What is returned must live until the server is shut down.
std::shared_ptr<grpc::ServerCredentials> ReloadingTlsCredentials(TlsSource source);

/// While this lives, handshakes of gRPC that fail are counted in `refused`; one such in a process.
/// gRPC tells of them in its log alone, where the handshakes of this process' own clients, as of a
/// store's server, look the same.
class GrpcHandshakeWatch {
 public:
  explicit GrpcHandshakeWatch(RefusedHandshakes& refused);
  ~GrpcHandshakeWatch();
  GrpcHandshakeWatch(const GrpcHandshakeWatch&) = delete;
  GrpcHandshakeWatch& operator=(const GrpcHandshakeWatch&) = delete;
};

}  // namespace orders::api
