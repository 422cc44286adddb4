#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "infrastructure/sqlite/statement.h"
#include "infrastructure/sqlite/transaction.h"
#include "infrastructure/webhooks/webhook_book.h"
#include "infrastructure/webhooks/webhook_rows.h"

namespace orders::infrastructure {
namespace {

// After a webhook was disabled since it has too many dead letters, for when it is resumed.
constexpr absl::Duration kPauseOfFull = absl::Hours(1);

/// What the book keeps of an order.
struct OrderRow {
  std::uint64_t first = 0;
  std::uint64_t next = 0;
  std::uint64_t last = 0;
  std::uint64_t position = 0;
  absl::Time since;
  absl::Time due;
  std::int64_t attempts = 0;
  std::int64_t first_attempt = 0;

  bool IsPending() const { return next <= last; }
  void SetNext(std::uint64_t revision, absl::Time now) {
    next = revision;
    due = now;
    attempts = 0;
    first_attempt = 0;
  }
};

absl::StatusOr<std::optional<OrderRow>> ReadOrder(sqlite::Database& database, std::int64_t webhook,
                                                  const domain::OrderId& order) {
  absl::StatusOr<sqlite::Statement*> read = database.PrepareCached(
      "SELECT first,next,last,position,since,due,attempts,first_attempt FROM orders "
      "WHERE webhook=? AND order_id=?");
  if (!read.ok()) return read.status();
  const sqlite::ResetAtExit reset(**read);
  (*read)->BindInt64(1, webhook).BindText(2, order.value);
  const absl::StatusOr<bool> row = (*read)->Step();
  if (!row.ok()) return row.status();
  if (!*row) return std::optional<OrderRow>();
  const auto number = [&](int column) {
    return static_cast<std::uint64_t>((*read)->ColumnInt64(column));
  };
  return OrderRow{.first = number(0),
                  .next = number(1),
                  .last = number(2),
                  .position = number(3),
                  .since = ToTime((*read)->ColumnInt64(4)),
                  .due = ToTime((*read)->ColumnInt64(5)),
                  .attempts = (*read)->ColumnInt64(6),
                  .first_attempt = (*read)->ColumnInt64(7)};
}

absl::Status WriteOrder(sqlite::Database& database, std::int64_t webhook,
                        const domain::OrderId& order, const OrderRow& row) {
  absl::StatusOr<sqlite::Statement*> write =
      database.PrepareCached("INSERT OR REPLACE INTO orders VALUES(?,?,?,?,?,?,?,?,?,?)");
  if (!write.ok()) return write.status();
  return (*write)
      ->BindInt64(1, webhook)
      .BindText(2, order.value)
      .BindInt64(3, static_cast<std::int64_t>(row.first))
      .BindInt64(4, static_cast<std::int64_t>(row.next))
      .BindInt64(5, static_cast<std::int64_t>(row.last))
      .BindInt64(6, static_cast<std::int64_t>(row.position))
      .BindInt64(7, ToColumn(row.since))
      .BindInt64(8, ToColumn(row.due))
      .BindInt64(9, row.attempts)
      .BindInt64(10, row.first_attempt)
      .Run();
}

absl::StatusOr<std::uint64_t> CountOf(sqlite::Database& database, const char* sql,
                                      std::int64_t webhook) {
  absl::StatusOr<sqlite::Statement*> read = database.PrepareCached(sql);
  if (!read.ok()) return read.status();
  const sqlite::ResetAtExit reset(**read);
  (*read)->BindInt64(1, webhook);
  if (const absl::StatusOr<bool> row = (*read)->Step(); !row.ok()) return row.status();
  return static_cast<std::uint64_t>((*read)->ColumnInt64(0));
}

absl::Status RunOn(sqlite::Database& database, const char* sql, std::int64_t number) {
  absl::StatusOr<sqlite::Statement*> write = database.PrepareCached(sql);
  return write.ok() ? (*write)->BindInt64(1, number).Run() : write.status();
}

}  // namespace

absl::Status WebhookBook::Note(std::int64_t number, const std::vector<NotedEvent>& events,
                               absl::Time now) {
  const absl::MutexLock lock(&mutex_);
  absl::StatusOr<sqlite::Transaction> transaction =
      sqlite::Transaction::Begin(*database_, sqlite::TransactionKind::kWrite);
  if (!transaction.ok()) return transaction.status();
  const absl::StatusOr<std::uint64_t> is_there =
      CountOf(*database_, "SELECT COUNT(*) FROM webhooks WHERE number=? AND deleted=0", number);
  if (!is_there.ok()) return is_there.status();
  if (*is_there == 0 || events.empty()) return absl::OkStatus();
  application::LogPosition noted;
  for (const NotedEvent& event : events) {
    if (absl::Status one = NoteOne(number, event, now); !one.ok()) return one;
    noted = std::max(noted, event.position);
  }
  absl::StatusOr<sqlite::Statement*> write = database_->PrepareCached(
      "UPDATE webhooks SET noted_commit=?2,noted_prepare=?3 "
      "WHERE number=?1 AND (noted_commit IS NULL OR noted_commit<?2)");
  if (!write.ok()) return write.status();
  absl::Status written = (*write)
                             ->BindInt64(1, number)
                             .BindInt64(2, static_cast<std::int64_t>(noted.commit))
                             .BindInt64(3, static_cast<std::int64_t>(noted.prepare))
                             .Run();
  return written.ok() ? transaction->Commit() : written;
}

absl::Status WebhookBook::NoteOne(std::int64_t number, const NotedEvent& event, absl::Time now) {
  absl::StatusOr<std::optional<OrderRow>> found = ReadOrder(*database_, number, event.order);
  if (!found.ok()) return found.status();
  const std::uint64_t revision = event.revision;
  OrderRow row;
  if (!found->has_value()) {
    row = {.first = revision, .next = revision, .last = revision, .since = now, .due = now};
  } else {
    row = **found;
    if (revision >= row.first && revision <= row.last) return absl::OkStatus();
    if (!row.IsPending()) {
      row.since = now;
      row.due = now;
    }
    // The store hands events out in order, but for one that a connection took with it when it
    // broke. Then the order goes back to it: late, but not lost.
    if (revision < row.first) {
      row.first = revision;
      row.SetNext(revision, now);
    }
    row.last = std::max(row.last, revision);
  }
  row.position = std::max(row.position, event.position.commit);
  return WriteOrder(*database_, number, event.order, row);
}

absl::StatusOr<std::uint64_t> WebhookBook::Prune(std::int64_t number,
                                                 application::LogPosition position) {
  const absl::MutexLock lock(&mutex_);
  absl::StatusOr<sqlite::Statement*> prune =
      database_->PrepareCached("DELETE FROM orders WHERE webhook=? AND next>last AND position<?");
  if (!prune.ok()) return prune.status();
  absl::Status pruned =
      (*prune)->BindInt64(1, number).BindInt64(2, static_cast<std::int64_t>(position.commit)).Run();
  if (!pruned.ok()) return pruned;
  return CountOf(*database_, "SELECT COUNT(*) FROM orders WHERE webhook=?", number);
}

absl::StatusOr<std::vector<PendingMessage>> WebhookBook::NextMessages(std::int64_t number,
                                                                      std::size_t max) {
  const absl::MutexLock lock(&mutex_);
  std::vector<PendingMessage> messages;
  for (const bool of_letters : {false, true}) {
    absl::StatusOr<sqlite::Statement*> read = database_->PrepareCached(
        of_letters ? "SELECT order_id,revision,revision,replay_attempts,due,number "
                     "FROM dead_letters WHERE webhook=? AND due IS NOT NULL ORDER BY due LIMIT ?"
                   : "SELECT order_id,next,last,attempts,due FROM orders "
                     "WHERE webhook=? AND next<=last ORDER BY due LIMIT ?");
    if (!read.ok()) return read.status();
    const sqlite::ResetAtExit reset(**read);
    (*read)->BindInt64(1, number).BindInt64(2, static_cast<std::int64_t>(max));
    while (true) {
      const absl::StatusOr<bool> row = (*read)->Step();
      if (!row.ok()) return row.status();
      if (!*row) break;
      PendingMessage message{.order = {ColumnString(**read, 0)},
                             .revision = static_cast<std::uint64_t>((*read)->ColumnInt64(1)),
                             .last = static_cast<std::uint64_t>((*read)->ColumnInt64(2)),
                             .attempts = static_cast<int>((*read)->ColumnInt64(3)),
                             .due = ToTime((*read)->ColumnInt64(4))};
      if (of_letters) message.replay = (*read)->ColumnInt64(5);
      messages.push_back(std::move(message));
    }
  }
  std::stable_sort(messages.begin(), messages.end(),
                   [](const PendingMessage& a, const PendingMessage& b) { return a.due < b.due; });
  return messages;
}

absl::StatusOr<std::vector<std::int64_t>> WebhookBook::Record(
    const std::vector<MessageOutcome>& outcomes) {
  const absl::MutexLock lock(&mutex_);
  absl::StatusOr<sqlite::Transaction> transaction =
      sqlite::Transaction::Begin(*database_, sqlite::TransactionKind::kWrite);
  if (!transaction.ok()) return transaction.status();
  std::vector<std::int64_t> disabled;
  for (const MessageOutcome& outcome : outcomes) {
    absl::Status recorded =
        outcome.message.replay.has_value() ? RecordReplay(outcome) : RecordOne(outcome, disabled);
    if (recorded.ok()) recorded = Count(outcome);
    if (!recorded.ok()) return recorded;
  }
  if (absl::Status committed = transaction->Commit(); !committed.ok()) return committed;
  return disabled;
}

absl::Status WebhookBook::RecordOne(const MessageOutcome& outcome,
                                    std::vector<std::int64_t>& disabled) {
  using Kind = MessageOutcome::Kind;
  const domain::OrderId& order = outcome.message.order;
  absl::StatusOr<std::optional<OrderRow>> found = ReadOrder(*database_, outcome.webhook, order);
  if (!found.ok()) return found.status();
  // Deleted meanwhile, or gone back to an earlier event.
  if (!found->has_value() || (*found)->next != outcome.message.revision) return absl::OkStatus();
  OrderRow row = **found;
  Kind kind = outcome.kind;
  absl::Time due = outcome.due;
  if (kind == Kind::kDead) {
    const absl::StatusOr<std::uint64_t> letters =
        CountOf(*database_, "SELECT COUNT(*) FROM dead_letters WHERE webhook=?", outcome.webhook);
    if (!letters.ok()) return letters.status();
    if (*letters >= kWebhookDeadLettersMax) {
      kind = Kind::kRetry;
      due = outcome.now + kPauseOfFull;
      disabled.push_back(outcome.webhook);
    }
  }
  const bool was_tried = kind == Kind::kRetry || kind == Kind::kDead;
  if (was_tried && row.attempts == 0) row.first_attempt = ToColumn(outcome.failure.time);
  switch (kind) {
    case Kind::kGone: {
      absl::StatusOr<sqlite::Statement*> forget =
          database_->PrepareCached("DELETE FROM orders WHERE webhook=? AND order_id=?");
      if (!forget.ok()) return forget.status();
      return (*forget)->BindInt64(1, outcome.webhook).BindText(2, order.value).Run();
    }
    case Kind::kRetry:
      ++row.attempts;
      row.due = due;
      break;
    case Kind::kLater:
      row.due = due;
      break;
    case Kind::kDead:
      if (absl::Status put = PutDeadLetter(outcome, row.first_attempt); !put.ok()) return put;
      row.SetNext(outcome.up_to + 1, outcome.now);
      break;
    case Kind::kDelivered:
    case Kind::kNothing:
      row.SetNext(outcome.up_to + 1, outcome.now);
      break;
  }
  return WriteOrder(*database_, outcome.webhook, order, row);
}

absl::Status WebhookBook::RecordReplay(const MessageOutcome& outcome) {
  using Kind = MessageOutcome::Kind;
  const std::int64_t letter = *outcome.message.replay;
  switch (outcome.kind) {
    case Kind::kDelivered:
    case Kind::kNothing:
    case Kind::kGone:
      return RunOn(*database_, "DELETE FROM dead_letters WHERE number=?", letter);
    case Kind::kRetry:
    case Kind::kLater: {
      absl::StatusOr<sqlite::Statement*> write = database_->PrepareCached(
          "UPDATE dead_letters SET due=?2,replay_attempts=replay_attempts+?3 "
          "WHERE number=?1 AND due IS NOT NULL");
      if (!write.ok()) return write.status();
      return (*write)
          ->BindInt64(1, letter)
          .BindInt64(2, ToColumn(outcome.due))
          .BindInt64(3, outcome.kind == Kind::kRetry ? 1 : 0)
          .Run();
    }
    case Kind::kDead: {
      // With a number of its own, as one that has just been given up.
      absl::StatusOr<sqlite::Statement*> put = database_->PrepareCached(
          "INSERT INTO dead_letters(webhook,order_id,revision,event_id,type,recorded,attempts,"
          "first_attempt,dead_since,failure_time,failure_status,failure_error) "
          "SELECT webhook,order_id,revision,event_id,type,recorded,attempts+replay_attempts+1,"
          "first_attempt,?2,?3,?4,?5 FROM dead_letters WHERE number=?1");
      if (!put.ok()) return put.status();
      absl::Status written = (*put)
                                 ->BindInt64(1, letter)
                                 .BindInt64(2, ToColumn(outcome.now))
                                 .BindInt64(3, ToColumn(outcome.failure.time))
                                 .BindInt64(4, outcome.failure.http_status)
                                 .BindText(5, outcome.failure.error)
                                 .Run();
      if (!written.ok()) return written;
      return RunOn(*database_, "DELETE FROM dead_letters WHERE number=?", letter);
    }
  }
  return absl::OkStatus();
}

absl::Status WebhookBook::PutDeadLetter(const MessageOutcome& outcome, std::int64_t first_attempt) {
  absl::StatusOr<sqlite::Statement*> put = database_->PrepareCached(
      "INSERT INTO dead_letters(webhook,order_id,revision,event_id,type,recorded,attempts,"
      "first_attempt,dead_since,failure_time,failure_status,failure_error) "
      "VALUES(?,?,?,?,?,?,?,?,?,?,?,?)");
  if (!put.ok()) return put.status();
  return (*put)
      ->BindInt64(1, outcome.webhook)
      .BindText(2, outcome.message.order.value)
      .BindInt64(3, static_cast<std::int64_t>(outcome.up_to))
      .BindText(4, outcome.event_id)
      .BindText(5, outcome.type)
      .BindInt64(6, ToColumn(outcome.recorded))
      .BindInt64(7, outcome.message.attempts + 1)
      .BindInt64(8, first_attempt)
      .BindInt64(9, ToColumn(outcome.now))
      .BindInt64(10, ToColumn(outcome.failure.time))
      .BindInt64(11, outcome.failure.http_status)
      .BindText(12, outcome.failure.error)
      .Run();
}

absl::Status WebhookBook::Count(const MessageOutcome& outcome) {
  using Kind = MessageOutcome::Kind;
  if (outcome.kind == Kind::kDelivered) {
    absl::StatusOr<sqlite::Statement*> write = database_->PrepareCached(
        "UPDATE webhooks SET delivered=delivered+1,last_success=?2 WHERE number=?1");
    if (!write.ok()) return write.status();
    return (*write)->BindInt64(1, outcome.webhook).BindInt64(2, ToColumn(outcome.now)).Run();
  }
  if (outcome.kind != Kind::kRetry && outcome.kind != Kind::kDead) return absl::OkStatus();
  absl::StatusOr<sqlite::Statement*> write = database_->PrepareCached(
      "UPDATE webhooks SET failed_attempts=failed_attempts+1,failure_time=?2,failure_status=?3,"
      "failure_error=?4 WHERE number=?1");
  if (!write.ok()) return write.status();
  return (*write)
      ->BindInt64(1, outcome.webhook)
      .BindInt64(2, ToColumn(outcome.failure.time))
      .BindInt64(3, outcome.failure.http_status)
      .BindText(4, outcome.failure.error)
      .Run();
}

}  // namespace orders::infrastructure
