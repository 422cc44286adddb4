#include "infrastructure/node/transport/port_listener.h"

#include <array>
#include <chrono>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include "infrastructure/node/transport/client_hello.h"
#include "infrastructure/node/transport/first_bytes.h"

namespace eventstoredb {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// After an accept that failed for want of descriptors or memory.
constexpr std::chrono::milliseconds kAcceptRetry(100);

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

void CloseOnExec(int descriptor) {
  fcntl(descriptor, F_SETFD, fcntl(descriptor, F_GETFD) | FD_CLOEXEC);
}

}  // namespace

/// A connection that has not said yet what it speaks.
class PortListener::Greeting : public std::enable_shared_from_this<Greeting> {
 public:
  Greeting(PortListener& listener, Tcp::socket socket)
      : listener_(listener), socket_(std::move(socket)), timer_(listener.io_) {}

  void Start() {
    timer_.expires_after(absl::ToChronoMilliseconds(listener_.options_.undecided_max));
    timer_.async_wait([self = shared_from_this()](error_code error) {
      if (!error) self->Finish(Speech::kUnknown);
    });
    Read();
  }
  void Finish(Speech speech) {
    if (std::exchange(is_finished_, true)) return;
    speech_ = speech;
    timer_.cancel();
    listener_.Decide(*this);
  }

  Speech speech() const { return speech_; }
  Tcp::socket& socket() { return socket_; }
  const std::string& received() const { return received_; }
  std::list<std::shared_ptr<Greeting>>::iterator place;

 private:
  void Read() {
    socket_.async_read_some(asio::buffer(bytes_),
                            [self = shared_from_this()](error_code error, std::size_t count) {
                              self->OnRead(error, count);
                            });
  }
  void OnRead(error_code error, std::size_t count) {
    if (is_finished_) return;
    if (error) return Finish(Speech::kUnknown);
    received_.append(bytes_.data(), count);
    const Speech speech = listener_.tls_.has_value() ? ClassifyTls(received_) : Classify(received_);
    if (speech == Speech::kUndecided) return Read();
    Finish(speech);
  }

  PortListener& listener_;
  Tcp::socket socket_;
  asio::steady_timer timer_;
  std::array<char, 4'096> bytes_;
  std::string received_;
  Speech speech_ = Speech::kUndecided;
  bool is_finished_ = false;
};

absl::StatusOr<std::unique_ptr<PortListener>> PortListener::Open(asio::io_context& io,
                                                                 PortListenerOptions options) {
  const std::string& address = options.address;
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos) {
    return absl::InvalidArgumentError(absl::StrCat(address, " is not HOST:PORT"));
  }
  std::uint32_t port = 0;
  if (!absl::SimpleAtoi(address.substr(colon + 1), &port) || port > UINT16_MAX) {
    return absl::InvalidArgumentError(absl::StrCat(address, " has no port of 0 to 65535"));
  }
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);

  Tcp::resolver resolver(io);
  error_code error;
  const auto found =
      resolver.resolve(host, address.substr(colon + 1),
                       Tcp::resolver::passive | Tcp::resolver::numeric_service, error);
  if (error) {
    return absl::InvalidArgumentError(absl::StrCat(address, " is no address: ", error.message()));
  }
  std::unique_ptr<PortListener> listener(new PortListener(io, std::move(options)));
  if (listener->options_.tls) {
    absl::StatusOr<PortTls> tls = PortTls::Open(listener->options_.tls);
    if (!tls.ok()) return tls.status();
    listener->tls_ = *std::move(tls);
  }
  absl::Status status;
  for (const auto& entry : found) {
    const absl::Status bound = listener->Bind(entry.endpoint());
    // A name may stand for an address family that this machine does not have.
    if (!bound.ok() && !absl::IsInvalidArgument(bound)) return bound;
    status.Update(bound);
  }
  if (listener->acceptors_.empty()) return status;
  return listener;
}

PortListener::PortListener(asio::io_context& io, PortListenerOptions options)
    : io_(io), options_(std::move(options)), retry_(io), http_permit_(std::make_shared<int>()) {}

PortListener::~PortListener() = default;

