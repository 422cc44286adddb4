#include "api/http/http_connection.h"

#include <array>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "api/http/framing_rules.h"
#include "api/http/problem.h"
#include "api/http/response_head.h"

namespace orders::api {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr asio::use_awaitable_t<HttpConnection::Executor> kAwait;

constexpr std::size_t kReadBytes = 4'096;
constexpr std::size_t kBodyReadBytes = 64 << 10;
// What is kept for the next request. A larger buffer is given back.
constexpr std::size_t kKeptBytesMax = 16 << 10;
// The size line of a chunk, with its extensions.
constexpr std::size_t kChunkHeadBytesMax = 8 << 10;
// After a refusal: so that the caller reads it, although it has more to send.
constexpr absl::Duration kLingerMax = absl::Seconds(1);
constexpr std::size_t kLingerBytesMax = 1 << 20;

std::string_view ToView(boost::beast::string_view text) { return {text.data(), text.size()}; }

HttpRefusal ToRefusal(const error_code& error, std::size_t body_bytes_max) {
  if (error == http::error::body_limit) {
    return {.status = 413,
            .reason = "BODY_TOO_LARGE",
            .detail = absl::StrCat("a body has at most ", body_bytes_max, " bytes")};
  }
  if (error == http::error::header_limit) {
    return {.status = 431, .reason = "HEADERS_TOO_LARGE", .detail = "too many bytes of headers"};
  }
  if (error == http::error::bad_version) {
    return {.status = 505,
            .reason = "VERSION_NOT_SUPPORTED",
            .detail = "the service speaks HTTP/1.1 and HTTP/1.0"};
  }
  return {.status = 400, .reason = "BAD_REQUEST", .detail = error.message()};
}

}  // namespace

/// A request that is being read.
class HttpConnection::Reading {
 public:
  explicit Reading(const HttpServerOptions& options) : scanner(options.head) {
    // The scanner has looked at the head; trailers of a chunked body count here.
    parser.header_limit(static_cast<std::uint32_t>(2 * options.head.bytes_max));
    parser.body_limit(options.body_bytes_max);
  }

  HeadScanner scanner;
  http::request_parser<http::string_body> parser;
  HttpRequest request;
  std::optional<HttpRefusal> refusal;

  void TakeFields() {
    const auto& message = parser.get();
    request.method = ToView(message.method_string());
    request.target = ToView(message.target());
    request.version = static_cast<int>(message.version());
    request.fields.clear();
    for (const auto& field : message) {
      request.fields.push_back({ToView(field.name_string()), ToView(field.value())});
    }
  }
};

void HttpConnection::Start(HttpLoop& loop, Socket socket) {
  const auto connection = std::make_shared<HttpConnection>(loop, std::move(socket));
  asio::co_spawn(
      loop.io.get_executor(), [connection]() -> Awaitable<void> { return connection->Run(); },
      asio::detached);
}

HttpConnection::HttpConnection(HttpLoop& loop, Socket socket)
    : loop_(loop),
      transport_(std::move(socket)),
      wake_(loop.io.get_executor(), Clock::time_point::max()) {
  loop_.open.insert(this);
}

HttpConnection::~HttpConnection() {
  loop_.open.erase(this);
  loop_.connections.fetch_sub(1);
}

void HttpConnection::Tick(Clock::time_point now) {
  const bool is_unused = stage_ == Stage::kIdle || stage_ == Stage::kHandshake;
  if ((is_unused && loop_.draining.load(std::memory_order_relaxed)) ||
      (stage_ == Stage::kStreaming && transport_.IsPeerGone())) {
    transport_.Close();
    Signal();
  }
  if (now < deadline_) return;
  deadline_ = Clock::time_point::max();
  has_timed_out_ = true;
  transport_.Cancel();
  Signal();
}

void HttpConnection::Abandon() {
  if (const std::shared_ptr<HttpStream> stream = std::exchange(stream_, nullptr)) {
    stream->OnClosed();
  }
}

template <typename Task>
void HttpConnection::OnLoop(Task task) {
  if (transport_.executor().running_in_this_thread()) return task(*this);
  asio::post(transport_.executor(),
             [self = shared_from_this(), task = std::move(task)]() mutable { task(*self); });
}

