#pragma once

#include <memory>

#include "grpcpp/security/server_credentials.h"

#include "eventstoredb/node/node_tls.h"

namespace eventstoredb {

/// Credentials of one acceptor that ask `source`, not empty, before each handshake. TLS 1.2 and 1.3
/// with AEAD ciphers (gRPC's own choice), ALPN h2, no client certificates. What is returned must
/// live until the server is shut down.
std::shared_ptr<grpc::ServerCredentials> NodeTlsCredentials(NodeTlsSource source);

}  // namespace eventstoredb
