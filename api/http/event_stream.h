#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/calls/method.h"
#include "api/calls/watch.h"
#include "api/http/http_message.h"
#include "api/http/http_responder.h"

namespace orders::api {

/// A watch as server-sent events (the HTML standard, section 9.2): `change` and `progress`, each
/// with its position token as id, and `error` with the problem that ended it. A few dozen messages
/// in flight: a slow reader costs no more than those and its place, and is ended as any watch is.
class EventStream final : public HttpStream,
                          public WatchSink,
                          public std::enable_shared_from_this<EventStream> {
 public:
  /// Answers `exchange` with the watch, or with why there is none. `last_event_id` goes before the
  /// resume token that the request names, since a browser repeats that.
  static void Begin(std::shared_ptr<HttpExchange> exchange, const AnswerTerms& terms,
                    std::optional<std::string_view> last_event_id, const WatchMethod& method,
                    const Inbound& inbound);

  EventStream(std::shared_ptr<HttpExchange> exchange, std::string request_id);

  void Send(const WatchMessage& message) override;
  bool Gathers() const override { return true; }
  void Finish(const absl::Status& status, std::string_view resource) override;
  void Cut() override;

  void OnWritten() override;
  void OnClosed() override;

 private:
  std::shared_ptr<HttpExchange> exchange_;  ///< Null once closed.
  const std::string request_id_;
  std::shared_ptr<Watch> watch_;
};

}  // namespace orders::api
