#include "api/http/tls_context.h"

#include <array>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace orders::api {
namespace {

// Of TLS 1.2; those of TLS 1.3 are all of this kind.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr std::array<unsigned char, 9> kHttp11 = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
constexpr std::string_view kSessionsOf = "orders";

/// Calls `take` with each certificate of `pem`. False: it is no PEM, or `take` said so.
template <typename Take>
bool ForEachCertificate(const std::string& pem, Take take) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  int count = 0;
  while (true) {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free);
    if (certificate == nullptr) break;
    if (!take(certificate.get(), count++)) return false;
  }
  const bool is_at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (is_at_end) ERR_clear_error();
  return is_at_end && count > 0;
}

/// A client may name protocols or not; one that does and lacks ours is refused (RFC 7301, 3.2).
int SelectProtocol(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_size,
                   const unsigned char* offered, unsigned int offered_size, void* /*unused*/) {
  unsigned char* selected = nullptr;
  if (SSL_select_next_proto(&selected, out_size, kHttp11.data(), kHttp11.size(), offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = selected;
  return SSL_TLSEXT_ERR_OK;
}

bool SetRules(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
  // A session that is taken up again would skip the look at the client's certificate.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_session_id_context(
      context, reinterpret_cast<const unsigned char*>(kSessionsOf.data()), kSessionsOf.size());
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(context, SelectProtocol, nullptr);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, kCiphers) == 1;
}

bool SetCertificate(SSL_CTX* context, const TlsIdentity& identity) {
  const bool is_chain =
      ForEachCertificate(identity.certificate_chain, [context](X509* certificate, int index) {
        return index == 0 ? SSL_CTX_use_certificate(context, certificate) == 1
                          : SSL_CTX_add1_chain_cert(context, certificate) == 1;
      });
  if (!is_chain) return false;
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(identity.private_key.data(), static_cast<int>(identity.private_key.size())),
      BIO_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  return key != nullptr && SSL_CTX_use_PrivateKey(context, key.get()) == 1 &&
         SSL_CTX_check_private_key(context) == 1;
}

bool SetClientAuthorities(SSL_CTX* context, const TlsIdentity& identity) {
  if (identity.client_authorities.empty()) return true;
  SSL_CTX_set_verify(
      context,
      SSL_VERIFY_PEER |
          (identity.requires_client_certificate ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
      nullptr);
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  return ForEachCertificate(identity.client_authorities, [&](X509* certificate, int /*index*/) {
    return X509_STORE_add_cert(store, certificate) == 1 &&
           SSL_CTX_add_client_CA(context, certificate) == 1;
  });
}

}  // namespace

absl::Status TlsContext::Refresh() {
  std::shared_ptr<const TlsIdentity> identity = source_();
  if (identity == seen_) return absl::OkStatus();
  seen_ = identity;
  ContextPointer context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  const bool is_good = context != nullptr && SetRules(context.get()) &&
                       SetCertificate(context.get(), *identity) &&
                       SetClientAuthorities(context.get(), *identity);
  if (!is_good) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the certificate, its key or the clients' authorities cannot be used: ", TakeTlsError()));
  }
  context_ = std::move(context);
  return absl::OkStatus();
}

SslPointer TlsContext::NewConnection() const {
  SslPointer ssl(context_ == nullptr ? nullptr : SSL_new(context_.get()), SSL_free);
  if (ssl != nullptr) SSL_set_accept_state(ssl.get());
  return ssl;
}

std::string TakeTlsError() {
  const unsigned long error = ERR_peek_error();
  ERR_clear_error();
  const char* const reason = error == 0 ? nullptr : ERR_reason_error_string(error);
  return reason == nullptr ? "" : reason;
}

}  // namespace orders::api