void HttpConnection::Respond(HttpResponse response) {
  OnLoop([response = std::move(response)](HttpConnection& self) mutable {
    self.answer_ = std::move(response);
    self.has_answer_ = true;
    self.Signal();
  });
}

void HttpConnection::StartStream(HttpResponse head, std::shared_ptr<HttpStream> stream) {
  OnLoop([head = std::move(head), stream = std::move(stream)](HttpConnection& self) mutable {
    self.answer_ = std::move(head);
    self.stream_ = std::move(stream);
    self.has_answer_ = true;
    self.Signal();
  });
}

void HttpConnection::Write(std::string piece) {
  OnLoop([piece = std::move(piece)](HttpConnection& self) {
    self.pieces_ += piece;
    self.Signal();
  });
}

void HttpConnection::End() {
  OnLoop([](HttpConnection& self) {
    self.stream_has_ended_ = true;
    self.Signal();
  });
}

void HttpConnection::Cut() {
  OnLoop([](HttpConnection& self) {
    self.transport_.Close();
    self.Signal();
  });
}

void HttpConnection::Post(absl::AnyInvocable<void()> task) {
  OnLoop([task = std::move(task)](HttpConnection&) mutable { task(); });
}

HttpConnection::Awaitable<void> HttpConnection::Run() {
  const std::shared_ptr<HttpConnection> self = shared_from_this();  // The frame keeps it alive.
  bool goes_on = true;
  if (loop_.tls.has_value()) goes_on = co_await ShakeHands();
  for (std::size_t i = 1; goes_on && i <= loop_.options.requests_per_connection_max; ++i) {
    goes_on = co_await Exchange(i == loop_.options.requests_per_connection_max);
    if (in_begin_ == in_.size() && in_.capacity() > kKeptBytesMax) in_ = std::string();
  }
  transport_.Close();
}

HttpConnection::Awaitable<bool> HttpConnection::ShakeHands() {
  Enter(Stage::kHandshake);
  const std::optional<char> first = co_await transport_.Peek();
  if (!first.has_value() && !has_timed_out_) co_return false;  // Asks whether the port is open.
  if (first.has_value() && absl::ascii_isupper(static_cast<unsigned char>(*first))) {
    const HttpRefusal refusal = {
        .status = 400, .reason = "TLS_WANTED", .detail = "this port speaks https"};
    co_await Refuse(refusal);
    co_return false;
  }
  std::string refused = "not begun in time";
  bool is_in = first.has_value();
  if (is_in) is_in = co_await EnterHandshake();
  if (is_in) {
    // A broken identity never gets here: the one before would stay.
    (void)loop_.tls->Refresh();
    refused = co_await transport_.Handshake(loop_.tls->NewConnection());
    LeaveHandshake();
  }
  if (refused.empty()) co_return true;
  if (loop_.options.refused_handshakes != nullptr && transport_.is_open()) {
    loop_.options.refused_handshakes->Count(refused);
  }
  if (is_in) co_await Linger();  // So that the caller reads why.
  co_return false;
}

HttpConnection::Awaitable<bool> HttpConnection::EnterHandshake() {
  while (loop_.handshakes >= loop_.handshakes_max()) {
    loop_.waiting_for_handshakes.push_back(this);
    co_await Wait();
    std::erase(loop_.waiting_for_handshakes, this);
    if (has_timed_out_ || !transport_.is_open()) {
      WakeNext();
      co_return false;
    }
  }
  ++loop_.handshakes;
  co_return true;
}

void HttpConnection::LeaveHandshake() {
  --loop_.handshakes;
  WakeNext();
}

void HttpConnection::WakeNext() {
  if (loop_.waiting_for_handshakes.empty()) return;
  HttpConnection* const next = loop_.waiting_for_handshakes.front();
  loop_.waiting_for_handshakes.pop_front();
  next->Signal();
}

