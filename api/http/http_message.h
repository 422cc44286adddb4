#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"

namespace orders::api {

/// Whatever their case.
bool IsSameWord(std::string_view a, std::string_view b);

/// A request as it came: whole, its framing checked, nothing of it interpreted. Valid while
/// HttpHandler::Handle runs.
struct HttpRequest {
  struct Field {
    std::string_view name;
    std::string_view value;  ///< Without the spaces around it.
  };

  std::string_view method;
  std::string_view target;
  int version = 11;  ///< 10 or 11.
  std::vector<Field> fields;
  std::string_view body;

  /// The first of that name, whatever its case; absent: there is none.
  std::optional<std::string_view> Find(std::string_view name) const;
  std::size_t Count(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  /// Beside Content-Length, Connection and Date, which the server adds. No value holds a line end.
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;

  std::string_view Find(std::string_view name) const;  ///< Empty: there is none.
};

/// Who writes the pieces of an answer that has no end known in advance.
class HttpStream {
 public:
  virtual ~HttpStream() = default;
  /// The connection has taken all pieces that were given to it. On the connection's thread.
  virtual void OnWritten() = 0;
  /// The connection is over with it; no more calls. Last, once.
  virtual void OnClosed() = 0;
};

/// One request that waits for its answer: exactly one of Respond and StartStream, from any thread.
class HttpExchange {
 public:
  virtual ~HttpExchange() = default;
  virtual void Respond(HttpResponse response) = 0;
  /// `head`, whose body is the first piece; then Write as often as wanted, and End or Cut.
  virtual void StartStream(HttpResponse head, std::shared_ptr<HttpStream> stream) = 0;
  virtual void Write(std::string piece) = 0;
  /// What was written still goes out.
  virtual void End() = 0;
  /// The connection is dropped as it is.
  virtual void Cut() = 0;
  /// Runs `task` on the connection's own thread.
  virtual void Post(absl::AnyInvocable<void()> task) = 0;
};

class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  /// On the connection's thread: must not block.
  virtual void Handle(const HttpRequest& request, std::shared_ptr<HttpExchange> exchange) = 0;
};

/// "Not Found" of 404; empty if it is no status of ours.
std::string_view StatusPhrase(int status);

}  // namespace orders::api
