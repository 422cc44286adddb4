#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "application/ports/order_store.h"
#include "application/ports/random.h"
#include "application/ports/telemetry.h"
#include "eventstoredb/client.h"
#include "infrastructure/webhooks/http_sender.h"
#include "infrastructure/webhooks/retry_pauses.h"
#include "infrastructure/webhooks/webhook_book.h"
#include "infrastructure/webhooks/webhook_host.h"
#include "infrastructure/webhooks/webhook_intake.h"

namespace orders::infrastructure {

struct WebhookDeliveryOptions {
  std::vector<WebhookHost> hosts;
  RetryPausesOptions pauses;
  std::size_t in_flight_max = 32;  ///< Messages of all webhooks.
  std::size_t in_flight_per_webhook_max = 8;
};

/// Attempts since the start, by what came of them.
struct WebhookAttempts {
  std::uint64_t delivered = 0;
  std::uint64_t refused = 0;     ///< An answer other than 2xx.
  std::uint64_t unanswered = 0;  ///< No answer: name, connection, TLS, time.
  std::uint64_t given_up = 0;    ///< Messages, not attempts: they became dead letters.
};

/// The fields that a message bears: who it is from, and its signatures.
std::vector<std::pair<std::string, std::string>> WebhookFields(const BookedWebhook& webhook,
                                                               const std::string& message_id,
                                                               const std::string& body,
                                                               absl::Time now);
/// Why an answer is no success, in a sentence.
std::string WebhookErrorOf(const HttpOutcome& outcome);

/// Delivers what the book says is due. One thread decides and writes down what came of it, many
/// outcomes in one transaction; the sender's thread talks to receivers; each webhook has a
/// thread that takes its events in, whether they are sent now or wait. Of an order one message at a
/// time is under way to a webhook.
class WebhookDelivery {
 public:
  /// All outlive this.
  struct Ports {
    eventstoredb::Client& store;
    application::OrderStore& orders;
    WebhookBook& book;
    HttpSender& sender;
    application::Random& random;
    application::Telemetry& telemetry;
    std::function<std::string(const domain::OrderEvent&)> event_json;
  };
  WebhookDelivery(Ports ports, WebhookDeliveryOptions options);
  /// Ends attempts under way, which count as none, and waits for what is being written.
  ~WebhookDelivery();
  WebhookDelivery(const WebhookDelivery&) = delete;
  WebhookDelivery& operator=(const WebhookDelivery&) = delete;

  /// The book's webhooks were changed, or what is due. Does not wait.
  void Reload();
  /// Which webhooks are disabled and why, each in a sentence.
  std::vector<std::string> Faults() const;
  WebhookAttempts attempts() const;
  std::size_t in_flight() const { return in_flight_; }

 private:
  using OrderKey = std::string;
  struct Entry {
    BookedWebhook webhook;
    bool is_active = false;  ///< Messages are sent to `url`.
    WebhookUrl url;
    bool may_be_private = false;
    std::unique_ptr<WebhookIntake> intake;                   ///< Null: the webhook is deleted.
    absl::flat_hash_map<OrderKey, std::uint64_t> in_flight;  ///< To the sender's number.
    absl::Time look_at = absl::InfinitePast();               ///< When something may be due.
  };
  /// What is to be sent of a PendingMessage.
  struct Found {
    std::optional<MessageOutcome> settled;  ///< Nothing is to be sent.
    std::string event_id;
    std::string type;
    absl::Time recorded;
    std::uint64_t revision = 0;
    std::string body;
  };
  struct Done {
    MessageOutcome outcome;
    bool is_gone = false;  ///< 410.
  };

  void Run();
  /// False: stop.
  bool Wait();
  bool HasNews() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool MustReload();
  bool IsIdle() const { return in_flight_ == 0; }
  void Reconcile();
  void NoteFaults(const std::vector<BookedWebhook>& webhooks);
  void CancelMessages(const Entry& entry);
  void Adopt(const BookedWebhook& booked);
  void Activate(Entry& entry);
  bool FinishDeletion(const BookedWebhook& booked);
  bool EnsureGroup(const BookedWebhook& booked);
  void RecordDone();
  void StartMessages(Entry& entry, absl::Time now);
  /// False: the store does not answer now.
  bool StartMessage(Entry& entry, const PendingMessage& message, absl::Time now);
  Found Find(const Entry& entry, const PendingMessage& message, absl::Time now);
  void Send(Entry& entry, const PendingMessage& message, Found found, absl::Time now);
  Done Judge(std::int64_t webhook, const PendingMessage& message, const Found& found,
             const HttpOutcome& answer);
  void Disable(std::int64_t number, const std::string& reason);

  const Ports ports_;
  const WebhookDeliveryOptions options_;

  // Of its thread.
  std::map<std::int64_t, Entry> entries_;  ///< By the webhook's number.
  bool has_work_left_ = false;             ///< Of Reconcile: a store that did not answer.
  absl::Time look_at_ = absl::InfinitePast();

  std::atomic<std::size_t> in_flight_{0};
  std::atomic<std::uint64_t> delivered_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<std::uint64_t> unanswered_{0};
  std::atomic<std::uint64_t> given_up_{0};

  mutable absl::Mutex mutex_;
  bool is_stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool must_reload_ ABSL_GUARDED_BY(mutex_) = true;
  std::vector<Done> done_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::int64_t> noted_ ABSL_GUARDED_BY(mutex_);  ///< Webhooks with new events.
  std::vector<std::string> faults_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace orders::infrastructure
