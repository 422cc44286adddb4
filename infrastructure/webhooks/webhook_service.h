#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"

#include "application/ports/id_source.h"
#include "application/ports/order_store.h"
#include "application/ports/random.h"
#include "application/ports/telemetry.h"
#include "application/ports/webhooks.h"
#include "eventstoredb/client.h"
#include "infrastructure/webhooks/webhook_delivery.h"

namespace orders::infrastructure {

struct WebhookServiceOptions {
  /// The book's file; empty: in memory.
  std::string path;
  application::StoreIdentity store;
  WebhookDeliveryOptions delivery;
  HttpSenderOptions sender;
};

/// Webhooks where the settings allow an address: what is asked of them, and their delivery.
class WebhookService final : public application::Webhooks {
 public:
  /// All outlive this.
  struct Ports {
    eventstoredb::Client& store;
    application::OrderStore& orders;
    application::IdSource& ids;
    application::Random& random;
    application::Telemetry& telemetry;
    std::function<std::string(const domain::OrderEvent&)> event_json;
  };
  /// Opens the book and begins to deliver. Errors: InvalidArgument, the authorities of
  /// `options.sender`; else those of the book.
  static absl::StatusOr<std::unique_ptr<WebhookService>> Start(
      Ports ports, const WebhookServiceOptions& options);
  /// Ends attempts under way. Nobody may be inside a call.
  ~WebhookService() override;

  /// Ends pings that are under way, and takes no more: nobody is to wait for a receiver any more.
  void Drain();

  /// The book, as WebhookBook::BackUp, for a store that is restored with it.
  absl::Status BackUp(const std::string& path) { return book_->BackUp(path); }
  /// Errors: of the book.
  absl::StatusOr<WebhookTotals> Totals() { return book_->Totals(); }
  /// Of webhooks that deliver nothing though nobody has paused them, each in a sentence.
  std::vector<std::string> Faults() const { return delivery_->Faults(); }
  WebhookAttempts attempts() const { return delivery_->attempts(); }
  std::size_t in_flight() const { return delivery_->in_flight(); }

  absl::StatusOr<application::WebhookWithSecret> Create(
      const application::CallContext& call, const application::NewWebhook& webhook) override;
  absl::StatusOr<std::vector<application::Webhook>> List(
      const application::CallContext& call) override;
  absl::StatusOr<application::Webhook> Get(const application::CallContext& call,
                                           const application::WebhookId& id) override;
  absl::StatusOr<application::Webhook> Update(const application::CallContext& call,
                                              const application::WebhookId& id,
                                              const application::WebhookUpdate& update) override;
  absl::StatusOr<application::DeletedWebhook> Delete(const application::CallContext& call,
                                                     const application::WebhookId& id) override;
  absl::StatusOr<application::Webhook> Pause(const application::CallContext& call,
                                             const application::WebhookId& id,
                                             const std::string& reason) override;
  absl::StatusOr<application::Webhook> Resume(const application::CallContext& call,
                                              const application::WebhookId& id) override;
  absl::StatusOr<application::WebhookWithSecret> RotateSecret(const application::CallContext& call,
                                                              const application::WebhookId& id,
                                                              absl::Duration old_lifetime) override;
  absl::StatusOr<application::WebhookPing> Ping(const application::CallContext& call,
                                                const application::WebhookId& id) override;
  absl::StatusOr<std::vector<application::WebhookDeadLetter>> ListDeadLetters(
      const application::CallContext& call, const application::WebhookId& id, std::int64_t after,
      std::size_t letters_max) override;
  absl::StatusOr<application::SelectedDeadLetters> ReplayDeadLetters(
      const application::CallContext& call, const application::WebhookId& id,
      const application::SelectDeadLetters& select) override;
  absl::StatusOr<application::SelectedDeadLetters> DiscardDeadLetters(
      const application::CallContext& call, const application::WebhookId& id,
      const application::SelectDeadLetters& select, const std::string& reason) override;

 private:
  WebhookService(Ports ports, std::vector<WebhookHost> hosts, std::unique_ptr<WebhookBook> book,
                 std::unique_ptr<HttpSender> sender);
  absl::Status CheckUrl(const std::string& url) const;
  absl::StatusOr<application::Webhook> Show(const application::WebhookId& id);
  absl::StatusOr<BookedWebhook> Find(const application::WebhookId& id);
  absl::StatusOr<application::SelectedDeadLetters> TakeDeadLetters(
      const application::WebhookId& id, const application::SelectDeadLetters& select,
      WebhookBook::LetterAction action);
  struct PendingPing;
  /// The number that the sender has given it. Errors: as of Ping.
  absl::StatusOr<std::uint64_t> BeginPing(HttpPost post, std::shared_ptr<PendingPing> pending);
  void EndPing(std::uint64_t sent);
  void Log(const application::CallContext& call, const application::WebhookId& id,
           const std::string& what);

  const Ports ports_;
  const std::vector<WebhookHost> hosts_;
  const std::unique_ptr<WebhookBook> book_;
  const std::unique_ptr<HttpSender> sender_;
  absl::Mutex mutex_;
  bool is_draining_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_set<std::uint64_t> pings_ ABSL_GUARDED_BY(mutex_);  ///< The sender's numbers.
  std::optional<WebhookDelivery> delivery_;
};

}  // namespace orders::infrastructure
