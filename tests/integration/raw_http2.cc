#include "tests/integration/raw_http2.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/time/clock.h"

namespace orders::testing_support {
namespace {

// RFC 9113.
constexpr std::size_t kFrameHeadBytes = 9;
constexpr std::size_t kFrameBytesMax = 16'384;
enum FrameType : std::uint8_t {
  kData = 0,
  kHeaders = 1,
  kRstStream = 3,
  kSettings = 4,
  kGoAwayFrame = 7,
  kContinuation = 9
};
constexpr std::uint8_t kEndStream = 0x1;
constexpr std::uint8_t kEndHeaders = 0x4;

class Connection {
 public:
  explicit Connection(const std::string& address)
      : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const std::size_t colon = address.rfind(':');
    sockaddr_in peer{};
    peer.sin_family = AF_INET;
    peer.sin_port = htons(static_cast<std::uint16_t>(std::atoi(address.c_str() + colon + 1)));
    is_open_ = inet_pton(AF_INET, address.substr(0, colon).c_str(), &peer.sin_addr) == 1 &&
               connect(socket_, reinterpret_cast<sockaddr*>(&peer), sizeof(peer)) == 0;
  }
  ~Connection() { close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool is_open() const { return is_open_; }

  void Write(const std::string& bytes) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      const ssize_t now = send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (now <= 0) return;  // The peer's way to refuse; reading will tell.
      sent += static_cast<std::size_t>(now);
    }
  }

  enum class Got { kBytes, kClosed, kNothing };
  /// Appends what has come to `bytes`.
  Got Read(absl::Time until, std::string& bytes) {
    const std::int64_t left =
        std::max<std::int64_t>(0, absl::ToInt64Milliseconds(until - absl::Now()));
    pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
    if (poll(&waiting, 1, static_cast<int>(left)) <= 0) return Got::kNothing;
    char buffer[4'096];
    const ssize_t now = recv(socket_, buffer, sizeof(buffer), 0);
    if (now <= 0) return Got::kClosed;
    bytes.append(buffer, static_cast<std::size_t>(now));
    return Got::kBytes;
  }

 private:
  int socket_;
  bool is_open_ = false;
};

std::string Frame(FrameType type, std::uint8_t flags, std::uint32_t stream,
                  const std::string& payload) {
  std::string frame;
  const auto size = static_cast<std::uint32_t>(payload.size());
  for (const std::uint32_t byte :
       {size >> 16U, size >> 8U, size, std::uint32_t{type}, std::uint32_t{flags}, stream >> 24U,
        stream >> 16U, stream >> 8U, stream}) {
    frame.push_back(static_cast<char>(byte & 0xffU));
  }
  return frame + payload;
}

/// An HPACK string: not compressed (RFC 7541, section 5).
std::string HpackString(const std::string& text) {
  constexpr std::size_t kPrefixMax = 127;
  std::string out;
  if (text.size() < kPrefixMax) {
    out.push_back(static_cast<char>(text.size()));
  } else {
    out.push_back(static_cast<char>(kPrefixMax));
    std::size_t rest = text.size() - kPrefixMax;
    for (; rest >= 128; rest >>= 7U) out.push_back(static_cast<char>((rest & 0x7fU) | 0x80U));
    out.push_back(static_cast<char>(rest));
  }
  return out + text;
}

std::string HeaderFrames(const RawHeaders& headers) {
  std::string block;
  for (const auto& [name, value] : headers) {
    block += '\0';  // A literal that is not to be indexed, with a new name.
    block += HpackString(name);
    block += HpackString(value);
  }
  std::string frames;
  for (std::size_t at = 0; at == 0 || at < block.size(); at += kFrameBytesMax) {
    const bool last = at + kFrameBytesMax >= block.size();
    frames += Frame(at == 0 ? kHeaders : kContinuation, last ? kEndHeaders : std::uint8_t{0}, 1,
                    block.substr(at, kFrameBytesMax));
  }
  return frames;
}

}  // namespace

RawHeaders GoodHeaders(const std::string& method) {
  return {{":method", "POST"},         {":scheme", "http"}, {":path", method},
          {":authority", "localhost"}, {"te", "trailers"},  {"content-type", "application/grpc"}};
}

RawEnd CallRaw(const std::string& address, const RawHeaders& headers, const std::string& message,
               absl::Duration within) {
  Connection connection(address);
  if (!connection.is_open()) return RawEnd::kNoConnection;
  std::string framed(1, '\0');
  for (const int shift : {24, 16, 8, 0}) {
    framed.push_back(static_cast<char>((message.size() >> static_cast<unsigned>(shift)) & 0xffU));
  }
  framed += message;
  connection.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Frame(kSettings, 0, 0, "") +
                   HeaderFrames(headers) + Frame(kData, kEndStream, 1, framed));

  const absl::Time until = absl::Now() + within;
  std::string bytes;
  while (true) {
    while (bytes.size() >= kFrameHeadBytes) {
      const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
      const std::size_t size =
          (std::size_t{byte(0)} << 16U) | (std::size_t{byte(1)} << 8U) | byte(2);
      if (bytes.size() < kFrameHeadBytes + size) break;
      const std::uint8_t type = byte(3);
      const std::uint8_t flags = byte(4);
      if (type == kRstStream) return RawEnd::kReset;
      if (type == kGoAwayFrame) return RawEnd::kGoAway;
      if (type == kHeaders && (flags & kEndStream) != 0) return RawEnd::kAnswered;
      bytes.erase(0, kFrameHeadBytes + size);
    }
    switch (connection.Read(until, bytes)) {
      case Connection::Got::kBytes:
        break;
      case Connection::Got::kClosed:
        return RawEnd::kClosed;
      case Connection::Got::kNothing:
        if (absl::Now() >= until) return RawEnd::kTimedOut;
        break;
    }
  }
}

bool IsClosedAfter(const std::string& address, const std::string& bytes, absl::Duration within) {
  Connection connection(address);
  if (!connection.is_open()) return false;
  connection.Write(bytes);
  const absl::Time until = absl::Now() + within;
  std::string ignored;
  while (absl::Now() < until) {
    if (connection.Read(until, ignored) == Connection::Got::kClosed) return true;
  }
  return false;
}

}  // namespace orders::testing_support
