#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "eventstoredb/node/node_tls.h"
#include "infrastructure/node/transport/http_exchange.h"
#include "infrastructure/node/transport/port_tls.h"

namespace eventstoredb {

struct PortListenerOptions {
  std::string address;  ///< HOST:PORT, port 0 picks one.
  std::size_t connections_max = 0;
  std::size_t undecided_connections_max = 0;
  absl::Duration undecided_max;
  /// Takes over the socket, of which `received` has been read. From the listener's thread. Empty:
  /// HTTP/2 is not spoken here, and such a connection is closed.
  std::function<void(int descriptor, const std::string& received)> take_http2;
  /// Set: the port speaks TLS alone, and `take_http2` does its handshake itself.
  NodeTlsSource tls;
  HttpAnswer answer_http1;
  std::size_t http1_exchanges_max = 256;              ///< A further one is closed.
  absl::Duration http1_patience = absl::Seconds(10);  ///< See ServeHttp.
};

/// Accepts at one port and looks at the first bytes: HTTP/2 is handed on, HTTP/1.1 is answered,
/// everything else is closed. Over TLS the client's offer (ALPN) says which of the two it is. Runs
/// on the io_context, which has one thread; connections() may be asked from any. Destroyed when
/// that thread has ended.
class PortListener {
 public:
  /// Is bound, does not accept yet. Errors: InvalidArgument, `address` is no address of this
  /// machine, or the identity of `tls` cannot be used; AlreadyExists, it is in use;
  /// PermissionDenied, it is not ours to take; Internal.
  static absl::StatusOr<std::unique_ptr<PortListener>> Open(boost::asio::io_context& io,
                                                            PortListenerOptions options);
  ~PortListener();

  std::uint16_t port() const { return port_; }
  void Start();
  /// Lets the port go: who comes now is refused, rather than left waiting. When the io_context's
  /// thread has ended.
  void Close() { acceptors_.clear(); }
  /// Those handed on and not closed, those not decided, and those of HTTP/1.1.
  std::size_t connections();

 private:
  using Tcp = boost::asio::ip::tcp;
  class Greeting;

  PortListener(boost::asio::io_context& io, PortListenerOptions options);
  absl::Status Bind(const Tcp::endpoint& endpoint);
  void Accept(Tcp::acceptor& acceptor);
  void Admit(Tcp::socket socket);
  /// What the client speaks is known, or its time is over.
  void Decide(Greeting& greeting);
  void HandOn(Tcp::socket socket, const std::string& received);

  /// gRPC does not tell when it closes a connection, but then its descriptor is no longer the same
  /// socket.
  struct HandedOn {
    int descriptor;
    ino_t inode;
  };
  void ForgetClosed() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasRoom();

  boost::asio::io_context& io_;
  const PortListenerOptions options_;
  std::optional<PortTls> tls_;
  std::uint16_t port_ = 0;
  std::vector<std::unique_ptr<Tcp::acceptor>> acceptors_;
  boost::asio::steady_timer retry_;
  std::list<std::shared_ptr<Greeting>> greetings_;  ///< The oldest first.
  std::shared_ptr<void> http_permit_;               ///< Shared by each exchange of HTTP/1.1.

  absl::Mutex mutex_;
  std::vector<HandedOn> handed_on_ ABSL_GUARDED_BY(mutex_);
  std::size_t undecided_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace eventstoredb
