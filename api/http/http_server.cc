#include "api/http/http_server.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include <sys/socket.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "api/http/http_connection.h"
#include "api/http/http_loop.h"
#include "api/http/problem.h"

namespace orders::api {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

using Acceptor = asio::basic_socket_acceptor<tcp, HttpConnection::Executor>;

// How often deadlines are looked at: an end is late by so much at most.
constexpr std::chrono::milliseconds kTick(250);
// After an accept that failed for want of descriptors or memory.
constexpr std::chrono::milliseconds kAcceptRetry(100);

/// Said to a connection before it has asked.
const std::string& TooManyConnections() {
  static const auto& text = *new std::string([] {
    const HttpResponse problem =
        MakeHttpProblem(503, "OVERLOADED", "too many connections are open; nothing was done", "");
    return absl::StrCat(
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\n"
        "Retry-After: 1\r\nConnection: close\r\nContent-Length: ",
        problem.body.size(), "\r\n\r\n", problem.body);
  }());
  return text;
}

absl::Status ToStatus(const std::string& address, const error_code& error) {
  const std::string text = absl::StrCat(address, ": ", error.message());
  switch (error.value()) {
    case EADDRINUSE:
      return absl::AlreadyExistsError(text);
    case EACCES:
      return absl::PermissionDeniedError(text);
    case EADDRNOTAVAIL:
      return absl::InvalidArgumentError(text);
    default:
      return absl::InternalError(text);
  }
}

}  // namespace

class HttpServer::Impl {
 public:
  explicit Impl(const HttpServerOptions& options) : options_(options) {
    for (int i = 0; i < options_.threads; ++i) {
      loops_.push_back(std::make_unique<HttpLoop>(options_, draining_, connections_));
      ticks_.push_back(std::make_unique<asio::steady_timer>(loops_.back()->io));
    }
  }
  ~Impl() {
    for (const auto& loop : loops_) loop->io.stop();
    for (std::thread& thread : threads_) thread.join();
    for (const auto& loop : loops_) {
      // A stream that is closed may be the last to hold its connection.
      const std::vector<HttpConnection*> open(loop->open.begin(), loop->open.end());
      for (HttpConnection* const connection : open) connection->Abandon();
    }
    ticks_.clear();
    acceptors_.clear();
  }

  absl::Status Open();
  void Serve(HttpHandler& handler);
  void Drain() { draining_ = true; }
  std::uint16_t port() const { return port_; }
  std::size_t connections() const { return connections_.load(); }

 private:
  absl::Status Bind(const tcp::endpoint& endpoint);
  void Accept(Acceptor& acceptor);
  void Admit(HttpLoop& loop, HttpConnection::Socket socket);
  void Tick(std::size_t loop);

  const HttpServerOptions options_;
  std::atomic<bool> draining_ = false;
  std::atomic<std::size_t> connections_ = 0;
  std::uint16_t port_ = 0;
  std::vector<std::unique_ptr<HttpLoop>> loops_;
  std::vector<std::unique_ptr<asio::steady_timer>> ticks_;
  std::vector<std::unique_ptr<Acceptor>> acceptors_;  ///< On the first loop.
  std::size_t next_loop_ = 0;
  std::vector<std::thread> threads_;
};

absl::Status HttpServer::Impl::Open() {
  for (const auto& loop : loops_) {
    const absl::Status taken = loop->tls.has_value() ? loop->tls->Refresh() : absl::OkStatus();
    if (!taken.ok()) return absl::FailedPreconditionError(taken.message());
  }
  const std::string& address = options_.address;
  const std::size_t colon = address.rfind(':');
  std::uint32_t port = 0;
  if (colon == std::string::npos || !absl::SimpleAtoi(address.substr(colon + 1), &port) ||
      port > UINT16_MAX) {
    return absl::InvalidArgumentError(absl::StrCat(address, " is not HOST:PORT"));
  }
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  tcp::resolver resolver(loops_[0]->io);
  error_code error;
  const auto found =
      resolver.resolve(host, address.substr(colon + 1),
                       tcp::resolver::passive | tcp::resolver::numeric_service, error);
  if (error) {
    return absl::InvalidArgumentError(absl::StrCat(address, " is no address: ", error.message()));
  }
  absl::Status status;
  for (const auto& entry : found) {
    const absl::Status bound = Bind(entry.endpoint());
    // A name may stand for an address family that this machine does not have.
    if (!bound.ok() && !absl::IsInvalidArgument(bound)) return bound;
    status.Update(bound);
  }
  return acceptors_.empty() ? status : absl::OkStatus();
}

