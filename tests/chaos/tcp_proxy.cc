#include "tests/chaos/tcp_proxy.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace eventstoredb::testing_support {
namespace {

constexpr std::size_t kPieceBytesMax = 16 * 1024;
constexpr int kPollMillis = 20;  // How late a switch is noticed.

sockaddr_in Loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// The peer hears a reset, not an end.
void Reset(int socket) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  shutdown(socket, SHUT_RD);
}

bool SendAll(int socket, const char* bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t sent = send(socket, bytes, count, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes += sent;
    count -= static_cast<std::size_t>(sent);
  }
  return true;
}

}  // namespace

/// One connection: both its sockets, closed when both directions have ended.
struct TcpProxy::Link {
  Link(int client_socket, int server_socket, std::int64_t cut_at)
      : client(client_socket), server(server_socket), cut_after(cut_at) {}
  ~Link() {
    close(client);
    close(server);
  }
  const int client;
  const int server;
  const std::int64_t cut_after;  ///< Bytes of the server; below 0: never.
  std::atomic<bool> broken = false;

  void Break() {
    if (broken.exchange(true)) return;
    Reset(client);
    Reset(server);
  }
};

absl::StatusOr<std::unique_ptr<TcpProxy>> TcpProxy::Start(std::uint16_t target_port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0) return absl::InternalError("no socket");
  sockaddr_in address = Loopback(0);
  socklen_t length = sizeof(address);
  const bool listening =
      bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 &&
      listen(listener, SOMAXCONN) == 0 &&
      getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) == 0;
  if (!listening) {
    close(listener);
    return absl::InternalError(absl::StrCat("cannot listen: ", std::strerror(errno)));
  }
  return std::unique_ptr<TcpProxy>(new TcpProxy(listener, ntohs(address.sin_port), target_port));
}

TcpProxy::TcpProxy(int listener, std::uint16_t port, std::uint16_t target_port)
    : listener_(listener),
      port_(port),
      target_port_(target_port),
      acceptor_([this] { Accept(); }) {}

TcpProxy::~TcpProxy() {
  stopping_ = true;
  acceptor_.join();
  ResetAll();
  std::vector<std::thread> threads;
  {
    const absl::MutexLock lock(&mutex_);
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
  close(listener_);
}

std::string TcpProxy::address() const { return absl::StrCat("127.0.0.1:", port_); }

std::size_t TcpProxy::ResetAll() {
  const absl::MutexLock lock(&mutex_);
  std::size_t open = 0;
  for (const std::shared_ptr<Link>& link : links_) {
    if (!link->broken) ++open;
    link->Break();
  }
  links_.clear();
  return open;
}

void TcpProxy::Accept() {
  while (!stopping_) {
    pollfd waiting{.fd = listener_, .events = POLLIN, .revents = 0};
    if (poll(&waiting, 1, kPollMillis) <= 0) continue;
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = Loopback(target_port_);
    auto link = std::make_shared<Link>(client, server, cut_after_.exchange(-1));
    ++accepted_;
    if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
      link->Break();
      continue;
    }
    const int on = 1;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    const absl::MutexLock lock(&mutex_);
    links_.push_back(link);
    threads_.emplace_back([this, link] { Serve(link, true); });
    threads_.emplace_back([this, link] { Serve(link, false); });
  }
}

void TcpProxy::Serve(const std::shared_ptr<Link>& link, bool to_server) {
  const int from = to_server ? link->client : link->server;
  const int to = to_server ? link->server : link->client;
  std::array<char, kPieceBytesMax> piece;
  std::int64_t passed = 0;
  while (!link->broken) {
    pollfd waiting{.fd = from, .events = POLLIN, .revents = 0};
    if (poll(&waiting, 1, kPollMillis) <= 0) continue;
    if (black_hole_) {
      absl::SleepFor(absl::Milliseconds(kPollMillis));
      continue;
    }
    const ssize_t got = recv(from, piece.data(), piece.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    if (const std::int64_t nanos = delay_nanos_; nanos > 0) {
      absl::SleepFor(absl::Nanoseconds(nanos));
    }
    auto count = static_cast<std::size_t>(got);
    bool cut = false;
    if (!to_server && link->cut_after >= 0 && passed + got >= link->cut_after) {
      count = static_cast<std::size_t>(link->cut_after - passed);
      cut = true;
    }
    if (!SendAll(to, piece.data(), count)) break;
    passed += static_cast<std::int64_t>(count);
    if (cut) break;
  }
  link->Break();
}

}  // namespace eventstoredb::testing_support
