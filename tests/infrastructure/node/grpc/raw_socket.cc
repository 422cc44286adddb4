#include "tests/infrastructure/node/grpc/raw_socket.h"

#include <algorithm>
#include <array>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/time/clock.h"

namespace eventstoredb::testing_support {

RawSocket::RawSocket(std::uint16_t port)
    : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    close(descriptor_);
    descriptor_ = -1;
  }
}

RawSocket::~RawSocket() {
  if (descriptor_ >= 0) close(descriptor_);
}

bool RawSocket::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawSocket::HalfClose() { shutdown(descriptor_, SHUT_WR); }

bool RawSocket::WaitReadable(absl::Time end) const {
  pollfd waited{.fd = descriptor_, .events = POLLIN, .revents = 0};
  const auto left = std::max<std::int64_t>(0, absl::ToInt64Milliseconds(end - absl::Now()));
  return poll(&waited, 1, static_cast<int>(left)) > 0;
}

RawSocket::Received RawSocket::ReceiveAll(absl::Duration patience) {
  const absl::Time end = absl::Now() + patience;
  Received received;
  std::array<char, 4'096> bytes;
  while (WaitReadable(end)) {
    const ssize_t count = recv(descriptor_, bytes.data(), bytes.size(), 0);
    if (count <= 0) {
      received.is_closed = true;
      break;
    }
    received.bytes.append(bytes.data(), static_cast<std::size_t>(count));
  }
  return received;
}

std::string RawSocket::ReceiveSome(absl::Duration patience) {
  if (!WaitReadable(absl::Now() + patience)) return {};
  std::array<char, 4'096> bytes;
  const ssize_t count = recv(descriptor_, bytes.data(), bytes.size(), 0);
  return count <= 0 ? std::string() : std::string(bytes.data(), static_cast<std::size_t>(count));
}

}  // namespace eventstoredb::testing_support
