#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"

#include "infrastructure/sqlite/statement.h"
#include "infrastructure/sqlite/transaction.h"
#include "infrastructure/webhooks/webhook_book.h"
#include "infrastructure/webhooks/webhook_rows.h"

namespace orders::infrastructure {
namespace {

using application::AllDeadLetters;
using application::DeadLetterSelection;
using application::OldestDeadLetters;
using application::SelectedDeadLetters;
using application::WebhookDeadLetter;

constexpr char kLetterColumns[] =
    "SELECT number,event_id,order_id,revision,type,recorded,attempts,first_attempt,dead_since,"
    "failure_time,failure_status,failure_error FROM dead_letters "
    "WHERE webhook=?1 AND due IS NULL ";

WebhookDeadLetter ReadLetter(const sqlite::Statement& row) {
  return {.number = row.ColumnInt64(0),
          .event_id = ColumnString(row, 1),
          .order_id = {ColumnString(row, 2)},
          .revision = static_cast<std::uint64_t>(row.ColumnInt64(3)),
          .type = ColumnString(row, 4),
          .recorded = ToTime(row.ColumnInt64(5)),
          .attempts = static_cast<std::uint64_t>(row.ColumnInt64(6)),
          .first_attempt = ToTime(row.ColumnInt64(7)),
          .dead_since = ToTime(row.ColumnInt64(8)),
          .last_failure = {.time = ToTime(row.ColumnInt64(9)),
                           .http_status = static_cast<int>(row.ColumnInt64(10)),
                           .error = ColumnString(row, 11)}};
}

/// All rows of `read`, whose bindings are set; resets it.
absl::StatusOr<std::vector<WebhookDeadLetter>> ReadLetters(sqlite::Statement& read) {
  const sqlite::ResetAtExit reset(read);
  std::vector<WebhookDeadLetter> letters;
  while (true) {
    const absl::StatusOr<bool> row = read.Step();
    if (!row.ok()) return row.status();
    if (!*row) return letters;
    letters.push_back(ReadLetter(read));
  }
}

/// Those that are selected, by number.
absl::StatusOr<std::vector<WebhookDeadLetter>> Select(sqlite::Database& database,
                                                      std::int64_t webhook,
                                                      const DeadLetterSelection& selection) {
  const auto* const event_id = std::get_if<std::string>(&selection);
  absl::StatusOr<sqlite::Statement*> read = database.PrepareCached(absl::StrCat(
      kLetterColumns, event_id != nullptr ? "AND event_id=?2 " : "", "ORDER BY number LIMIT ?3"));
  if (!read.ok()) return read.status();
  std::uint64_t count = kWebhookDeadLettersMax;
  if (const auto* const oldest = std::get_if<OldestDeadLetters>(&selection)) {
    count = std::min(count, oldest->count);
  }
  (*read)->BindInt64(1, webhook);
  if (event_id != nullptr) (*read)->BindText(2, *event_id);
  (*read)->BindInt64(3, static_cast<std::int64_t>(count));
  return ReadLetters(**read);
}

}  // namespace

absl::StatusOr<std::vector<WebhookDeadLetter>> WebhookBook::ListDeadLetters(std::int64_t number,
                                                                            std::int64_t after,
                                                                            std::size_t max) {
  const absl::MutexLock lock(&mutex_);
  absl::StatusOr<sqlite::Statement*> read = database_->PrepareCached(
      absl::StrCat(kLetterColumns, "AND number>?2 ORDER BY number LIMIT ?3"));
  if (!read.ok()) return read.status();
  (*read)->BindInt64(1, number).BindInt64(2, after).BindInt64(3, static_cast<std::int64_t>(max));
  return ReadLetters(**read);
}

absl::StatusOr<SelectedDeadLetters> WebhookBook::TakeDeadLetters(
    std::int64_t number, const application::SelectDeadLetters& select, LetterAction action,
    absl::Time now) {
  const absl::MutexLock lock(&mutex_);
  absl::StatusOr<sqlite::Transaction> transaction =
      sqlite::Transaction::Begin(*database_, sqlite::TransactionKind::kWrite);
  if (!transaction.ok()) return transaction.status();
  absl::StatusOr<std::vector<WebhookDeadLetter>> letters =
      Select(*database_, number, select.selection);
  if (!letters.ok()) return letters.status();
  if (letters->empty() && std::holds_alternative<std::string>(select.selection)) {
    return absl::NotFoundError(absl::StrCat("the webhook has no dead letter of the event ",
                                            std::get<std::string>(select.selection)));
  }
  SelectedDeadLetters selected{.count = letters->size()};
  if (select.expected_count.has_value() && *select.expected_count != selected.count) {
    return absl::AbortedError(absl::StrCat("these are ", selected.count,
                                           " dead letters by now, not ", *select.expected_count,
                                           ": look at them again, and say so many"));
  }
  if (!select.validate_only) {
    absl::StatusOr<sqlite::Statement*> take = database_->PrepareCached(
        action == LetterAction::kReplay
            ? "UPDATE dead_letters SET due=?2,replay_attempts=0 WHERE number=?1"
            : "DELETE FROM dead_letters WHERE number=?1 AND ?2=?2");
    if (!take.ok()) return take.status();
    for (const WebhookDeadLetter& letter : *letters) {
      absl::Status taken = (*take)->BindInt64(1, letter.number).BindInt64(2, ToColumn(now)).Run();
      if (!taken.ok()) return taken;
    }
    if (absl::Status committed = transaction->Commit(); !committed.ok()) return committed;
  }
  if (letters->size() > application::kSelectedDeadLettersShown) {
    letters->resize(application::kSelectedDeadLettersShown);
  }
  selected.first = *std::move(letters);
  return selected;
}

}  // namespace orders::infrastructure
