#include "infrastructure/node/transport/plain_http.h"

#include <chrono>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

namespace eventstoredb {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using Request = http::request<http::empty_body>;
using Response = http::response<http::string_body>;

constexpr std::size_t kHeaderBytesMax = 8 << 10;
constexpr std::chrono::seconds kPatience(10);
constexpr std::chrono::seconds kLingerMax(1);
constexpr char kPong[] = "Ping request successfully handled";

Response Text(http::status status, std::string body, std::string_view content_type) {
  Response response(status, 11);
  response.set(http::field::content_type,
               beast::string_view(content_type.data(), content_type.size()));
  response.body() = std::move(body);
  return response;
}

/// 204, or the 2xx code asked for as ?liveCode=200.
Response Health(std::string_view query, bool is_serving) {
  unsigned live = 204;
  constexpr std::string_view kLiveCode = "liveCode=";
  if (query.starts_with(kLiveCode)) {
    unsigned asked = 0;
    const std::string_view value = query.substr(kLiveCode.size());
    if (absl::SimpleAtoi(absl::string_view(value.data(), value.size()), &asked) && asked >= 200 &&
        asked <= 299) {
      live = asked;
    }
  }
  return Response(is_serving ? http::int_to_status(live) : http::status::service_unavailable, 11);
}

Response Ping(std::string_view accept) {
  if (accept.find("application/json") != std::string_view::npos) {
    return Text(http::status::ok, nlohmann::json{{"text", kPong}}.dump(), "application/json");
  }
  return Text(http::status::ok, kPong, "text/plain; charset=utf-8");
}

Response Info(const std::string& version, bool is_serving) {
  const nlohmann::json info = {
      {"esVersion", version},
      {"state", is_serving ? "leader" : "shuttingdown"},
      {"features", {{"projections", false}, {"userManagement", false}, {"atomPub", false}}},
      {"authentication", {{"type", "insecure"}, {"properties", nlohmann::json::object()}}}};
  return Text(http::status::ok, info.dump(), "application/json");
}

Response Answer(const Request& request, const PlainHttpState& state) {
  const std::string_view target(request.target().data(), request.target().size());
  const std::size_t question = target.find('?');
  const std::string_view path = target.substr(0, question);
  const std::string_view query =
      question == std::string_view::npos ? "" : target.substr(question + 1);
  if (path != "/health/live" && path != "/ping" && path != "/info") {
    return Text(http::status::not_found, "not found\n", "text/plain; charset=utf-8");
  }
  if (request.method() != http::verb::get && request.method() != http::verb::head) {
    Response response(http::status::method_not_allowed, 11);
    response.set(http::field::allow, "GET, HEAD");
    return response;
  }
  if (path == "/health/live") return Health(query, state.is_serving());
  if (path == "/info") return Info(state.version, state.is_serving());
  const beast::string_view accept = request[http::field::accept];
  return Ping({accept.data(), accept.size()});
}

/// One request and its answer. Kept alive by the operation that is under way.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(boost::asio::ip::tcp::socket socket, const PlainHttpState& state,
           std::shared_ptr<void> permit)
      : permit_(std::move(permit)), stream_(std::move(socket)), state_(state) {
    parser_.header_limit(kHeaderBytesMax);
  }

  void Start(const std::string& received) {
    buffer_.commit(
        boost::asio::buffer_copy(buffer_.prepare(received.size()), boost::asio::buffer(received)));
    stream_.expires_after(kPatience);
    http::async_read_header(stream_, buffer_, parser_,
                            [self = shared_from_this()](beast::error_code error, std::size_t) {
                              self->OnHeader(error);
                            });
  }

 private:
  void OnHeader(beast::error_code error) {
    const bool is_read = !error;
    if (is_read) {
      response_ = Answer(parser_.get(), state_);
    } else if (error == http::error::header_limit) {
      response_ = Response(http::status::request_header_fields_too_large, 11);
    } else if (error.category() == make_error_code(http::error::bad_method).category() &&
               error != http::error::end_of_stream && error != http::error::partial_message) {
      response_ = Text(http::status::bad_request, "bad request\n", "text/plain; charset=utf-8");
    } else {
      return;  // Gone, or too slow.
    }
    response_.keep_alive(false);
    response_.prepare_payload();
    // Of a HEAD the answer has the length of the body, not the body.
    if (is_read && parser_.get().method() == http::verb::head) response_.body().clear();
    stream_.expires_after(kPatience);
    http::async_write(stream_, response_,
                      [self = shared_from_this()](beast::error_code write_error, std::size_t) {
                        if (!write_error) self->Close();
                      });
  }

  /// Waits a little for the client to close first: what it has sent and was not read would
  /// otherwise reset the connection, and with it the answer.
  void Close() {
    beast::error_code ignored;
    stream_.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
    stream_.expires_after(kLingerMax);
    Discard();
  }
  void Discard() {
    if (discarded_bytes_ > kDiscardBytesMax) return;
    buffer_.clear();
    stream_.async_read_some(
        buffer_.prepare(4'096),
        [self = shared_from_this()](beast::error_code error, std::size_t bytes) {
          self->discarded_bytes_ += bytes;
          if (!error) self->Discard();
        });
  }

  static constexpr std::size_t kDiscardBytesMax = 64 << 10;

  const std::shared_ptr<void> permit_;
  beast::tcp_stream stream_;
  const PlainHttpState& state_;
  beast::flat_buffer buffer_;
  http::request_parser<http::empty_body> parser_;
  Response response_;
  std::size_t discarded_bytes_ = 0;
};

}  // namespace

void ServePlainHttp(boost::asio::ip::tcp::socket socket, const std::string& received,
                    const PlainHttpState& state, std::shared_ptr<void> permit) {
  std::make_shared<Exchange>(std::move(socket), state, std::move(permit))->Start(received);
}

}  // namespace eventstoredb