absl::Status PortListener::Bind(const Tcp::endpoint& endpoint) {
  auto acceptor = std::make_unique<Tcp::acceptor>(io_);
  Tcp::endpoint wanted = endpoint;
  if (port_ != 0) wanted.port(port_);
  error_code error;
  acceptor->open(wanted.protocol(), error);
  if (error) return absl::InvalidArgumentError(error.message());
  CloseOnExec(acceptor->native_handle());
  acceptor->set_option(Tcp::acceptor::reuse_address(true), error);
  if (wanted.address().is_v6()) acceptor->set_option(asio::ip::v6_only(false), error);
  acceptor->bind(wanted, error);
  if (!error) acceptor->listen(Tcp::acceptor::max_listen_connections, error);
  if (error) return ToStatus(options_.address, error);
  port_ = acceptor->local_endpoint(error).port();
  acceptors_.push_back(std::move(acceptor));
  return absl::OkStatus();
}

void PortListener::Start() {
  for (const std::unique_ptr<Tcp::acceptor>& acceptor : acceptors_) Accept(*acceptor);
}

void PortListener::Accept(Tcp::acceptor& acceptor) {
  acceptor.async_accept([this, &acceptor](error_code error, Tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error) {
      Admit(std::move(socket));
      return Accept(acceptor);
    }
    retry_.expires_after(kAcceptRetry);
    retry_.async_wait([this, &acceptor](error_code aborted) {
      if (!aborted) Accept(acceptor);
    });
  });
}

void PortListener::Admit(Tcp::socket socket) {
  CloseOnExec(socket.native_handle());
  if (!HasRoom()) return;  // Closed with the socket.
  if (greetings_.size() >= options_.undecided_connections_max) {
    // Who has something to say, says it at once: the one that waited longest is the least loss.
    greetings_.front()->Finish(Speech::kUnknown);
  }
  auto greeting = std::make_shared<Greeting>(*this, std::move(socket));
  greetings_.push_back(greeting);
  greeting->place = std::prev(greetings_.end());
  {
    absl::MutexLock lock(&mutex_);
    undecided_ = greetings_.size();
  }
  greeting->Start();
}

void PortListener::Decide(Greeting& greeting) {
  const std::shared_ptr<Greeting> owned = *greeting.place;
  greetings_.erase(greeting.place);
  {
    absl::MutexLock lock(&mutex_);
    undecided_ = greetings_.size();
  }
  switch (greeting.speech()) {
    case Speech::kHttp2:
      if (!options_.take_http2) break;
      return HandOn(std::move(greeting.socket()), greeting.received());
    case Speech::kHttp1:
      if (static_cast<std::size_t>(http_permit_.use_count()) <= options_.http1_exchanges_max) {
        return ServeHttp(std::move(greeting.socket()), greeting.received(),
                         tls_.has_value() ? tls_->Context() : nullptr,
                         absl::ToChronoMilliseconds(options_.http1_patience), options_.answer_http1,
                         http_permit_);
      }
      break;
    case Speech::kUndecided:
    case Speech::kUnknown:
      break;
  }
  error_code ignored;
  greeting.socket().close(ignored);
}

void PortListener::HandOn(Tcp::socket socket, const std::string& received) {
  error_code error;
  socket.set_option(Tcp::no_delay(true), error);
  socket.native_non_blocking(true, error);
  struct stat facts {};
  if (fstat(socket.native_handle(), &facts) != 0) return;
  const int descriptor = socket.release(error);
  if (error) return;
  fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
  {
    absl::MutexLock lock(&mutex_);
    handed_on_.push_back({descriptor, facts.st_ino});
  }
  options_.take_http2(descriptor, received);
}

void PortListener::ForgetClosed() {
  std::erase_if(handed_on_, [](const HandedOn& connection) {
    struct stat facts {};
    return fstat(connection.descriptor, &facts) != 0 || facts.st_ino != connection.inode;
  });
}

bool PortListener::HasRoom() {
  absl::MutexLock lock(&mutex_);
  const auto used = [this] {
    mutex_.AssertHeld();
    return handed_on_.size() + undecided_;
  };
  if (used() >= options_.connections_max) ForgetClosed();
  return used() < options_.connections_max;
}

std::size_t PortListener::connections() {
  absl::MutexLock lock(&mutex_);
  ForgetClosed();
  return handed_on_.size() + undecided_ + static_cast<std::size_t>(http_permit_.use_count()) - 1;
}

}  // namespace eventstoredb
