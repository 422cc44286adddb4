#pragma once

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "application/ports/telemetry.h"
#include "eventstoredb/client.h"
#include "infrastructure/webhooks/webhook_book.h"

namespace orders::infrastructure {

/// Takes a webhook's events from its group in the store, notes them in the book, and only then
/// acknowledges them. On a thread of its own, from construction until Stop.
class WebhookIntake {
 public:
  /// All outlive this.
  struct Ports {
    eventstoredb::Client& store;
    WebhookBook& book;
    application::Telemetry& telemetry;
    std::function<void()> on_noted;  ///< From the intake's thread; must not block.
  };
  WebhookIntake(Ports ports, BookedWebhook webhook);
  /// Stops, and waits for what is being noted.
  ~WebhookIntake();

  /// Ends soon; does not wait.
  void Stop();
  const BookedWebhook& webhook() const { return webhook_; }

 private:
  using Batch = std::vector<eventstoredb::GroupEvent>;

  void Run();
  /// Until an error of the store, or Stop.
  absl::Status Consume();
  /// False: stopped before it could be noted.
  bool NoteBatch(const Batch& batch);
  void Prune();
  void Mend(const absl::Status& failed);
  /// False: stopped.
  bool Pause(absl::Duration time);
  bool IsStopping();
  /// A line when something else goes wrong than before, or nothing any more.
  void Log(const absl::Status& status, const char* doing);

  const Ports ports_;
  const BookedWebhook webhook_;
  const absl::flat_hash_set<std::string> types_;  ///< Empty: all.
  // Of its thread.
  std::string last_failure_;
  absl::Time next_prune_ = absl::InfinitePast();
  bool is_full_ = false;

  absl::Mutex mutex_;
  bool is_stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<eventstoredb::PersistentConsumer> consumer_ ABSL_PT_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace orders::infrastructure
