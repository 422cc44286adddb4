#include "tests/support/http_crowd.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace orders::testing_support {

HttpCrowd::HttpCrowd(const std::string& address, OnBytes on_bytes)
    : address_(address), on_bytes_(std::move(on_bytes)), epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

HttpCrowd::~HttpCrowd() {
  for (const int descriptor : descriptors_) {
    if (descriptor >= 0) close(descriptor);
  }
  close(epoll_);
}

bool HttpCrowd::Open(std::string_view bytes) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(address_, ':');
  std::uint32_t port = 0;
  sockaddr_in to{};
  to.sin_family = AF_INET;
  if (!absl::SimpleAtoi(parts.second, &port) ||
      inet_pton(AF_INET, parts.first.c_str(), &to.sin_addr) != 1) {
    return false;
  }
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = descriptors_.size();
  if (descriptor < 0 || connect(descriptor, reinterpret_cast<sockaddr*>(&to), sizeof(to)) != 0 ||
      epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0) {
    close(descriptor);
    return false;
  }
  descriptors_.push_back(descriptor);
  ++open_;
  Send(descriptors_.size() - 1, bytes);
  return true;
}

void HttpCrowd::Send(std::size_t connection, std::string_view bytes) {
  if (descriptors_[connection] < 0 || bytes.empty()) return;
  // That the peer is gone is found by reading.
  (void)send(descriptors_[connection], bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void HttpCrowd::Read(absl::Duration patience) {
  std::array<epoll_event, 512> events;
  const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                               static_cast<int>(absl::ToInt64Milliseconds(patience)));
  for (int i = 0; i < count; ++i) {
    ReadOne(static_cast<std::size_t>(events[static_cast<std::size_t>(i)].data.u64));
  }
}

void HttpCrowd::ReadOne(std::size_t connection) {
  std::array<char, 64 << 10> bytes;
  const ssize_t count = recv(descriptors_[connection], bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count > 0) {
    on_bytes_(connection, std::string_view(bytes.data(), static_cast<std::size_t>(count)));
    return;
  }
  close(std::exchange(descriptors_[connection], -1));
  --open_;
  on_bytes_(connection, "");
}

bool HttpCrowd::RaiseLimit(std::size_t sockets) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
  limit.rlim_cur = limit.rlim_max;
  constexpr rlim_t kOtherFiles = 500;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= sockets + kOtherFiles;
}

}  // namespace orders::testing_support