HttpConnection::Awaitable<bool> HttpConnection::Exchange(bool is_last) {
  Reading reading(loop_.options);
  bool is_read = co_await ReadHead(reading);
  if (is_read) is_read = co_await ReadBody(reading);
  if (!is_read) {
    if (reading.refusal.has_value()) co_await Refuse(*reading.refusal);
    co_return false;
  }
  Enter(Stage::kHandling);
  has_answer_ = false;
  stream_has_ended_ = false;
  pieces_.clear();
  loop_.handler->Handle(reading.request, shared_from_this());
  while (!has_answer_) co_await Wait();

  if (stream_ != nullptr) {
    co_await RunStream(reading.request.version);
    co_return false;
  }
  const bool keeps_alive = reading.parser.get().keep_alive() && !is_last &&
                           !loop_.draining.load(std::memory_order_relaxed);
  const HttpResponse response = std::move(answer_);
  const bool is_written = co_await WriteResponse(response, reading.request.method == "HEAD",
                                                 reading.request.version, keeps_alive);
  const bool goes_on = is_written && keeps_alive;
  co_return goes_on;
}

HttpConnection::Awaitable<bool> HttpConnection::ReadHead(Reading& reading) {
  Enter(received().empty() ? Stage::kIdle : Stage::kHead);
  while (true) {
    const HeadScanner::Verdict verdict = reading.scanner.Scan(received());
    if (verdict == HeadScanner::Verdict::kRefused) reading.refusal = reading.scanner.refusal();
    if (verdict == HeadScanner::Verdict::kRefused) co_return false;
    if (verdict == HeadScanner::Verdict::kWhole) break;
    const bool is_more = co_await ReadMore();
    if (!is_more) {
      if (has_timed_out_ && stage_ == Stage::kHead) {
        reading.refusal = {.status = 408,
                           .reason = "REQUEST_TIMEOUT",
                           .detail = "the headers did not come in time"};
      }
      co_return false;
    }
    if (stage_ == Stage::kIdle) Enter(Stage::kHead);
  }
  error_code error;
  const std::size_t taken = reading.parser.put(
      asio::const_buffer(received().data(), reading.scanner.head_bytes()), error);
  if (error || !reading.parser.is_header_done()) {
    reading.refusal = error ? ToRefusal(error, loop_.options.body_bytes_max)
                            : HttpRefusal{.reason = "BAD_REQUEST", .detail = "no request"};
    co_return false;
  }
  Consume(taken);
  reading.TakeFields();
  reading.refusal = CheckFraming(reading.request, loop_.options.body_bytes_max);
  co_return !reading.refusal.has_value();
}

HttpConnection::Awaitable<bool> HttpConnection::ReadBody(Reading& reading) {
  if (reading.parser.is_done()) co_return true;
  Enter(Stage::kBody);
  if (ExpectsContinue(reading.request) && reading.request.version == 11 && received().empty()) {
    const bool is_told = co_await WriteAll("HTTP/1.1 100 Continue\r\n\r\n", "", Stage::kWriting);
    if (!is_told) co_return false;
    Enter(Stage::kBody);
  }
  reading.parser.eager(true);
  while (!reading.parser.is_done()) {
    error_code error;
    if (!received().empty()) {
      Consume(reading.parser.put(asio::const_buffer(received().data(), received().size()), error));
    }
    if (error && error != http::error::need_more) {
      reading.refusal = ToRefusal(error, loop_.options.body_bytes_max);
      co_return false;
    }
    if (reading.parser.is_done()) break;
    if (received().size() > kChunkHeadBytesMax) {
      reading.refusal = {.reason = "BAD_FRAMING", .detail = "the size of a chunk is too long"};
      co_return false;
    }
    const bool is_more = co_await ReadMore();
    if (!is_more) {
      if (has_timed_out_) {
        reading.refusal = {.status = 408,
                           .reason = "REQUEST_TIMEOUT",
                           .detail = "the body did not come in time; nothing was done"};
      }
      co_return false;
    }
  }
  reading.request.body = reading.parser.get().body();
  co_return true;
}

HttpConnection::Awaitable<bool> HttpConnection::ReadMore() {
  if (in_begin_ > 0) in_.erase(0, std::exchange(in_begin_, 0));
  const std::size_t before = in_.size();
  in_.resize(before + (stage_ == Stage::kBody ? kBodyReadBytes : kReadBytes));
  error_code error;
  const std::size_t count =
      co_await transport_.Read(asio::buffer(in_.data() + before, in_.size() - before), error);
  in_.resize(before + count);
  co_return !error && count > 0;
}

