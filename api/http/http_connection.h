#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/basic_waitable_timer.hpp>

#include "api/http/http_loop.h"
#include "api/http/http_message.h"
#include "api/http/http_transport.h"

namespace orders::api {

/// One connection: reads a request, hands it over, writes the answer, and again. Deadlines are
/// looked at by the loop's tick, so that a request costs no timer.
class HttpConnection final : public HttpExchange,
                             public std::enable_shared_from_this<HttpConnection> {
 public:
  using Executor = HttpTransport::Executor;
  using Socket = HttpTransport::Socket;
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
  using Awaitable = HttpTransport::Awaitable<Value>;
  using Timer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Executor>;
  enum class Stage { kHandshake, kIdle, kHead, kBody, kHandling, kWriting, kStreaming, kLingering };
  class Reading;

  Awaitable<void> Run();
  Awaitable<bool> ShakeHands();
  /// False: the time is over.
  Awaitable<bool> EnterHandshake();
  void LeaveHandshake();
  void WakeNext();
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
  /// Runs `task` on the loop's thread: now, if that is this one.
  template <typename Task>
  void OnLoop(Task task);

  HttpLoop& loop_;
  HttpTransport transport_;
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