absl::Status HttpServer::Impl::Bind(const tcp::endpoint& endpoint) {
  auto acceptor = std::make_unique<Acceptor>(loops_[0]->io.get_executor());
  tcp::endpoint wanted = endpoint;
  if (port_ != 0) wanted.port(port_);
  error_code error;
  acceptor->open(wanted.protocol(), error);
  if (error) return absl::InvalidArgumentError(error.message());
  acceptor->set_option(Acceptor::reuse_address(true), error);
  if (wanted.address().is_v6()) acceptor->set_option(asio::ip::v6_only(false), error);
  acceptor->bind(wanted, error);
  if (!error) acceptor->listen(Acceptor::max_listen_connections, error);
  if (error) return ToStatus(options_.address, error);
  port_ = acceptor->local_endpoint(error).port();
  acceptors_.push_back(std::move(acceptor));
  return absl::OkStatus();
}

void HttpServer::Impl::Serve(HttpHandler& handler) {
  for (const auto& loop : loops_) loop->handler = &handler;
  for (const std::unique_ptr<Acceptor>& acceptor : acceptors_) Accept(*acceptor);
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    Tick(i);
    threads_.emplace_back([loop = loops_[i].get()] { loop->io.run(); });
  }
}

void HttpServer::Impl::Accept(Acceptor& acceptor) {
  HttpLoop& loop = *loops_[next_loop_++ % loops_.size()];
  acceptor.async_accept(
      loop.io, [this, &acceptor, &loop](error_code error, HttpConnection::Socket socket) {
        if (error == asio::error::operation_aborted) return;
        if (!error) {
          Admit(loop, std::move(socket));
          return Accept(acceptor);
        }
        const auto retry = std::make_shared<asio::steady_timer>(loops_[0]->io, kAcceptRetry);
        retry->async_wait([this, &acceptor, retry](error_code aborted) {
          if (!aborted) Accept(acceptor);
        });
      });
}

void HttpServer::Impl::Admit(HttpLoop& loop, HttpConnection::Socket socket) {
  if (connections_.fetch_add(1) >= options_.connections_max) {
    // Closed with the socket.
    connections_.fetch_sub(1);
    if (options_.tls) return;  // It would hear us after a handshake alone.
    const std::string& text = TooManyConnections();
    (void)send(socket.native_handle(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return;
  }
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  asio::post(loop.io, [&loop, socket = std::move(socket)]() mutable {
    HttpConnection::Start(loop, std::move(socket));
  });
}

void HttpServer::Impl::Tick(std::size_t loop) {
  ticks_[loop]->expires_after(kTick);
  ticks_[loop]->async_wait([this, loop](error_code aborted) {
    if (aborted) return;
    const auto now = HttpConnection::Clock::now();
    for (HttpConnection* const connection : loops_[loop]->open) connection->Tick(now);
    Tick(loop);
  });
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Open(const HttpServerOptions& options) {
  auto impl = std::make_unique<Impl>(options);
  if (absl::Status opened = impl->Open(); !opened.ok()) return opened;
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

void HttpServer::Serve(HttpHandler& handler) { impl_->Serve(handler); }
void HttpServer::Drain() { impl_->Drain(); }
std::uint16_t HttpServer::port() const { return impl_->port(); }
std::size_t HttpServer::connections() const { return impl_->connections(); }

}  // namespace orders::api
