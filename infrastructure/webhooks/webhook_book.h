#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "application/log_position.h"
#include "application/ports/webhooks.h"
#include "infrastructure/sqlite/database.h"

namespace orders::infrastructure {

inline constexpr std::size_t kWebhooksMax = 100;
/// Of one webhook. At so many it is disabled rather than that one more message is given up.
inline constexpr std::uint64_t kWebhookDeadLettersMax = 10'000;
/// Of one webhook: orders with something to deliver, and those that wait to be forgotten. At about
/// so many no more are taken from the store.
inline constexpr std::uint64_t kWebhookOrdersMax = 100'000;

/// A webhook with what only its deliverer knows.
struct BookedWebhook {
  std::int64_t number = 0;  ///< Of this one: another with the same id has another.
  std::string group;        ///< Its consumer group in the store.
  bool is_group_made = false;
  bool is_deleted = false;  ///< Its group is still to be deleted, then it is gone.
  application::WebhookStart start = application::WebhookStart::kFromNow;
  std::string secret;
  std::string old_secret;                         ///< Empty: none.
  std::optional<application::LogPosition> noted;  ///< The last event that was noted.
  application::Webhook shown;                     ///< Without `deliveries`.
};

/// An event that the store has handed out.
struct NotedEvent {
  domain::OrderId order;
  std::uint64_t revision = 0;
  application::LogPosition position;
};

/// What to send next of an order: the first of its events from `revision` to `last` that the
/// webhook wants. Or a dead letter that is replayed, of one revision.
struct PendingMessage {
  domain::OrderId order;
  std::uint64_t revision = 0;
  std::uint64_t last = 0;
  int attempts = 0;  ///< That have failed.
  absl::Time due;
  std::optional<std::int64_t> replay;  ///< The dead letter's number.
};

/// What became of a PendingMessage.
struct MessageOutcome {
  enum class Kind {
    kDelivered,
    kNothing,  ///< No event up to `up_to` is wanted.
    kGone,     ///< The store has no such events any more: the order is forgotten.
    kRetry,    ///< The attempt has failed; the next one is at `due`.
    kLater,    ///< There was no attempt; ask again at `due`.
    kDead,     ///< Set aside as a dead letter.
  };
  std::int64_t webhook = 0;
  PendingMessage message;
  Kind kind = Kind::kLater;
  std::uint64_t up_to = 0;  ///< The last revision that is settled by this; of all but kLater.
  absl::Time now;
  absl::Time due;
  application::WebhookFailure failure;  ///< Of kRetry and kDead.
  std::string event_id;                 ///< Of kDead, as the next two.
  std::string type;
  absl::Time recorded;
};

/// All webhooks together.
struct WebhookTotals {
  std::uint64_t active = 0;
  std::uint64_t paused = 0;
  std::uint64_t disabled = 0;
  std::uint64_t pending_orders = 0;
  std::uint64_t dead_letters = 0;
  std::optional<absl::Time> oldest_pending;
};

/// The durable memory of webhooks, in a file of SQLite that only its owner may read, since it holds
/// secrets. Each call is one transaction, synced when it returns. Thread-safe; blocks on the disk.
///
/// An order has one row while anything of it is to be delivered: the next revision and the last one
/// known. The events themselves stay in the store. A row with nothing left stays until the store
/// cannot hand its events out again (Prune), so that a repeat is known for one.
///
/// Errors: as sqlite::ToStatus; NotFound, there is no such webhook.
class WebhookBook {
 public:
  /// `path` empty: in memory. A book of another store keeps its webhooks, and what is pending.
  static absl::StatusOr<std::unique_ptr<WebhookBook>> Open(const std::string& path,
                                                           const application::StoreIdentity& store);

  /// Copies the book as it is at one instant into a file that must not exist, and syncs it. Errors:
  /// also AlreadyExists.
  absl::Status BackUp(const std::string& path);

  /// Also AlreadyExists; ResourceExhausted, there are kWebhooksMax.
  absl::StatusOr<BookedWebhook> Add(const application::NewWebhook& webhook,
                                    const std::string& group, const std::string& secret,
                                    absl::Time now);
  absl::Status MarkGroupMade(std::int64_t number);
  /// Those that are deleted too.
  absl::StatusOr<std::vector<BookedWebhook>> ReadAll();
  absl::StatusOr<BookedWebhook> Find(const application::WebhookId& id);
  absl::StatusOr<application::WebhookDeliveries> Deliveries(std::int64_t number);
  absl::StatusOr<WebhookTotals> Totals();
  absl::Status Update(const application::WebhookId& id, const application::WebhookUpdate& update,
                      absl::Time now);
  /// Of one that is in that state already: nothing.
  absl::Status SetState(std::int64_t number, application::WebhookState state,
                        const std::string& reason, absl::Time now);
  /// What waits for another attempt is due now.
  absl::Status MakeDue(std::int64_t number, absl::Time now);
  /// `old_end` absent: the secret until now holds no longer.
  absl::Status SetSecret(const application::WebhookId& id, const std::string& secret,
                         std::optional<absl::Time> old_end, absl::Time now);
  absl::StatusOr<application::DeletedWebhook> MarkDeleted(const application::WebhookId& id);
  absl::Status Remove(std::int64_t number);

  /// Of a webhook that is gone: nothing. An event that was noted before is none the second time.
  absl::Status Note(std::int64_t number, const std::vector<NotedEvent>& events, absl::Time now);
  /// The store hands out nothing below `position` again. Returns how many rows there are left.
  absl::StatusOr<std::uint64_t> Prune(std::int64_t number, application::LogPosition position);
  /// What is due first, first; also what is not due yet.
  absl::StatusOr<std::vector<PendingMessage>> NextMessages(std::int64_t number, std::size_t max);
  /// Those that the book says otherwise of by now are passed over. Returns the numbers of webhooks
  /// that were disabled by this, since they have too many dead letters.
  absl::StatusOr<std::vector<std::int64_t>> Record(const std::vector<MessageOutcome>& outcomes);

  absl::StatusOr<std::vector<application::WebhookDeadLetter>> ListDeadLetters(std::int64_t number,
                                                                              std::int64_t after,
                                                                              std::size_t max);
  enum class LetterAction { kReplay, kDiscard };
  /// Also NotFound, of one that is named; Aborted, there are not as many as expected.
  absl::StatusOr<application::SelectedDeadLetters> TakeDeadLetters(
      std::int64_t number, const application::SelectDeadLetters& select, LetterAction action,
      absl::Time now);

 private:
  explicit WebhookBook(std::unique_ptr<sqlite::Database> database)
      : database_(std::move(database)) {}
  absl::Status MakeTables(const application::StoreIdentity& store);
  absl::StatusOr<std::vector<BookedWebhook>> ReadWebhooks(const std::string& condition,
                                                          const std::string& id)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status NoteOne(std::int64_t number, const NotedEvent& event, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status RecordOne(const MessageOutcome& outcome, std::vector<std::int64_t>& disabled)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status RecordReplay(const MessageOutcome& outcome) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status PutDeadLetter(const MessageOutcome& outcome, std::int64_t first_attempt)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Count(const MessageOutcome& outcome) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  const std::unique_ptr<sqlite::Database> database_ ABSL_PT_GUARDED_BY(mutex_);
};

}  // namespace orders::infrastructure
