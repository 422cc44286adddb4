#include "tests/support/tls_client.h"

#include <array>
#include <cerrno>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

namespace orders::testing_support {
namespace {

constexpr int kPatienceSeconds = 10 * ORDERS_TIMEOUT_FACTOR;

using BioPointer = std::unique_ptr<BIO, decltype(&BIO_free)>;

BioPointer Reader(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free};
}

/// A connected socket, or -1.
int Connect(std::uint16_t port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{.tv_sec = kPatienceSeconds, .tv_usec = 0};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0) {
    return descriptor;
  }
  close(descriptor);
  return -1;
}

void SetOptions(SSL_CTX* context, const TlsClientOptions& options) {
  // So that what the server should refuse is offered at all.
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_cipher_list(context,
                          options.ciphers.empty() ? "ALL:@SECLEVEL=0" : options.ciphers.c_str());
  SSL_CTX_set_min_proto_version(context, options.version_min);
  SSL_CTX_set_max_proto_version(context, options.version_max);
  if (!options.authority.empty()) {
    const BioPointer bio = Reader(options.authority);
    const std::unique_ptr<X509, decltype(&X509_free)> authority(
        PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  }
  if (!options.certificate.certificate.empty()) {
    const BioPointer certificate_bio = Reader(options.certificate.certificate);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        PEM_read_bio_X509(certificate_bio.get(), nullptr, nullptr, nullptr), X509_free);
    SSL_CTX_use_certificate(context, certificate.get());
    const BioPointer key_bio = Reader(options.certificate.key);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
    SSL_CTX_use_PrivateKey(context, key.get());
  }
  if (!options.protocol.empty()) {
    const std::string list =
        std::string(1, static_cast<char>(options.protocol.size())) + options.protocol;
    SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(list.data()),
                            static_cast<unsigned int>(list.size()));
  }
}

}  // namespace

struct TlsClient::State {
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_client_method()),
                                                            SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl{nullptr, SSL_free};
  int descriptor = -1;
};

TlsClient::TlsClient(std::uint16_t port, const TlsClientOptions& options)
    : state_(std::make_unique<State>()) {
  SetOptions(state_->context.get(), options);
  state_->ssl.reset(SSL_new(state_->context.get()));
  state_->descriptor = Connect(port);
  if (state_->descriptor < 0) {
    error_ = "no connection";
    return;
  }
  SSL_set_fd(state_->ssl.get(), state_->descriptor);
  ERR_clear_error();
  const int result = SSL_connect(state_->ssl.get());
  is_connected_ = result == 1;
  if (!is_connected_) NoteError(result);
}

TlsClient::~TlsClient() { Cut(); }

std::string TlsClient::version() const { return SSL_get_version(state_->ssl.get()); }
std::string TlsClient::cipher() const { return SSL_get_cipher(state_->ssl.get()); }

std::string TlsClient::protocol() const {
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(state_->ssl.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

std::string TlsClient::peer_certificate() const {
  const BioPointer bio(BIO_new(BIO_s_mem()), BIO_free);
  X509* const certificate = SSL_get0_peer_certificate(state_->ssl.get());
  if (certificate != nullptr) PEM_write_bio_X509(bio.get(), certificate);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

bool TlsClient::Send(std::string_view bytes) {
  ERR_clear_error();
  const int result = SSL_write(state_->ssl.get(), bytes.data(), static_cast<int>(bytes.size()));
  if (result <= 0) NoteError(result);
  return result > 0;
}

std::string TlsClient::Receive() {
  if (!received_.empty()) return std::exchange(received_, {});
  std::array<char, 16'384> bytes;
  ERR_clear_error();
  const int result = SSL_read(state_->ssl.get(), bytes.data(), static_cast<int>(bytes.size()));
  if (result > 0) return {bytes.data(), static_cast<std::size_t>(result)};
  NoteError(result);
  return "";
}

std::string TlsClient::ReceiveThrough(std::string_view mark) {
  std::string all;
  while (true) {
    const std::string more = Receive();
    if (more.empty()) return "";
    all += more;
    const std::size_t found = all.find(mark);
    if (found == std::string::npos) continue;
    received_ = all.substr(found + mark.size());
    return all.substr(0, found + mark.size());
  }
}

std::string TlsClient::ReceiveAll(bool& is_clean) {
  std::string all;
  for (std::string more = Receive(); !more.empty(); more = Receive()) all += more;
  is_clean = (SSL_get_shutdown(state_->ssl.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
  return all;
}

void TlsClient::SayGoodbye() { SSL_shutdown(state_->ssl.get()); }

void TlsClient::Cut() {
  if (state_->descriptor >= 0) close(std::exchange(state_->descriptor, -1));
}

bool TlsClient::Renegotiate() {
  ERR_clear_error();
  if (SSL_renegotiate(state_->ssl.get()) != 1) return false;
  const int result = SSL_do_handshake(state_->ssl.get());
  if (result != 1) NoteError(result);
  return result == 1;
}

void TlsClient::NoteError(int result) {
  const int kind = SSL_get_error(state_->ssl.get(), result);
  const unsigned long error = ERR_get_error();
  const char* const reason = ERR_reason_error_string(error);
  error_ = reason != nullptr ? reason : kind == SSL_ERROR_ZERO_RETURN ? "goodbye" : "cut";
  ERR_clear_error();
}

RawClient::RawClient(std::uint16_t port) : descriptor_(Connect(port)) {}
RawClient::RawClient(RawClient&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}
RawClient::~RawClient() {
  if (descriptor_ >= 0) close(descriptor_);
}

bool RawClient::Send(std::string_view bytes) {
  return send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(bytes.size());
}

std::string RawClient::ReceiveAll(bool& is_closed) {
  std::string all;
  std::array<char, 4'096> bytes;
  ssize_t count = 0;
  while ((count = recv(descriptor_, bytes.data(), bytes.size(), 0)) > 0) {
    all.append(bytes.data(), static_cast<std::size_t>(count));
  }
  is_closed = count == 0 || errno == ECONNRESET;
  return all;
}

}  // namespace orders::testing_support