HttpConnection::Awaitable<void> HttpConnection::Refuse(const HttpRefusal& refusal) {
  const HttpResponse response = MakeHttpProblem(refusal.status, refusal.reason, refusal.detail, "");
  const bool is_written = co_await WriteResponse(response, false, 11, false);
  if (is_written) co_await Linger();
}

HttpConnection::Awaitable<bool> HttpConnection::WriteResponse(const HttpResponse& response,
                                                              bool is_head, int version,
                                                              bool keeps_alive) {
  const std::string head =
      ResponseHead(response, {loop_.Date(), version, transport_.is_secure(), keeps_alive});
  co_return co_await WriteAll(head, is_head ? std::string_view() : response.body, Stage::kWriting);
}

HttpConnection::Awaitable<void> HttpConnection::RunStream(int version) {
  const bool is_chunked = version == 11;
  const auto framed = [is_chunked](const std::string& piece) {
    return is_chunked ? absl::StrFormat("%x\r\n%s\r\n", piece.size(), piece) : piece;
  };
  const std::string head =
      StreamHead(answer_, {loop_.Date(), version, transport_.is_secure(), /*keeps_alive=*/false});
  bool is_open = co_await WriteAll(head, framed(answer_.body), Stage::kStreaming);
  while (is_open && transport_.is_open()) {
    if (!pieces_.empty()) {
      const std::string piece = framed(std::exchange(pieces_, {}));
      is_open = co_await WriteAll(piece, "", Stage::kStreaming);
      if (is_open) stream_->OnWritten();
    } else if (stream_has_ended_) {
      co_await WriteAll(is_chunked ? "0\r\n\r\n" : "", "", Stage::kWriting);
      break;
    } else {
      co_await Wait();
    }
  }
  Abandon();
}

HttpConnection::Awaitable<bool> HttpConnection::WriteAll(std::string_view head,
                                                         std::string_view body, Stage stage) {
  while (!head.empty() || !body.empty()) {
    Enter(stage);
    const std::array<asio::const_buffer, 2> buffers = {
        asio::const_buffer(head.data(), head.size()), asio::const_buffer(body.data(), body.size())};
    error_code error;
    const std::size_t count = co_await transport_.Write(buffers, error);
    if (error) co_return false;
    const std::size_t of_head = std::min(count, head.size());
    head.remove_prefix(of_head);
    body.remove_prefix(count - of_head);
  }
  co_return true;
}

HttpConnection::Awaitable<void> HttpConnection::Linger() {
  transport_.EndWrites();
  Enter(Stage::kLingering);
  error_code error;
  std::array<char, kReadBytes> scratch;
  std::size_t read = 0;
  while (!error && read < kLingerBytesMax) {
    read += co_await transport_.Read(asio::buffer(scratch), error);
  }
}

HttpConnection::Awaitable<void> HttpConnection::Wait() {
  is_waiting_ = true;
  error_code ignored;
  co_await wake_.async_wait(asio::redirect_error(kAwait, ignored));
  is_waiting_ = false;
}

void HttpConnection::Signal() {
  if (is_waiting_) wake_.cancel();
}

void HttpConnection::Enter(Stage stage) {
  stage_ = stage;
  has_timed_out_ = false;
  absl::Duration limit = absl::InfiniteDuration();
  switch (stage) {
    case Stage::kIdle:
      limit = loop_.options.idle_max;
      break;
    case Stage::kHandshake:
    case Stage::kHead:
      limit = loop_.options.head_max;
      break;
    case Stage::kBody:
      limit = loop_.options.body_max;
      break;
    case Stage::kWriting:
      limit = loop_.options.stall_max;
      break;
    case Stage::kLingering:
      limit = kLingerMax;
      break;
    case Stage::kHandling:   // The call has a deadline of its own.
    case Stage::kStreaming:  // The watch ends a reader that takes nothing.
      break;
  }
  deadline_ = limit == absl::InfiniteDuration() ? Clock::time_point::max()
                                                : Clock::now() + absl::ToChronoMilliseconds(limit);
}

void HttpConnection::Consume(std::size_t bytes) {
  in_begin_ += bytes;
  if (in_begin_ == in_.size()) {
    in_.clear();
    in_begin_ = 0;
  }
}

}  // namespace orders::api
