#include "infrastructure/node/transport/http_exchange.h"

#include <type_traits>
#include <utility>

#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

namespace eventstoredb {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::size_t kHeaderBytesMax = 8 << 10;
constexpr std::chrono::seconds kLingerMax(1);

using PlainStream = beast::tcp_stream;
using TlsStream = boost::asio::ssl::stream<beast::tcp_stream>;

/// One request and its answer. Kept alive by the operation that is under way.
template <typename Stream>
class Exchange : public std::enable_shared_from_this<Exchange<Stream>> {
 public:
  Exchange(Stream stream, std::chrono::milliseconds patience, const HttpAnswer& answer,
           std::shared_ptr<void> held)
      : held_(std::move(held)), stream_(std::move(stream)), patience_(patience), answer_(answer) {
    parser_.header_limit(kHeaderBytesMax);
  }

  void Start(const std::string& received) {
    Lowest().expires_after(patience_);
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      received_ = received;
      stream_.async_handshake(
          boost::asio::ssl::stream_base::server, boost::asio::buffer(received_),
          [self = this->shared_from_this()](beast::error_code error, std::size_t) {
            if (!error) self->Read();
          });
    } else {
      buffer_.commit(boost::asio::buffer_copy(buffer_.prepare(received.size()),
                                              boost::asio::buffer(received)));
      Read();
    }
  }

 private:
  beast::tcp_stream& Lowest() { return beast::get_lowest_layer(stream_); }

  void Read() {
    http::async_read_header(stream_, buffer_, parser_,
                            [self = this->shared_from_this()](
                                beast::error_code error, std::size_t) { self->OnHeader(error); });
  }
  void OnHeader(beast::error_code error) {
    const bool is_read = !error;
    if (is_read) {
      response_ = answer_(parser_.get());
    } else if (error == http::error::header_limit) {
      response_ = HttpResponse(http::status::request_header_fields_too_large, 11);
    } else if (error.category() == make_error_code(http::error::bad_method).category() &&
               error != http::error::end_of_stream && error != http::error::partial_message) {
      response_ = HttpText(http::status::bad_request, "bad request\n");
    } else {
      return;  // Gone, or too slow.
    }
    response_.keep_alive(false);
    response_.prepare_payload();
    // Of a HEAD the answer has the length of the body, not the body.
    if (is_read && parser_.get().method() == http::verb::head) response_.body().clear();
    Lowest().expires_after(patience_);
    http::async_write(
        stream_, response_,
        [self = this->shared_from_this()](beast::error_code write_error, std::size_t) {
          if (!write_error) self->Close();
        });
  }

  /// Waits a little for the client to close first: what it has sent and was not read would
  /// otherwise reset the connection, and with it the answer.
  void Close() {
    Lowest().expires_after(kLingerMax);
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      // Says that the answer is whole, and waits for the client to say the same.
      stream_.async_shutdown([self = this->shared_from_this()](beast::error_code) {});
    } else {
      beast::error_code ignored;
      stream_.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
      Discard();
    }
  }
  void Discard() {
    if (discarded_bytes_ > kDiscardBytesMax) return;
    buffer_.clear();
    stream_.async_read_some(
        buffer_.prepare(4'096),
        [self = this->shared_from_this()](beast::error_code error, std::size_t bytes) {
          self->discarded_bytes_ += bytes;
          if (!error) self->Discard();
        });
  }

  static constexpr std::size_t kDiscardBytesMax = 64 << 10;

  const std::shared_ptr<void> held_;
  Stream stream_;
  const std::chrono::milliseconds patience_;
  const HttpAnswer& answer_;
  std::string received_;  ///< Of a handshake, whose stream looks at it.
  beast::flat_buffer buffer_;
  http::request_parser<http::empty_body> parser_;
  HttpResponse response_;
  std::size_t discarded_bytes_ = 0;
};

}  // namespace

HttpResponse HttpText(http::status status, std::string body, std::string_view content_type) {
  HttpResponse response(status, 11);
  response.set(http::field::content_type,
               beast::string_view(content_type.data(), content_type.size()));
  response.body() = std::move(body);
  return response;
}

bool IsReadOnly(const HttpRequest& request) {
  return request.method() == http::verb::get || request.method() == http::verb::head;
}

HttpResponse HttpReadOnly() {
  HttpResponse response(http::status::method_not_allowed, 11);
  response.set(http::field::allow, "GET, HEAD");
  return response;
}

void ServeHttp(boost::asio::ip::tcp::socket socket, const std::string& received,
               const std::shared_ptr<boost::asio::ssl::context>& tls,
               std::chrono::milliseconds patience, const HttpAnswer& answer,
               std::shared_ptr<void> permit) {
  PlainStream plain(std::move(socket));
  if (tls == nullptr) {
    std::make_shared<Exchange<PlainStream>>(std::move(plain), patience, answer, std::move(permit))
        ->Start(received);
    return;
  }
  // The context may be replaced while the exchange goes on.
  using Held = std::pair<std::shared_ptr<void>, std::shared_ptr<boost::asio::ssl::context>>;
  std::make_shared<Exchange<TlsStream>>(TlsStream(std::move(plain), *tls), patience, answer,
                                        std::make_shared<Held>(std::move(permit), tls))
      ->Start(received);
}

}  // namespace eventstoredb
