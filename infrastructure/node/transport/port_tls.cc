#include "infrastructure/node/transport/port_tls.h"

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include <boost/asio/buffer.hpp>
#include <openssl/ssl.h>

namespace eventstoredb {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

// Of TLS 1.2; those of TLS 1.3 are all of this kind.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr std::array<unsigned char, 9> kHttp11 = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

/// A client may name protocols or not; one that does and lacks ours is refused (RFC 7301, 3.2).
int SelectHttp11(SSL* connection, const unsigned char** out, unsigned char* out_size,
                 const unsigned char* offered, unsigned int offered_size, void* unused) {
  (void)connection;
  (void)unused;
  unsigned char* selected = nullptr;
  if (SSL_select_next_proto(&selected, out_size, kHttp11.data(), kHttp11.size(), offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = selected;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

absl::StatusOr<PortTls> PortTls::Open(NodeTlsSource source) {
  PortTls tls(std::move(source));
  const absl::Status usable = tls.Refresh();
  if (!usable.ok()) return usable;
  return tls;
}

const std::shared_ptr<ssl::context>& PortTls::Context() {
  Refresh().IgnoreError();
  return context_;
}

absl::Status PortTls::Refresh() {
  std::shared_ptr<const NodeTlsIdentity> identity = source_();
  if (identity == seen_) return absl::OkStatus();
  seen_ = identity;
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* const raw = context->native_handle();
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(raw, SelectHttp11, nullptr);
  const bool has_rules = SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION) == 1 &&
                         SSL_CTX_set_cipher_list(raw, kCiphers) == 1;
  error_code error;
  context->use_certificate_chain(boost::asio::buffer(identity->certificate_chain), error);
  if (!error) {
    context->use_private_key(boost::asio::buffer(identity->private_key), ssl::context::pem, error);
  }
  if (error || !has_rules || SSL_CTX_check_private_key(raw) != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("the certificate or its key cannot be used: ", error.message()));
  }
  context_ = std::move(context);
  return absl::OkStatus();
}

}  // namespace eventstoredb
