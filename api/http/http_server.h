#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "api/http/head_scanner.h"
#include "api/http/http_message.h"
#include "api/runtime/refused_handshakes.h"
#include "api/tls_identity.h"

namespace orders::api {

struct HttpServerOptions {
  std::string address;  ///< HOST:PORT, port 0 picks one.
  TlsSource tls;        ///< None: in the clear. Asked for each new connection.
  /// Told of handshakes that failed, and outlives the server; null: nobody is.
  RefusedHandshakes* refused_handshakes = nullptr;
  int threads = 2;
  HeadLimits head;
  std::size_t body_bytes_max = 1 << 20;
  std::size_t connections_max = 6'000;  ///< A further one is told 503 and closed.
  /// Open at once, a share on each thread. A connection whose first byte has come waits for its
  /// turn; one that says nothing takes none.
  std::size_t handshakes_max = 64;
  std::size_t requests_per_connection_max = 10'000;
  absl::Duration head_max =
      absl::Seconds(10);  ///< Of a request, from its first byte; of a handshake, from accept.
  absl::Duration body_max = absl::Seconds(30);   ///< From there to the end of its body.
  absl::Duration idle_max = absl::Seconds(15);   ///< Between two requests of a connection.
  absl::Duration stall_max = absl::Seconds(30);  ///< In which nothing of an answer is taken.
};

/// Serves HTTP/1.1 (RFC 9112) and 1.0, in the clear or over TLS, on threads of its own, each with
/// an event loop. Requests of one connection are answered one after the other; those that come
/// meanwhile wait in the socket.
class HttpServer {
 public:
  /// Has the address from here on, and accepts nobody yet. Errors: as GrpcServer::Start; and
  /// FailedPrecondition, OpenSSL does not take the identity of `options.tls`.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Open(const HttpServerOptions& options);
  /// Cuts what is open. No exchange may be waiting for its answer; streams are closed here.
  ~HttpServer();

  /// Once. `handler` outlives the server.
  void Serve(HttpHandler& handler);
  /// From here on each answer is its connection's last, and those that idle are closed.
  void Drain();

  std::uint16_t port() const;
  std::size_t connections() const;

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace orders::api
