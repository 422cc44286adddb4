#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "api/http/tls_context.h"

namespace orders::api {

/// The bytes of one connection, in the clear or over TLS. TLS is OpenSSL on the socket itself, and
/// not Asio's ssl::stream, which keeps four buffers of 17 KiB for each connection, used or not, and
/// copies every byte through two of them. All on the loop's thread; at most one Read and one Write
/// at once. The process ignores SIGPIPE, for OpenSSL's writes may raise it.
class HttpTransport {
 public:
  using Executor = boost::asio::io_context::executor_type;
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;
  template <typename Value>
  using Awaitable = boost::asio::awaitable<Value, Executor>;
  using Error = boost::system::error_code;

  explicit HttpTransport(Socket socket) : socket_(std::move(socket)) {}

  Executor executor() { return socket_.get_executor(); }
  bool is_open() const { return socket_.is_open(); }
  bool is_secure() const { return tls_ != nullptr; }

  /// Waits for the first byte, and leaves it where it is. Absent: there will be none.
  Awaitable<std::optional<char>> Peek();
  /// From here on all is TLS; or the answer says why not, the peer has been told so, and what is
  /// left to do is to close.
  Awaitable<std::string> Handshake(SslPointer tls);

  /// What has come, at least a byte; 0 with `error` set: the connection is over.
  Awaitable<std::size_t> Read(boost::asio::mutable_buffer into, Error& error);
  /// Writes some of both, one after the other; returns how much.
  Awaitable<std::size_t> Write(const std::array<boost::asio::const_buffer, 2>& from, Error& error);

  /// Says that nothing more will be written.
  void EndWrites();
  /// Ends what is waited for, with an error.
  void Cancel();
  void Close();
  /// Whether the peer has closed, or has said that it sends no more, behind what is read.
  bool IsPeerGone();

 private:
  Awaitable<std::size_t> ReadTls(boost::asio::mutable_buffer into, Error& error);
  Awaitable<std::size_t> WriteTls(std::array<boost::asio::const_buffer, 2> from, Error& error);
  /// Repeats `step`, an SSL_read_ex or SSL_write_ex, until it has moved some bytes; returns how
  /// many.
  template <typename Step>
  Awaitable<std::size_t> Transfer(Step step, Error& error);
  /// What the socket must become for a call of OpenSSL's that returned `result` to go on; absent,
  /// with `error` set: it will not.
  std::optional<Socket::wait_type> WaitOf(SSL& tls, int result, Error& error);
  void SayGoodbye();

  Socket socket_;
  SslPointer tls_{nullptr, SSL_free};  ///< Null: in the clear.
  bool is_broken_ = false;             ///< TLS has failed: nothing more may be said with it.
};

}  // namespace orders::api
