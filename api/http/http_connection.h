#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "api/http/http_message.h"
#include "api/http/http_server.h"

namespace orders::api {

class HttpConnection;

/// What the connections of one thread share. All but the counters is that thread's own.
struct HttpLoop {
  HttpLoop(const HttpServerOptions& options_of_all, std::atomic<bool>& draining_of_all,
           std::atomic<std::size_t>& connections_of_all)
      : options(options_of_all), draining(draining_of_all), connections(connections_of_all) {}

  const HttpServerOptions& options;
  std::atomic<bool>& draining;
  std::atomic<std::size_t>& connections;
  HttpHandler* handler = nullptr;
  absl::flat_hash_set<HttpConnection*> open;
  boost::asio::io_context io{1};  ///< Last: what it drops leaves `open`.

  /// Of Date, made once a second.
  const std::string& Date();

 private:
  std::time_t date_second_ = 0;
  std::string date_;
};

/// One connection: reads a request, hands it over, writes the answer, and again. Deadlines are
/// looked at by the loop's tick, so that a request costs no timer.
class HttpConnection final : public HttpExchange,
                             public std::enable_shared_from_this<HttpConnection> {
 public:
  using Executor = boost::asio::io_context::executor_type;
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;
  using Clock = std::chrono::steady_clock;

  /// Runs until the connection ends. On the loop's thread.
  static void Start(HttpLoop& loop, Socket socket);

  HttpConnection(HttpLoop& loop, Socket socket);
  ~HttpConnection() override;

  /// Ends what has taken too long. On the loop's thread.
  void Tick(Clock::time_point now);
  /// The loop runs no more: lets go of a stream.
  void Abandon();

  void Respond(HttpResponse response) override;
  void StartStream(HttpResponse head, std::shared_ptr<HttpStream> stream) override;
  void Write(std::string piece) override;
  void End() override;
  void Cut() override;
  void Post(absl::AnyInvocable<void()> task) override;

 private:
  template <typename Value>
  using Awaitable = boost::asio::awaitable<Value, Executor>;
  using Timer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Executor>;
  enum class Stage { kIdle, kHead, kBody, kHandling, kWriting, kStreaming, kLingering };
  class Reading;

  Awaitable<void> Run();
  /// False: the connection is over.
  Awaitable<bool> Exchange(bool is_last);
  Awaitable<bool> ReadHead(Reading& reading);
  Awaitable<bool> ReadBody(Reading& reading);
  Awaitable<bool> ReadMore();
  /// Writes the answer to what cannot be a request, and closes.
  Awaitable<void> Refuse(const HttpRefusal& refusal);
  Awaitable<bool> WriteResponse(const HttpResponse& response, bool is_head, int version,
                                bool keeps_alive);
  Awaitable<void> RunStream(int version);
  Awaitable<bool> WriteAll(std::string_view head, std::string_view body, Stage stage);
  Awaitable<void> Linger();
  Awaitable<void> Wait();
  void Signal();

  void Enter(Stage stage);
  std::string_view received() const { return std::string_view(in_).substr(in_begin_); }
  void Consume(std::size_t bytes);
  bool IsPeerGone();
  void CloseSocket();
  /// Runs `task` on the loop's thread: now, if that is this one.
  template <typename Task>
  void OnLoop(Task task);

  HttpLoop& loop_;
  Socket socket_;
  Timer wake_;
  std::string in_;  ///< What has come and is not consumed, from in_begin_ on.
  std::size_t in_begin_ = 0;
  Stage stage_ = Stage::kIdle;
  Clock::time_point deadline_ = Clock::time_point::max();
  bool has_timed_out_ = false;
  bool is_waiting_ = false;
  bool has_answer_ = false;
  HttpResponse answer_;
  std::shared_ptr<HttpStream> stream_;
  std::string pieces_;  ///< Of the stream, not written yet.
  bool stream_has_ended_ = false;
};

}  // namespace orders::api
