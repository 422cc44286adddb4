#pragma once

#include <atomic>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"

#include "api/grpc/grpc_server.h"
#include "api/http/http_server.h"
#include "api/runtime/refused_handshakes.h"
#include "orders/v1/queries.grpc.pb.h"
#include "tests/support/test_authority.h"
#include "tests/support/tls_client.h"

namespace orders::testing_support {

enum class PortKind { kGrpc, kHttp };
inline void PrintTo(PortKind kind, std::ostream* out) {
  *out << (kind == PortKind::kGrpc ? "gRPC" : "HTTP");
}

/// What is shown, and can be exchanged while it is.
class IdentityHolder {
 public:
  void Show(api::TlsIdentity identity);
  std::shared_ptr<const api::TlsIdentity> shown() const;
  api::TlsSource source();

 private:
  mutable absl::Mutex mutex_;
  std::shared_ptr<const api::TlsIdentity> shown_;
};

/// Keeps what is logged.
class LoggedLines final : public application::Telemetry {
 public:
  void CommandEnded(std::string_view, const absl::Status&, int, bool) override {}
  void BatchApplied(std::string_view, int, absl::Duration) override {}
  void Log(application::Severity severity, std::string_view text) override;
  std::vector<std::string> Take();

 private:
  absl::Mutex mutex_;
  std::vector<std::string> lines_;
};

/// Answers each request with "METHOD bytes-of-body"; /stream begins one that says "hello", and
/// /fill one of many megabytes.
class EchoHandler final : public api::HttpHandler {
 public:
  void Handle(const api::HttpRequest& request,
              std::shared_ptr<api::HttpExchange> exchange) override;
  int requests() const { return requests_.load(); }
  int streams_closed() const { return *streams_closed_; }

 private:
  std::atomic<int> requests_ = 0;
  const std::shared_ptr<std::atomic<int>> streams_closed_ = std::make_shared<std::atomic<int>>(0);
};

/// Knows the token "orders_known", which may ask for orders, of which there are none, and
/// "orders_weak", which may not.
class TokenService final : public v1::OrderQueries::CallbackService {
 public:
  grpc::ServerUnaryReactor* GetOrder(grpc::CallbackServerContext* context,
                                     const v1::GetOrderRequest* request,
                                     v1::GetOrderResponse* response) override;
};

/// A real server of either kind, on a port of its own.
class TlsPort {
 public:
  struct Options {
    absl::Duration handshake_max = absl::Seconds(10);
    std::size_t handshakes_max = 64;
    bool is_plain = false;
    std::string address = "127.0.0.1:0";
  };
  /// `identities` outlive the port.
  TlsPort(PortKind kind, IdentityHolder& identities, const Options& options);

  bool is_started() const { return grpc_ != nullptr || http_ != nullptr; }
  const absl::Status& error() const { return error_; }
  std::uint16_t port() const { return http_ == nullptr ? grpc_->port() : http_->port(); }
  /// Whether so many handshakes have been refused; waits for the server to say so, which it does
  /// behind its refusal.
  bool HasRefused(std::uint64_t count) const;
  LoggedLines& log() { return log_; }
  EchoHandler& handler() { return handler_; }
  /// What ALPN calls what is spoken here.
  std::string protocol() const { return kind_ == PortKind::kGrpc ? "h2" : "http/1.1"; }
  /// Whether the server answers `client` with bytes of its protocol.
  bool Serves(TlsClient& client) const;
  /// The same of a new connection, which says why not in `error`.
  bool Serves(TlsClientOptions options, std::string* error = nullptr) const;

 private:
  const PortKind kind_;
  LoggedLines log_;
  api::RefusedHandshakes refused_{"test", &log_};
  EchoHandler handler_;
  TokenService service_;  ///< Without one, gRPC has no thread that accepts.
  absl::Status error_;
  std::unique_ptr<api::GrpcServer> grpc_;
  std::unique_ptr<api::HttpServer> http_;
};

}  // namespace orders::testing_support
