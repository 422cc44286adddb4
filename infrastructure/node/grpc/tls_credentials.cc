#include "infrastructure/node/grpc/tls_credentials.h"

#include <utility>

#include "grpc/grpc.h"
#include "grpc/grpc_security.h"

namespace eventstoredb {
namespace {

/// What was shown last. Its calls come one after another: gRPC makes them under a lock.
struct ShownIdentity {
  NodeTlsSource source;
  std::shared_ptr<const NodeTlsIdentity> shown;
};

grpc_ssl_certificate_config_reload_status FetchIdentity(
    void* shown_identity, grpc_ssl_server_certificate_config** config) {
  auto& identity = *static_cast<ShownIdentity*>(shown_identity);
  std::shared_ptr<const NodeTlsIdentity> now = identity.source();
  if (now == identity.shown) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
  const grpc_ssl_pem_key_cert_pair pair = {.private_key = now->private_key.c_str(),
                                           .cert_chain = now->certificate_chain.c_str()};
  // gRPC aborts without any authority, also where no client is asked for a certificate.
  *config = grpc_ssl_server_certificate_config_create(now->certificate_chain.c_str(), &pair, 1);
  identity.shown = std::move(now);
  return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
}

/// The fetcher of gRPC's C API: its C++ classes offer but files that are polled.
class FetchingCredentials final : public grpc::ServerCredentials {
 public:
  explicit FetchingCredentials(NodeTlsSource source)
      : identity_{.source = std::move(source), .shown = nullptr} {}

  void SetAuthMetadataProcessor(
      const std::shared_ptr<grpc::AuthMetadataProcessor>& processor) override {
    (void)processor;
  }

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    grpc_server_credentials* const credentials = grpc_ssl_server_credentials_create_with_options(
        grpc_ssl_server_credentials_create_options_using_config_fetcher(
            GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE, FetchIdentity, &identity_));
    const int port = grpc_server_add_http2_port(server, address.c_str(), credentials);
    grpc_server_credentials_release(credentials);
    return port;
  }

  ShownIdentity identity_;  ///< gRPC points at it.
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> NodeTlsCredentials(NodeTlsSource source) {
  return std::make_shared<FetchingCredentials>(std::move(source));
}

}  // namespace eventstoredb
