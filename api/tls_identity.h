#pragma once

#include <functional>
#include <memory>
#include <string>

namespace orders::api {

/// What a port shows of itself over TLS, and what it asks of its callers. All PEM, checked: key and
/// certificate match, and nothing is expired.
struct TlsIdentity {
  std::string certificate_chain;  ///< Its own certificate first.
  std::string private_key;
  /// Client certificates must be signed by one of these; empty: none is asked for.
  std::string client_authorities;
  bool requires_client_certificate = false;  ///< False: one that is shown is checked.
};

/// What new connections get; another pointer after a reload. Never null, thread-safe, must not
/// block. No function: the port speaks without TLS.
using TlsSource = std::function<std::shared_ptr<const TlsIdentity>()>;

}  // namespace orders::api
