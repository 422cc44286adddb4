#pragma once

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include <boost/asio/ssl/context.hpp>

#include "eventstoredb/node/node_tls.h"

namespace eventstoredb {

/// The server's side of HTTP/1.1 over TLS: 1.2 and 1.3 with ciphers that encrypt and authenticate
/// at once (RFC 9325), no renegotiation. Follows its source. One thread's own.
class PortTls {
 public:
  /// `source` is not empty. Errors: InvalidArgument, its identity cannot be used.
  static absl::StatusOr<PortTls> Open(NodeTlsSource source);

  /// Of the identity that the source has now; of the one before if that cannot be used.
  const std::shared_ptr<boost::asio::ssl::context>& Context();

 private:
  explicit PortTls(NodeTlsSource source) : source_(std::move(source)) {}
  absl::Status Refresh();

  NodeTlsSource source_;
  std::shared_ptr<const NodeTlsIdentity> seen_;
  std::shared_ptr<boost::asio::ssl::context> context_;
};

}  // namespace eventstoredb
