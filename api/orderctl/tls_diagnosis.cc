#include "api/orderctl/tls_diagnosis.h"

#include <memory>

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "api/orderctl/server_host.h"

namespace orders::api {
namespace {

constexpr timeval kPatience{.tv_sec = 3, .tv_usec = 0};
constexpr unsigned char kHttp2[] = {2, 'h', '2'};

template <typename Value>
using Owned = std::unique_ptr<Value, void (*)(Value*)>;

Owned<BIO> Reader(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())),
          [](BIO* bio) { BIO_free(bio); }};
}

Owned<X509> NextCertificate(BIO* pem) {
  return {PEM_read_bio_X509(pem, nullptr, nullptr, nullptr), X509_free};
}

/// -1: nobody answers.
int Connect(const std::string& server) {
  const std::string port = server.substr(server.rfind(':') + 1);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(HostOf(server).c_str(), port.c_str(), &hints, &found) != 0) return -1;
  const Owned<addrinfo> owned(found, freeaddrinfo);
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    const int descriptor = socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience));
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof(kPatience));
    if (connect(descriptor, one->ai_addr, one->ai_addrlen) == 0) return descriptor;
    close(descriptor);
  }
  return -1;
}

/// Believes, shows and asks for what orderctl does.
void SetTerms(const std::string& host, const Security& security, SSL_CTX* context, SSL* ssl) {
  const Owned<BIO> authorities = Reader(security.authorities);
  while (const Owned<X509> authority = NextCertificate(authorities.get())) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get());
  }
  SSL_set_verify(ssl, SSL_VERIFY_PEER, nullptr);
  // An address is named by its number; a name, by itself.
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) != 1) {
    SSL_set1_host(ssl, host.c_str());
    SSL_set_tlsext_host_name(ssl, host.c_str());
  }
  if (security.certificate.empty()) return;
  const Owned<BIO> chain = Reader(security.certificate);
  if (const Owned<X509> own = NextCertificate(chain.get())) SSL_use_certificate(ssl, own.get());
  const Owned<BIO> key_text = Reader(security.key);
  const Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr),
                            EVP_PKEY_free);
  if (key != nullptr) SSL_use_PrivateKey(ssl, key.get());
  while (const Owned<X509> more = NextCertificate(chain.get()))
    SSL_add1_chain_cert(ssl, more.get());
}

/// Why a call of OpenSSL's did not go well.
struct Failure {
  int reason = 0;  ///< 0: none that it names.
  std::string text;
  /// The server has said what it does not like.
  bool is_alert() const { return reason >= SSL_AD_REASON_OFFSET; }
};
Failure TakeFailure() {
  const unsigned long error = ERR_peek_last_error();
  ERR_clear_error();
  const char* const text = ERR_reason_error_string(error);
  return {.reason = error == 0 ? 0 : ERR_GET_REASON(error),
          .text = text == nullptr ? "it closed the connection" : text};
}

/// Called when the server asks for a certificate.
int NoteRequest(SSL* /*ssl*/, void* was_asked) {
  *static_cast<bool*>(was_asked) = true;
  return 1;
}

std::string WhyUntrusted(long verdict, const std::string& server) {
  const std::string what = X509_verify_cert_error_string(verdict);
  switch (verdict) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return absl::StrCat("TLS: the certificate of ", server, " is for another name (", what,
                          "): --server takes a name that is in it");
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return absl::StrCat("TLS: the certificate of ", server, " cannot be used: ", what);
    default:
      return absl::StrCat("TLS: the certificate of ", server, " is not trusted (", what,
                          "): --tls-ca takes the authority that signed it");
  }
}

std::string WhyRefused(const Failure& failure, const std::string& server,
                       const Security& security) {
  return absl::StrCat("TLS: ", server, " refuses the connection (", failure.text, "): ",
                      security.certificate.empty()
                          ? "it may want a client certificate, --tls-cert and --tls-key"
                          : "it may not take the certificate in --tls-cert");
}

}  // namespace

std::string DiagnoseTls(const std::string& server, const Security& security) {
  const int descriptor = Connect(server);
  if (descriptor < 0) return "";
  const Owned<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  const Owned<SSL> ssl(SSL_new(context.get()), SSL_free);
  SSL_set_fd(ssl.get(), descriptor);
  SSL_set_alpn_protos(ssl.get(), kHttp2, sizeof(kHttp2));
  if (security.tls) SetTerms(HostOf(server), security, context.get(), ssl.get());
  bool was_asked = false;
  SSL_set_cert_cb(ssl.get(), NoteRequest, &was_asked);
  ERR_clear_error();
  const bool is_done = SSL_connect(ssl.get()) == 1;
  bool is_open = is_done;
  if (is_done && security.tls) {
    // Of TLS 1.3, a client's certificate is looked at behind its handshake.
    char byte = 0;
    const int result = SSL_read(ssl.get(), &byte, 1);
    is_open = result > 0 || SSL_get_error(ssl.get(), result) == SSL_ERROR_WANT_READ;
  }
  const Failure failure = is_open ? Failure{} : TakeFailure();
  const long verdict = SSL_get_verify_result(ssl.get());
  close(descriptor);
  if (!security.tls) {
    const bool speaks_tls = is_done || was_asked || failure.is_alert();
    return speaks_tls ? absl::StrCat("TLS is what ", server, " speaks: add --tls") : "";
  }
  if (is_open) return "";
  if (verdict != X509_V_OK) return WhyUntrusted(verdict, server);
  // Not every server says why; gRPC's closes.
  if (failure.is_alert() || was_asked) return WhyRefused(failure, server, security);
  if (is_done) return "";
  return absl::StrCat("TLS is not what ", server, " speaks (", failure.text, "): leave out --tls");
}

}  // namespace orders::api
