#pragma once

#include <functional>
#include <memory>
#include <string>

namespace eventstoredb {

/// What a node's port shows of itself over TLS. PEM; key and certificate belong together.
struct NodeTlsIdentity {
  std::string certificate_chain;  ///< Its own certificate first.
  std::string private_key;
};

/// Asked for each new connection; another pointer when the identity has changed. Never gives null,
/// thread-safe, must not block.
using NodeTlsSource = std::function<std::shared_ptr<const NodeTlsIdentity>()>;

}  // namespace eventstoredb
