#include "infrastructure/webhooks/http_sender.h"

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <unordered_map>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include "domain/order/absl_view.h"
#include "infrastructure/webhooks/name_lookup.h"
#include "infrastructure/webhooks/public_address.h"

namespace orders::infrastructure {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Error = boost::system::error_code;
using Tcp = asio::ip::tcp;

constexpr std::uint32_t kHeadBytesMax = 8 << 10;
constexpr std::uint64_t kRetryAfterSecondsMax = 10ULL * 366 * 24 * 3'600;
constexpr unsigned int kVersion11 = 11;

auto Into(Error& error) { return asio::redirect_error(asio::use_awaitable, error); }

asio::ssl::context TlsContext() {
  asio::ssl::context context(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  context.set_verify_mode(asio::ssl::verify_peer);
  return context;
}

/// One message under way. Lives in its coroutine; used by the sender's thread alone.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(asio::io_context& loop, asio::ssl::context& tls, NameLookup& names, HttpPost post,
           absl::Duration timeout, HttpSender::Done done)
      : tls_(tls),
        names_(names),
        post_(std::move(post)),
        ends_(std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(timeout)),
        began_(absl::Now()),
        done_(std::move(done)),
        looked_up_(loop),
        stream_(loop, tls) {}

  asio::awaitable<void> Run() {
    co_await Talk();
    outcome_.duration = absl::Now() - began_;
    outcome_.was_cancelled = is_cancelled_ && outcome_.status == 0;
    done_(std::move(outcome_));
  }

  void Cancel() {
    is_cancelled_ = true;
    looked_up_.cancel();
    beast::get_lowest_layer(stream_).close();
  }

 private:
  using TlsStream = beast::ssl_stream<beast::tcp_stream>;

  asio::awaitable<void> Talk() {
    const std::vector<asio::ip::address> addresses = co_await Addresses();
    if (addresses.empty() || !co_await Connect(addresses)) co_return;
    if (!post_.url.is_tls) {
      co_await Post(beast::get_lowest_layer(stream_));
    } else if (co_await Handshake()) {
      co_await Post(stream_);
    }
    beast::get_lowest_layer(stream_).close();
  }

  /// Those that may be called; none with the outcome set.
  asio::awaitable<std::vector<asio::ip::address>> Addresses() {
    auto answer = std::make_shared<std::optional<NameLookup::Answer>>();
    looked_up_.expires_at(ends_);
    names_.Find(post_.url.host, [self = weak_from_this(), answer,
                                 executor = looked_up_.get_executor()](NameLookup::Answer found) {
      asio::post(executor, [self, answer, found = std::move(found)]() mutable {
        const std::shared_ptr<Exchange> alive = self.lock();
        if (alive == nullptr) return;
        *answer = std::move(found);
        alive->looked_up_.cancel();
      });
    });
    Error error;
    co_await looked_up_.async_wait(Into(error));
    if (!answer->has_value()) {
      outcome_.error = absl::StrCat(post_.url.host, " was not looked up in time");
      co_return std::vector<asio::ip::address>();
    }
    outcome_.error = (*answer)->error;
    std::vector<asio::ip::address> allowed;
    for (const asio::ip::address& address : (*answer)->addresses) {
      if (post_.may_be_private || IsPublicAddress(address)) {
        allowed.push_back(address);
      } else {
        outcome_.error = absl::StrCat(post_.url.host, " has the address ", address.to_string(),
                                      ", which is private, and the settings do not name that host");
      }
    }
    co_return is_cancelled_ ? std::vector<asio::ip::address>() : allowed;
  }

  asio::awaitable<bool> Connect(const std::vector<asio::ip::address>& addresses) {
    beast::tcp_stream& stream = beast::get_lowest_layer(stream_);
    for (const asio::ip::address& address : addresses) {
      stream.expires_at(ends_);
      Error error;
      co_await stream.async_connect(Tcp::endpoint(address, post_.url.port), Into(error));
      if (!error) co_return true;
      Note("connecting to", error);
      if (is_cancelled_ || error == beast::error::timeout) break;
      stream.close();
    }
    co_return false;
  }

  asio::awaitable<bool> Handshake() {
    const std::string& host = post_.url.host;
    SSL* const tls = stream_.native_handle();
    Error is_name;
    (void)asio::ip::make_address(host, is_name);
    if (is_name && SSL_set_tlsext_host_name(tls, host.c_str()) != 1) {
      outcome_.error = "no memory";
      co_return false;
    }
    stream_.set_verify_callback(asio::ssl::host_name_verification(host));
    Error error;
    co_await stream_.async_handshake(asio::ssl::stream_base::client, Into(error));
    if (!error) co_return true;
    const long verdict = SSL_get_verify_result(tls);
    Note("the TLS handshake with", error);
    if (verdict != X509_V_OK) {
      outcome_.error = absl::StrCat("the certificate of ", host,
                                    " was refused: ", X509_verify_cert_error_string(verdict));
    }
    co_return false;
  }

