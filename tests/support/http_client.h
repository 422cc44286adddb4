#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace orders::testing_support {

struct HttpAnswer {
  int status =
      0;  ///< 0: the connection ended, or nothing came in time, before the answer was whole.
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;  ///< Of a chunked answer: what is in its chunks.

  /// The value of the first field of that name, whatever its case; absent: there is none.
  std::optional<std::string> Find(std::string_view name) const;
  std::string Get(std::string_view name) const { return Find(name).value_or(""); }
};

using HttpFields = std::vector<std::pair<std::string, std::string>>;

/// A connection of HTTP/1.1, by hand: it can send what no library would. Waits last
/// ORDERS_TIMEOUT_FACTOR times what is said.
class HttpClient {
 public:
  /// `address`: HOST:PORT of IPv4.
  explicit HttpClient(const std::string& address);
  ~HttpClient();
  HttpClient(HttpClient&& other) noexcept;
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  bool is_connected() const { return descriptor_ >= 0; }
  /// False: the peer is gone.
  bool Send(std::string_view bytes);
  /// The next answer, its body with it unless `is_head`.
  HttpAnswer Receive(bool is_head = false, absl::Duration patience = absl::Seconds(30));
  /// The head of an answer whose body is read with ReceiveChunk.
  HttpAnswer ReceiveHead(absl::Duration patience = absl::Seconds(30));
  /// Absent: the last one has come, the peer is gone, or `patience` is over.
  std::optional<std::string> ReceiveChunk(absl::Duration patience = absl::Seconds(30));
  /// Whether the peer closes, with nothing more to say, before `patience` is over.
  bool IsClosed(absl::Duration patience = absl::Seconds(30));

  /// Sends a request with Host, and Content-Length if it has a body, and waits for its answer.
  HttpAnswer Call(const std::string& method, const std::string& target,
                  const HttpFields& fields = {}, const std::string& body = "");
  HttpAnswer Get(const std::string& target, const HttpFields& fields = {});
  /// With a body of JSON.
  HttpAnswer Post(const std::string& target, const std::string& json,
                  const HttpFields& fields = {});

 private:
  bool ReceiveMore(absl::Time end);
  /// Up to and with `mark`; absent: it did not come.
  std::optional<std::string> TakeThrough(std::string_view mark, absl::Time end);
  std::optional<std::string> TakeBytes(std::size_t count, absl::Time end);

  std::string address_;
  int descriptor_ = -1;
  std::string received_;
};

/// One request on a connection of its own.
HttpAnswer CallHttp(const std::string& address, const std::string& method,
                    const std::string& target, const HttpFields& fields = {},
                    const std::string& body = "");

}  // namespace orders::testing_support
