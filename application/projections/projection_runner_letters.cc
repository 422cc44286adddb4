// What a projection's thread does about dead letters: of its own accord, and when others ask.

#include <utility>

#include "absl/strings/str_cat.h"

#include "application/projections/projection_runner.h"

namespace orders::application {
namespace {

/// Blocked orders that a start tries again between two batches.
constexpr int kRetriesPerTurn = 100;

}  // namespace

void ProjectionRunner::RetryNextBlocked() {
  for (int i = 0; i < kRetriesPerTurn && !to_retry_.empty(); ++i) {
    const domain::OrderId order = std::move(to_retry_.front());
    to_retry_.pop_front();
    const absl::StatusOr<RetryOutcome> outcome =
        Resolve([&](const LogPosition& until) { return applier_.Retry(order, until); });
    // NotFound: somebody was quicker.
    if (outcome.ok() || absl::IsNotFound(outcome.status())) continue;
    Log(Severity::kWarning,
        absl::StrCat("order=", order.value,
                     " stays blocked, the retry failed: ", outcome.status().ToString()));
  }
  if (!to_retry_.empty()) Wake();
}

absl::StatusOr<RetryOutcome> ProjectionRunner::Resolve(
    absl::FunctionRef<absl::StatusOr<RetryOutcome>(const LogPosition& until)> act) {
  if (Status().state != ProjectionState::kRunning) {
    return absl::UnavailableError("the read model does not follow the log now; see its health");
  }
  if (const absl::Status committed = Commit(); !committed.ok()) return committed;
  absl::StatusOr<RetryOutcome> outcome = act(delivered_);
  absl::Status done = outcome.status();
  if (done.ok() && committed_.has_value()) {
    pending_ = committed_;
    done = CommitPending();
  }
  if (done.ok()) return outcome;
  projection_.Discard();
  pending_.reset();
  if (const absl::Status loaded = applier_.blocked().Load(); !loaded.ok()) return loaded;
  return done;
}

absl::Status ProjectionRunner::Ask(absl::Time deadline, absl::FunctionRef<void()> work) {
  return requests_.Ask(deadline, work, [this] { Wake(); });
}

absl::StatusOr<std::vector<DeadLetter>> ProjectionRunner::ListLetters(const std::string& after,
                                                                      std::size_t max,
                                                                      absl::Time deadline) {
  std::vector<DeadLetter> letters;
  const absl::Status asked = Ask(deadline, [&] {
    for (const domain::OrderId& order : applier_.blocked().Orders()) {
      if (letters.size() == max) return;
      if (order.value > after) letters.push_back(*applier_.blocked().Find(order));
    }
  });
  if (!asked.ok()) return asked;
  return letters;
}

absl::StatusOr<DeadLetter> ProjectionRunner::GetLetter(const domain::OrderId& order,
                                                       absl::Time deadline) {
  absl::StatusOr<std::optional<DeadLetter>> letter = std::nullopt;
  const absl::Status asked =
      Ask(deadline, [&] { letter = projection_.writer().dead_letters().ReadLetter(order); });
  if (!asked.ok()) return asked;
  if (!letter.ok()) return letter.status();
  if (!letter->has_value()) return NotBlocked(order);
  return **std::move(letter);
}

absl::StatusOr<RetryOutcome> ProjectionRunner::Retry(const domain::OrderId& order,
                                                     absl::Time deadline) {
  absl::StatusOr<RetryOutcome> outcome = absl::UnknownError("");
  const absl::Status asked = Ask(deadline, [&] {
    outcome = Resolve([&](const LogPosition& until) { return applier_.Retry(order, until); });
  });
  return asked.ok() ? outcome : asked;
}

absl::StatusOr<RetryOutcome> ProjectionRunner::Skip(const domain::OrderId& order,
                                                    std::uint64_t revision,
                                                    const std::string& reason,
                                                    const std::string& skipped_by,
                                                    absl::Time deadline) {
  absl::StatusOr<RetryOutcome> outcome = absl::UnknownError("");
  const absl::Status asked = Ask(deadline, [&] {
    outcome = Resolve([&](const LogPosition& until) {
      return applier_.Skip(order, revision, reason, skipped_by, until);
    });
  });
  return asked.ok() ? outcome : asked;
}

absl::StatusOr<std::vector<SkippedEvent>> ProjectionRunner::ListSkips(absl::Time deadline) {
  absl::StatusOr<std::vector<SkippedEvent>> skips = std::vector<SkippedEvent>();
  const absl::Status asked =
      Ask(deadline, [&] { skips = projection_.writer().dead_letters().ReadSkips(); });
  return asked.ok() ? skips : asked;
}

}  // namespace orders::application
