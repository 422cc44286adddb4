#include "api/http/http_transport.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <sys/socket.h>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/err.h>

namespace orders::api {
namespace {

namespace asio = boost::asio;

constexpr asio::use_awaitable_t<HttpTransport::Executor> kAwait;

// What goes out at once; the payload of one record of TLS has at most so much (RFC 8446, 5.1).
constexpr std::size_t kRecordBytesMax = 16 << 10;

/// What `head` and `body` begin with, in one piece: a small answer is one record.
std::string FirstRecord(asio::const_buffer head, asio::const_buffer body) {
  std::string record(static_cast<const char*>(head.data()), std::min(head.size(), kRecordBytesMax));
  record.append(static_cast<const char*>(body.data()),
                std::min(body.size(), kRecordBytesMax - record.size()));
  return record;
}

/// Why the handshake failed, for the log.
std::string ReasonOf(SSL* tls) {
  const long verdict = SSL_get_verify_result(tls);
  const std::string error = TakeTlsError();
  if (verdict != X509_V_OK) return X509_verify_cert_error_string(verdict);
  return error.empty() ? "the caller left" : error;
}

}  // namespace

HttpTransport::Awaitable<std::optional<char>> HttpTransport::Peek() {
  Error error;
  co_await socket_.async_wait(Socket::wait_read, asio::redirect_error(kAwait, error));
  char byte = 0;
  if (error || !is_open() ||
      recv(socket_.native_handle(), &byte, sizeof(byte), MSG_PEEK | MSG_DONTWAIT) <= 0) {
    co_return std::nullopt;
  }
  co_return byte;
}

HttpTransport::Awaitable<std::string> HttpTransport::Handshake(SslPointer tls) {
  Error error;
  socket_.native_non_blocking(true, error);
  if (error || tls == nullptr || SSL_set_fd(tls.get(), socket_.native_handle()) != 1) {
    co_return "no memory";
  }
  std::string reason = "not finished in time";
  while (is_open() && !error) {
    ERR_clear_error();
    const int result = SSL_do_handshake(tls.get());
    if (result == 1) {
      tls_ = std::move(tls);
      co_return "";
    }
    const std::optional<Socket::wait_type> wait = WaitOf(*tls, result, error);
    if (wait.has_value()) {
      co_await socket_.async_wait(*wait, asio::redirect_error(kAwait, error));
    } else {
      reason = ReasonOf(tls.get());
    }
  }
  co_return reason;
}

HttpTransport::Awaitable<std::size_t> HttpTransport::Read(asio::mutable_buffer into, Error& error) {
  if (is_secure()) return ReadTls(into, error);
  return socket_.async_read_some(into, asio::redirect_error(kAwait, error));
}

HttpTransport::Awaitable<std::size_t> HttpTransport::Write(
    const std::array<asio::const_buffer, 2>& from, Error& error) {
  if (is_secure()) return WriteTls(from, error);
  return socket_.async_write_some(from, asio::redirect_error(kAwait, error));
}

HttpTransport::Awaitable<std::size_t> HttpTransport::ReadTls(asio::mutable_buffer into,
                                                             Error& error) {
  // Others have their turn between two reads, as they do where a read goes through the loop.
  co_await asio::post(executor(), kAwait);
  const auto read = [into](SSL* tls, std::size_t* count) {
    return SSL_read_ex(tls, into.data(), into.size(), count);
  };
  co_return co_await Transfer(read, error);
}

HttpTransport::Awaitable<std::size_t> HttpTransport::WriteTls(
    std::array<asio::const_buffer, 2> from, Error& error) {
  std::string record;
  asio::const_buffer bytes = from[1];
  if (from[0].size() > 0) {
    record = FirstRecord(from[0], from[1]);
    bytes = asio::buffer(record);
  }
  const auto write = [bytes](SSL* tls, std::size_t* count) {
    return SSL_write_ex(tls, bytes.data(), bytes.size(), count);
  };
  co_return co_await Transfer(write, error);
}

template <typename Step>
HttpTransport::Awaitable<std::size_t> HttpTransport::Transfer(Step step, Error& error) {
  // Closed meanwhile, it is no longer our socket.
  while (is_open()) {
    std::size_t count = 0;
    ERR_clear_error();
    const int result = step(tls_.get(), &count);
    if (result == 1) co_return count;
    const std::optional<Socket::wait_type> wait = WaitOf(*tls_, result, error);
    if (!wait.has_value()) co_return 0;
    co_await socket_.async_wait(*wait, asio::redirect_error(kAwait, error));
    if (error) co_return 0;
  }
  error = asio::error::operation_aborted;
  co_return 0;
}

std::optional<HttpTransport::Socket::wait_type> HttpTransport::WaitOf(SSL& tls, int result,
                                                                      Error& error) {
  switch (SSL_get_error(&tls, result)) {
    case SSL_ERROR_WANT_READ:
      return Socket::wait_read;
    case SSL_ERROR_WANT_WRITE:
      return Socket::wait_write;
    case SSL_ERROR_ZERO_RETURN:
      error = asio::error::eof;
      return std::nullopt;
    default:
      is_broken_ = true;
      error = asio::error::connection_reset;
      return std::nullopt;
  }
}

void HttpTransport::SayGoodbye() {
  if (!is_secure() || is_broken_ || !is_open()) return;
  ERR_clear_error();
  // Once is enough, and it does not wait: the peer's own goodbye is not asked for.
  (void)SSL_shutdown(tls_.get());
  ERR_clear_error();
}

void HttpTransport::EndWrites() {
  SayGoodbye();
  Error ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

void HttpTransport::Cancel() {
  Error ignored;
  socket_.cancel(ignored);
}

void HttpTransport::Close() {
  SayGoodbye();
  Error ignored;
  socket_.close(ignored);
}

bool HttpTransport::IsPeerGone() {
  if (!is_open()) return true;
  char byte = 0;
  const ssize_t count = recv(socket_.native_handle(), &byte, sizeof(byte), MSG_PEEK | MSG_DONTWAIT);
  if (count == 0) return true;
  if (count < 0) return errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR;
  if (!is_secure()) return false;
  // What waits may be a goodbye, and the end of the connection behind it.
  ERR_clear_error();
  const int result = SSL_peek(tls_.get(), &byte, sizeof(byte));
  Error error;
  return result <= 0 && !WaitOf(*tls_, result, error).has_value();
}

}  // namespace orders::api