  template <typename Stream>
  asio::awaitable<void> Post(Stream& stream) {
    http::request<http::string_body> request(http::verb::post, post_.url.target, kVersion11);
    request.set(http::field::host, post_.url.HostField());
    request.set(http::field::connection, "close");
    for (const auto& [name, value] : post_.fields) request.set(name, value);
    request.body() = std::move(post_.body);
    request.prepare_payload();
    Error error;
    co_await http::async_write(stream, request, Into(error));
    // A receiver may answer before it has read all, and close: then the answer is there to be read.
    const Error unsent = error;
    beast::flat_buffer buffer;
    http::response_parser<http::buffer_body> parser;
    parser.header_limit(kHeadBytesMax);
    parser.body_limit(boost::none);
    co_await http::async_read_header(stream, buffer, parser, Into(error));
    if (error) {
      Note("the answer of", unsent ? unsent : error);
      co_return;
    }
    outcome_.error.clear();
    outcome_.status = parser.get().result_int();
    if (const auto field = parser.get().find(http::field::retry_after);
        field != parser.get().end()) {
      outcome_.retry_after =
          ParseRetryAfter({field->value().data(), field->value().size()}, absl::Now());
    }
    // Read, so that the receiver sees its answer taken.
    std::array<char, 1'024> part;
    std::size_t read = 0;
    while (!parser.is_done() && read < HttpSender::kAnswerBytesMax && !error) {
      parser.get().body().data = part.data();
      parser.get().body().size = part.size();
      co_await http::async_read_some(stream, buffer, parser, Into(error));
      if (error == http::error::need_buffer) error = {};
      read += part.size() - parser.get().body().size;
    }
  }

  void Note(const char* doing, const Error& error) {
    outcome_.error =
        error == beast::error::timeout
            ? absl::StrCat(doing, " ", post_.url.HostField(), " took too long")
            : absl::StrCat(doing, " ", post_.url.HostField(), " failed: ", error.message());
  }

  asio::ssl::context& tls_;
  NameLookup& names_;
  HttpPost post_;
  const std::chrono::steady_clock::time_point ends_;
  const absl::Time began_;
  HttpSender::Done done_;
  asio::steady_timer looked_up_;  ///< Cancelled when the addresses are there.
  TlsStream stream_;              ///< Without TLS only its lowest layer is used.
  HttpOutcome outcome_;
  bool is_cancelled_ = false;
};

}  // namespace

std::optional<absl::Duration> ParseRetryAfter(std::string_view text, absl::Time now) {
  std::uint64_t seconds = 0;
  if (absl::SimpleAtoi(domain::View(text), &seconds)) {
    return absl::Seconds(std::min(seconds, kRetryAfterSecondsMax));
  }
  absl::Time time;
  if (!absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", domain::View(text), &time, nullptr)) {
    return std::nullopt;
  }
  return std::max(absl::ZeroDuration(), time - now);
}

class HttpSender::Impl {
 public:
  explicit Impl(absl::Duration timeout) : timeout_(timeout), tls_(TlsContext()) {}

  absl::Status Start(const std::string& authorities_file) {
    Error error;
    tls_.set_default_verify_paths(error);
    if (!authorities_file.empty()) {
      tls_.load_verify_file(authorities_file, error);
      if (error) {
        return absl::InvalidArgumentError(absl::StrCat(
            authorities_file, " holds no certificates in PEM that can be read: ", error.message()));
      }
    }
    thread_ = std::thread([this] { loop_.run(); });
    return absl::OkStatus();
  }

  ~Impl() {
    asio::post(loop_, [this] {
      is_over_ = true;
      for (const auto& [number, exchange] : exchanges_) exchange->Cancel();
      work_.reset();
    });
    if (thread_.joinable()) thread_.join();
  }

  std::uint64_t Post(HttpPost post, Done done) {
    const std::uint64_t number = ++last_number_;
    asio::post(loop_, [this, number, post = std::move(post), done = std::move(done)]() mutable {
      if (is_over_) return done({.error = "the service stops", .was_cancelled = true});
      auto exchange = std::make_shared<Exchange>(loop_, tls_, names_, std::move(post), timeout_,
                                                 std::move(done));
      exchanges_.emplace(number, exchange);
      // An exception is our bug, and ends the process as any other.
      asio::co_spawn(loop_, exchange->Run(),
                     [this, number, exchange](const std::exception_ptr& thrown) {
                       exchanges_.erase(number);
                       if (thrown != nullptr) std::rethrow_exception(thrown);
                     });
    });
    return number;
  }

  void Cancel(std::uint64_t number) {
    asio::post(loop_, [this, number] {
      if (const auto found = exchanges_.find(number); found != exchanges_.end()) {
        found->second->Cancel();
      }
    });
  }

 private:
  const absl::Duration timeout_;
  asio::io_context loop_{1};
  asio::ssl::context tls_;
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(loop_);
  std::atomic<std::uint64_t> last_number_{0};
  bool is_over_ = false;  ///< Of the loop's thread, as the next.
  std::unordered_map<std::uint64_t, std::shared_ptr<Exchange>> exchanges_;
  std::thread thread_;
  NameLookup names_;  ///< Goes first: its answers are for the loop.
};

absl::StatusOr<std::unique_ptr<HttpSender>> HttpSender::Start(const HttpSenderOptions& options) {
  auto impl = std::make_unique<Impl>(options.timeout);
  if (absl::Status started = impl->Start(options.authorities_file); !started.ok()) return started;
  return std::unique_ptr<HttpSender>(new HttpSender(std::move(impl)));
}

HttpSender::HttpSender(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpSender::~HttpSender() = default;
std::uint64_t HttpSender::Post(HttpPost post, Done done) {
  return impl_->Post(std::move(post), std::move(done));
}
void HttpSender::Cancel(std::uint64_t number) { impl_->Cancel(number); }

}  // namespace orders::infrastructure
