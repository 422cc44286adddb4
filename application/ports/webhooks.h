#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "application/call_context.h"
#include "domain/order/ids.h"

namespace orders::application {

/// [A-Za-z0-9_-]{1,64}
struct WebhookId {
  std::string value;
  friend auto operator<=>(const WebhookId&, const WebhookId&) = default;
};

enum class WebhookState {
  kActive,
  kPaused,    ///< By an operator.
  kDisabled,  ///< 410 was the answer, its dead letters are full, or its address is not allowed.
};

/// Which changes a new webhook begins with.
enum class WebhookStart { kFromNow, kFromBeginning };

/// An attempt that did not succeed.
struct WebhookFailure {
  absl::Time time;
  int http_status = 0;  ///< 0: no answer came.
  std::string error;    ///< In a sentence; without secrets.
};

/// What became of a webhook's messages since it was made.
struct WebhookDeliveries {
  std::uint64_t delivered = 0;        ///< Messages that the receiver has taken.
  std::uint64_t failed_attempts = 0;  ///< Attempts, not messages.
  std::uint64_t dead_letters = 0;     ///< As ListDeadLetters has them now.
  std::uint64_t pending_orders = 0;   ///< With a change that is not delivered.
  std::uint64_t retrying_orders = 0;  ///< Those whose next message has failed and waits.
  std::optional<absl::Time> oldest_pending;
  std::optional<absl::Time> last_success;
  std::optional<WebhookFailure> last_failure;
};

/// A webhook as everyone may see it: without its secrets.
struct Webhook {
  WebhookId id;
  std::string url;
  std::string description;
  std::vector<std::string> event_types;  ///< Names of domain::EventName; empty: all.
  WebhookState state = WebhookState::kActive;
  std::string state_reason;  ///< Why it is not active, and by whom.
  absl::Time state_since;
  absl::Time created;
  absl::Time updated;  ///< Of url, description and event types.
  absl::Time secret_made;
  std::optional<absl::Time> old_secret_end;  ///< Until then messages bear two signatures.
  WebhookDeliveries deliveries;
};

/// A webhook with the secret that was just made for it: the only time that it is told.
struct WebhookWithSecret {
  Webhook webhook;
  std::string secret;  ///< "whsec_" and base64.
};

struct NewWebhook {
  WebhookId id;
  std::string url;
  std::string description;
  std::vector<std::string> event_types;
  WebhookStart start = WebhookStart::kFromNow;
};

/// What is absent stays as it is.
struct WebhookUpdate {
  std::optional<std::string> url;
  std::optional<std::string> description;
  std::optional<std::vector<std::string>> event_types;
};

/// What was dropped with a webhook.
struct DeletedWebhook {
  std::uint64_t pending_orders = 0;
  std::uint64_t dead_letters = 0;
};

/// What came of one message of the type webhook.ping.
struct WebhookPing {
  bool is_delivered = false;
  std::string message_id;
  int http_status = 0;  ///< 0: no answer came.
  std::string error;    ///< Empty if delivered.
  absl::Duration duration;
};

/// A message that was given up.
struct WebhookDeadLetter {
  /// Grows with every message that is given up, of whatever webhook; never used twice.
  std::int64_t number = 0;
  std::string event_id;  ///< The message's webhook-id too.
  domain::OrderId order_id;
  std::uint64_t revision = 0;
  std::string type;
  absl::Time recorded;
  std::uint64_t attempts = 0;
  absl::Time first_attempt;
  absl::Time dead_since;
  WebhookFailure last_failure;
};

/// The longest dead first.
struct OldestDeadLetters {
  std::uint64_t count = 0;  ///< At least 1.
};
struct AllDeadLetters {};
/// One by its event's id, or the first, or all.
using DeadLetterSelection = std::variant<std::string, OldestDeadLetters, AllDeadLetters>;

struct SelectDeadLetters {
  DeadLetterSelection selection;
  bool validate_only = false;  ///< Only find out which these are.
  /// Nothing is done if it is not that many. Absent: however many.
  std::optional<std::uint64_t> expected_count;
};
struct SelectedDeadLetters {
  std::uint64_t count = 0;
  std::vector<WebhookDeadLetter> first;  ///< At most kSelectedDeadLettersShown of them.
};

inline constexpr std::size_t kSelectedDeadLettersShown = 50;

/// The webhooks of this service. What it is given is of the right form: ids, texts and event types
/// were checked; an address was not. What changes something is durable when it is answered; `actor`
/// of the call is who did it. Thread-safe; calls block until answered or until `call.deadline`, so
/// that they are for workers' threads.
///
/// Errors of all: FailedPrecondition (WEBHOOKS_OFF), the settings allow no address; NotFound
/// (WEBHOOK_NOT_FOUND); Unavailable or DeadlineExceeded, of what changes something
/// (OUTCOME_UNKNOWN) the outcome is unknown.
class Webhooks {
 public:
  virtual ~Webhooks() = default;

