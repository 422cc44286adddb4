#pragma once

#include <memory>

#include "absl/status/status.h"
#include <openssl/ssl.h>

#include "api/tls_identity.h"

namespace orders::api {

using SslPointer = std::unique_ptr<SSL, decltype(&SSL_free)>;

/// What OpenSSL needs for the server's side of connections: TLS 1.2 and 1.3 with ciphers that
/// encrypt and authenticate at once (RFC 9325), http/1.1 by ALPN, neither renegotiation nor
/// tickets. One thread's own.
class TlsContext {
 public:
  /// `source` is not empty.
  explicit TlsContext(TlsSource source) : source_(std::move(source)) {}

  /// Takes the source's identity if it is another one. Error: InvalidArgument, OpenSSL does not
  /// take it, and the one before stays.
  absl::Status Refresh();
  /// The server's side of one connection. Null: there is no memory, or there was never an identity.
  SslPointer NewConnection() const;

 private:
  using ContextPointer = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

  const TlsSource source_;
  std::shared_ptr<const TlsIdentity> seen_;
  ContextPointer context_{nullptr, SSL_CTX_free};
};

/// Why OpenSSL's last call on this thread failed: "unsupported protocol". Empties its list of
/// errors; empty: it names none.
std::string TakeTlsError();

}  // namespace orders::api
