#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

struct ssl_ctx_st;

namespace orders::testing_support {

/// A message as it came.
struct ReceivedMessage {
  std::string target;
  std::map<std::string, std::string> fields;  ///< By name in lower case.
  std::string body;

  std::string Field(const std::string& name) const;
};

/// Whether one of the signatures of `message` is made by `secret`, as Standard Webhooks 1.0 says.
bool IsSignedBy(const ReceivedMessage& message, const std::string& secret);

struct WebhookAnswer {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
  bool cuts = false;   ///< Closes without an answer.
  bool hangs = false;  ///< Answers nothing until the receiver ends or the sender goes.
};

/// A receiver of webhooks on a port of 127.0.0.1, by hand: it can answer what no library would.
class WebhookReceiver {
 public:
  /// The answer to a message, or its status alone; called by several threads at one time.
  using Answer = std::function<WebhookAnswer(const ReceivedMessage&)>;
  using Status = std::function<int(const ReceivedMessage&)>;
  explicit WebhookReceiver(Status status = [](const ReceivedMessage&) { return 204; });
  /// `certificate` and `key`, PEM: over TLS.
  explicit WebhookReceiver(Answer answer, const std::string& certificate = "",
                           const std::string& key = "");
  ~WebhookReceiver();
  WebhookReceiver(const WebhookReceiver&) = delete;
  WebhookReceiver& operator=(const WebhookReceiver&) = delete;

  std::uint16_t port() const { return port_; }
  /// "127.0.0.1:PORT"
  std::string address() const;
  /// "http://127.0.0.1:PORT/orders", or of https.
  std::string url() const;
  /// All so far, in the order in which they came.
  std::vector<ReceivedMessage> messages() const;
  /// Waits until at least so many have come; all so far, fewer only when `patience` is over, which
  /// lasts ORDERS_TIMEOUT_FACTOR times what is said.
  std::vector<ReceivedMessage> WaitFor(std::size_t count,
                                       absl::Duration patience = absl::Seconds(30)) const;

 private:
  void Serve();
  void Talk(int connection);

  const std::unique_ptr<ssl_ctx_st, void (*)(ssl_ctx_st*)> tls_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  const Answer answer_;
  mutable absl::Mutex mutex_;
  bool is_over_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<ReceivedMessage> messages_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

}  // namespace orders::testing_support