  /// Errors: InvalidArgument with a violation of the field "url", it is no address or none that is
  /// allowed; AlreadyExists (WEBHOOK_EXISTS); ResourceExhausted (TOO_MANY_WEBHOOKS).
  virtual absl::StatusOr<WebhookWithSecret> Create(const CallContext& call,
                                                   const NewWebhook& webhook) = 0;
  /// All, by id.
  virtual absl::StatusOr<std::vector<Webhook>> List(const CallContext& call) = 0;
  virtual absl::StatusOr<Webhook> Get(const CallContext& call, const WebhookId& id) = 0;
  /// Holds for all that is not delivered yet. Errors: InvalidArgument, as of Create.
  virtual absl::StatusOr<Webhook> Update(const CallContext& call, const WebhookId& id,
                                         const WebhookUpdate& update) = 0;
  /// Drops what is not delivered, and the dead letters.
  virtual absl::StatusOr<DeletedWebhook> Delete(const CallContext& call, const WebhookId& id) = 0;

  /// Delivers nothing until Resume; attempts under way are ended. Of one that is paused: nothing.
  /// `reason` may be empty.
  virtual absl::StatusOr<Webhook> Pause(const CallContext& call, const WebhookId& id,
                                        const std::string& reason) = 0;
  /// Makes it active, whatever it was, and tries at once what waits for another attempt. Error:
  /// FailedPrecondition (ADDRESS_NOT_ALLOWED), the settings allow its address no more.
  virtual absl::StatusOr<Webhook> Resume(const CallContext& call, const WebhookId& id) = 0;
  /// A secret before the old one ends now. `old_lifetime`: 0 to kOldSecretLifetimeMax.
  virtual absl::StatusOr<WebhookWithSecret> RotateSecret(const CallContext& call,
                                                         const WebhookId& id,
                                                         absl::Duration old_lifetime) = 0;
  /// A message, whatever the webhook's state, that is not tried again. A receiver that cannot be
  /// reached, or says no, is an answer and no error. Error: ResourceExhausted (OVERLOADED), too
  /// many pings are under way.
  virtual absl::StatusOr<WebhookPing> Ping(const CallContext& call, const WebhookId& id) = 0;

  /// Those after the one with the number `after` (0: all), at most `letters_max`, by number.
  virtual absl::StatusOr<std::vector<WebhookDeadLetter>> ListDeadLetters(
      const CallContext& call, const WebhookId& id, std::int64_t after,
      std::size_t letters_max) = 0;
  /// Has them delivered again, marked as replayed, each when its order has nothing under way. They
  /// are dead letters no more, until they fail for good again. Errors: NotFound
  /// (DEAD_LETTER_NOT_FOUND), of one that is named; Aborted (DEAD_LETTERS_CHANGED), it is not
  /// `expected_count`.
  virtual absl::StatusOr<SelectedDeadLetters> ReplayDeadLetters(
      const CallContext& call, const WebhookId& id, const SelectDeadLetters& select) = 0;
  /// Does without them, for good; logs each call with who and why. Errors: as ReplayDeadLetters.
  virtual absl::StatusOr<SelectedDeadLetters> DiscardDeadLetters(const CallContext& call,
                                                                 const WebhookId& id,
                                                                 const SelectDeadLetters& select,
                                                                 const std::string& reason) = 0;
};

inline constexpr absl::Duration kOldSecretLifetimeDefault = absl::Hours(24);
inline constexpr absl::Duration kOldSecretLifetimeMax = absl::Hours(30 * 24);

}  // namespace orders::application
