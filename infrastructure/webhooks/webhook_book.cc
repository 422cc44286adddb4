#include "infrastructure/webhooks/webhook_book.h"

#include <cerrno>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "infrastructure/sqlite/statement.h"
#include "infrastructure/sqlite/transaction.h"
#include "infrastructure/webhooks/webhook_rows.h"

namespace orders::infrastructure {
namespace {

using application::DeletedWebhook;
using application::WebhookDeliveries;
using application::WebhookId;
using application::WebhookState;

constexpr std::int64_t kVersion = 1;

// `orders`: `next` is the revision to deliver, `last` the last one known; all from `first` on was
// noted while the row was there. `dead_letters`: `due` is NULL unless it is replayed.
constexpr char kTables[] =
    "CREATE TABLE store(id TEXT NOT NULL, generation INTEGER NOT NULL);"
    "CREATE TABLE webhooks("
    " number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, group_name TEXT NOT NULL,"
    " group_made INTEGER NOT NULL DEFAULT 0, deleted INTEGER NOT NULL DEFAULT 0,"
    " start INTEGER NOT NULL, url TEXT NOT NULL, description TEXT NOT NULL,"
    " event_types TEXT NOT NULL, state INTEGER NOT NULL, state_reason TEXT NOT NULL,"
    " state_since INTEGER NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL,"
    " secret TEXT NOT NULL, secret_made INTEGER NOT NULL, old_secret TEXT NOT NULL DEFAULT '',"
    " old_secret_end INTEGER, noted_commit INTEGER, noted_prepare INTEGER,"
    " delivered INTEGER NOT NULL DEFAULT 0, failed_attempts INTEGER NOT NULL DEFAULT 0,"
    " last_success INTEGER, failure_time INTEGER, failure_status INTEGER NOT NULL DEFAULT 0,"
    " failure_error TEXT NOT NULL DEFAULT '');"
    "CREATE UNIQUE INDEX webhooks_by_id ON webhooks(id) WHERE deleted=0;"
    "CREATE TABLE orders("
    " webhook INTEGER NOT NULL, order_id TEXT NOT NULL, first INTEGER NOT NULL,"
    " next INTEGER NOT NULL, last INTEGER NOT NULL, position INTEGER NOT NULL,"
    " since INTEGER NOT NULL, due INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,"
    " first_attempt INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(webhook, order_id)) WITHOUT ROWID;"
    "CREATE INDEX orders_due ON orders(webhook, due) WHERE next<=last;"
    "CREATE INDEX orders_since ON orders(webhook, since) WHERE next<=last;"
    "CREATE INDEX orders_done ON orders(webhook, position) WHERE next>last;"
    "CREATE TABLE dead_letters("
    " number INTEGER PRIMARY KEY AUTOINCREMENT, webhook INTEGER NOT NULL, order_id TEXT NOT NULL,"
    " revision INTEGER NOT NULL, event_id TEXT NOT NULL, type TEXT NOT NULL,"
    " recorded INTEGER NOT NULL, attempts INTEGER NOT NULL, first_attempt INTEGER NOT NULL,"
    " dead_since INTEGER NOT NULL, failure_time INTEGER NOT NULL, failure_status INTEGER NOT NULL,"
    " failure_error TEXT NOT NULL, due INTEGER, replay_attempts INTEGER NOT NULL DEFAULT 0);"
    "CREATE INDEX letters_dead ON dead_letters(webhook, number) WHERE due IS NULL;"
    "CREATE INDEX letters_due ON dead_letters(webhook, due) WHERE due IS NOT NULL;";

constexpr char kColumns[] =
    "SELECT number,group_name,group_made,deleted,start,secret,old_secret,noted_commit,"
    "noted_prepare,id,url,description,event_types,state,state_reason,state_since,created,updated,"
    "secret_made,old_secret_end FROM webhooks WHERE ";

/// Made before SQLite opens it, which would let others of the machine read it. Its files beside get
/// the same mode.
absl::Status MakeFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return absl::ErrnoToStatus(errno, path);
  close(file);
  return absl::OkStatus();
}

BookedWebhook ReadRow(const sqlite::Statement& row) {
  BookedWebhook booked;
  booked.number = row.ColumnInt64(0);
  booked.group = ColumnString(row, 1);
  booked.is_group_made = row.ColumnInt64(2) != 0;
  booked.is_deleted = row.ColumnInt64(3) != 0;
  booked.start = static_cast<application::WebhookStart>(row.ColumnInt64(4));
  booked.secret = ColumnString(row, 5);
  booked.old_secret = ColumnString(row, 6);
  if (!row.ColumnIsNull(7)) {
    booked.noted = application::LogPosition{static_cast<std::uint64_t>(row.ColumnInt64(7)),
                                            static_cast<std::uint64_t>(row.ColumnInt64(8))};
  }
  application::Webhook& shown = booked.shown;
  shown.id = {ColumnString(row, 9)};
  shown.url = ColumnString(row, 10);
  shown.description = ColumnString(row, 11);
  shown.event_types = absl::StrSplit(ColumnString(row, 12), ',', absl::SkipEmpty());
  shown.state = static_cast<WebhookState>(row.ColumnInt64(13));
  shown.state_reason = ColumnString(row, 14);
  shown.state_since = ToTime(row.ColumnInt64(15));
  shown.created = ToTime(row.ColumnInt64(16));
  shown.updated = ToTime(row.ColumnInt64(17));
  shown.secret_made = ToTime(row.ColumnInt64(18));
  shown.old_secret_end = ColumnTime(row, 19);
  return booked;
}

absl::Status NoSuch(const WebhookId& id) {
  return absl::NotFoundError(absl::StrCat("there is no webhook ", id.value));
}

}  // namespace

absl::StatusOr<std::unique_ptr<WebhookBook>> WebhookBook::Open(
    const std::string& path, const application::StoreIdentity& store) {
  if (!path.empty()) {
    if (absl::Status made = MakeFile(path); !made.ok()) return made;
  }
  auto database = sqlite::Database::Open({.path = path.empty() ? ":memory:" : path});
  if (!database.ok()) return database.status();
  // What is noted is acknowledged to the store next: it has to be on the disk.
  absl::Status set = (*database)->Execute("PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;");
  if (!set.ok()) return set;
  std::unique_ptr<WebhookBook> book(new WebhookBook(*std::move(database)));
  if (absl::Status made = book->MakeTables(store); !made.ok()) return made;
  return book;
}

absl::Status WebhookBook::MakeTables(const application::StoreIdentity& store) {
  const absl::MutexLock lock(&mutex_);
  const absl::StatusOr<std::int64_t> version = database_->QueryInt64("PRAGMA user_version");
  if (!version.ok()) return version.status();
  if (*version > kVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat("the book of webhooks is of version ", *version,
                     ", and this orderd knows versions up to ", kVersion, ": start a newer one"));
  }
  absl::StatusOr<sqlite::Transaction> transaction =
      sqlite::Transaction::Begin(*database_, sqlite::TransactionKind::kWrite);
  if (!transaction.ok()) return transaction.status();
  if (*version == 0) {
    absl::Status made = database_->Execute(absl::StrCat(
        kTables, "INSERT INTO store VALUES('',0);PRAGMA user_version=", kVersion, ";"));
    if (!made.ok()) return made;
  }
  // Of another log, or of one that was put back: what was delivered of it says nothing of its
  // events of the same numbers, and positions mean nothing.
  absl::StatusOr<sqlite::Statement*> is_same =
      database_->PrepareCached("SELECT 1 FROM store WHERE id=? AND generation=?");
  if (!is_same.ok()) return is_same.status();
  (*is_same)->BindText(1, store.id).BindInt64(2, static_cast<std::int64_t>(store.generation));
  absl::StatusOr<bool> row = (*is_same)->Step();
  (*is_same)->Reset();
  if (!row.ok()) return row.status();
  if (!*row) {
    absl::Status forgotten = database_->Execute(
        "DELETE FROM orders WHERE next>last;"
        "UPDATE webhooks SET noted_commit=NULL,noted_prepare=NULL;"
        "UPDATE webhooks SET group_made=0;");
    if (!forgotten.ok()) return forgotten;
    absl::StatusOr<sqlite::Statement*> put =
        database_->PrepareCached("UPDATE store SET id=?,generation=?");
    if (!put.ok()) return put.status();
    absl::Status written = (*put)
                               ->BindText(1, store.id)
                               .BindInt64(2, static_cast<std::int64_t>(store.generation))
                               .Run();
    if (!written.ok()) return written;
  }
  return transaction->Commit();
}

absl::Status WebhookBook::BackUp(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return absl::ErrnoToStatus(errno, path);
  const absl::Cleanup close_file = [file] { close(file); };
  {
    const absl::MutexLock lock(&mutex_);
    absl::StatusOr<sqlite::Statement*> copy = database_->PrepareCached("VACUUM INTO ?");
    if (!copy.ok()) return copy.status();
    if (absl::Status copied = (*copy)->BindText(1, path).Run(); !copied.ok()) return copied;
  }
  const std::string folder = std::filesystem::path(path).parent_path();
  const int entry = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (entry < 0) return absl::ErrnoToStatus(errno, folder);
  const absl::Cleanup close_entry = [entry] { close(entry); };
  if (fsync(file) != 0 || fsync(entry) != 0) return absl::ErrnoToStatus(errno, path);
  return absl::OkStatus();
}

absl::StatusOr<BookedWebhook> WebhookBook::Add(const application::NewWebhook& webhook,
                                               const std::string& group, const std::string& secret,
                                               absl::Time now) {
  const absl::MutexLock lock(&mutex_);
  absl::StatusOr<std::vector<BookedWebhook>> all = ReadWebhooks("?1=?1 AND deleted=0", "");
  if (!all.ok()) return all.status();
  for (const BookedWebhook& other : *all) {
    if (other.shown.id == webhook.id) {
      return absl::AlreadyExistsError(absl::StrCat("there is a webhook ", webhook.id.value));
    }
  }
  if (all->size() >= kWebhooksMax) {
    return absl::ResourceExhaustedError(
        absl::StrCat("there are ", kWebhooksMax, " webhooks, as many as may be: delete one"));
  }
  absl::StatusOr<sqlite::Statement*> insert = database_->PrepareCached(
      "INSERT INTO webhooks(id,group_name,start,url,description,event_types,state,state_reason,"
      "state_since,created,updated,secret,secret_made) VALUES(?,?,?,?,?,?,0,'',?7,?7,?7,?8,?7)");
  if (!insert.ok()) return insert.status();
  absl::Status added = (*insert)
                           ->BindText(1, webhook.id.value)
                           .BindText(2, group)
                           .BindInt64(3, static_cast<std::int64_t>(webhook.start))
                           .BindText(4, webhook.url)
                           .BindText(5, webhook.description)
                           .BindText(6, absl::StrJoin(webhook.event_types, ","))
                           .BindInt64(7, ToColumn(now))
                           .BindText(8, secret)
                           .Run();
  if (!added.ok()) return added;
  all = ReadWebhooks("id=?1 AND deleted=0", webhook.id.value);
  if (!all.ok()) return all.status();
  return all->front();
}

absl::StatusOr<std::vector<BookedWebhook>> WebhookBook::ReadWebhooks(const std::string& condition,
                                                                     const std::string& id) {
  absl::StatusOr<sqlite::Statement*> read =
      database_->PrepareCached(absl::StrCat(kColumns, condition, " ORDER BY id"));
  if (!read.ok()) return read.status();
  const sqlite::ResetAtExit reset(**read);
  (*read)->BindText(1, id);
  std::vector<BookedWebhook> webhooks;
  while (true) {
    const absl::StatusOr<bool> row = (*read)->Step();
    if (!row.ok()) return row.status();
    if (!*row) return webhooks;
    webhooks.push_back(ReadRow(**read));
  }
}

absl::Status WebhookBook::MarkGroupMade(std::int64_t number) {
  const absl::MutexLock lock(&mutex_);
  absl::StatusOr<sqlite::Statement*> mark =
      database_->PrepareCached("UPDATE webhooks SET group_made=1 WHERE number=?");
  return mark.ok() ? (*mark)->BindInt64(1, number).Run() : mark.status();
}

absl::StatusOr<std::vector<BookedWebhook>> WebhookBook::ReadAll() {
  const absl::MutexLock lock(&mutex_);
  return ReadWebhooks("?1=?1", "");
}

absl::StatusOr<BookedWebhook> WebhookBook::Find(const WebhookId& id) {
  const absl::MutexLock lock(&mutex_);
  absl::StatusOr<std::vector<BookedWebhook>> found = ReadWebhooks("id=?1 AND deleted=0", id.value);
  if (!found.ok()) return found.status();
  if (found->empty()) return NoSuch(id);
  return found->front();
}

absl::StatusOr<WebhookDeliveries> WebhookBook::Deliveries(std::int64_t number) {
  const absl::MutexLock lock(&mutex_);
  absl::StatusOr<sqlite::Statement*> read = database_->PrepareCached(
      "SELECT delivered,failed_attempts,last_success,failure_time,failure_status,failure_error,"
      "(SELECT COUNT(*) FROM dead_letters WHERE webhook=?1 AND due IS NULL),"
      "(SELECT COUNT(*) FROM orders WHERE webhook=?1 AND next<=last)"
      " +(SELECT COUNT(DISTINCT order_id) FROM dead_letters d WHERE webhook=?1 AND due IS NOT NULL"
      "   AND NOT EXISTS(SELECT 1 FROM orders o WHERE o.webhook=?1 AND o.order_id=d.order_id"
      "                  AND next<=last)),"
      "(SELECT COUNT(*) FROM orders WHERE webhook=?1 AND next<=last AND attempts>0),"
      "(SELECT MIN(since) FROM orders WHERE webhook=?1 AND next<=last) "
      "FROM webhooks WHERE number=?1");
  if (!read.ok()) return read.status();
  const sqlite::ResetAtExit reset(**read);
  (*read)->BindInt64(1, number);
  const absl::StatusOr<bool> row = (*read)->Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::NotFoundError("there is no such webhook");
  const sqlite::Statement& columns = **read;
  WebhookDeliveries deliveries;
  deliveries.delivered = static_cast<std::uint64_t>(columns.ColumnInt64(0));
  deliveries.failed_attempts = static_cast<std::uint64_t>(columns.ColumnInt64(1));
  deliveries.last_success = ColumnTime(columns, 2);
  if (const std::optional<absl::Time> failed = ColumnTime(columns, 3)) {
    deliveries.last_failure =
        application::WebhookFailure{.time = *failed,
                                    .http_status = static_cast<int>(columns.ColumnInt64(4)),
                                    .error = ColumnString(columns, 5)};
  }
  deliveries.dead_letters = static_cast<std::uint64_t>(columns.ColumnInt64(6));
  deliveries.pending_orders = static_cast<std::uint64_t>(columns.ColumnInt64(7));
  deliveries.retrying_orders = static_cast<std::uint64_t>(columns.ColumnInt64(8));
  deliveries.oldest_pending = ColumnTime(columns, 9);
  return deliveries;
}

absl::StatusOr<WebhookTotals> WebhookBook::Totals() {
  const absl::MutexLock lock(&mutex_);
  absl::StatusOr<sqlite::Statement*> read = database_->PrepareCached(
      "SELECT (SELECT COUNT(*) FROM webhooks WHERE deleted=0 AND state=0),"
      "(SELECT COUNT(*) FROM webhooks WHERE deleted=0 AND state=1),"
      "(SELECT COUNT(*) FROM webhooks WHERE deleted=0 AND state=2),"
      "(SELECT COUNT(*) FROM orders WHERE next<=last),"
      "(SELECT COUNT(*) FROM dead_letters WHERE due IS NULL),"
      // A webhook that is paused waits because somebody wants it to.
      "(SELECT MIN(since) FROM orders WHERE next<=last AND webhook IN"
      " (SELECT number FROM webhooks WHERE deleted=0 AND state<>1))");
  if (!read.ok()) return read.status();
  const sqlite::ResetAtExit reset(**read);
  if (const absl::StatusOr<bool> row = (*read)->Step(); !row.ok()) return row.status();
  const auto count = [&](int column) {
    return static_cast<std::uint64_t>((*read)->ColumnInt64(column));
  };
  return WebhookTotals{.active = count(0),
                       .paused = count(1),
                       .disabled = count(2),
                       .pending_orders = count(3),
                       .dead_letters = count(4),
                       .oldest_pending = ColumnTime(**read, 5)};
}

absl::Status WebhookBook::Update(const WebhookId& id, const application::WebhookUpdate& update,
                                 absl::Time now) {
  const absl::MutexLock lock(&mutex_);
  absl::StatusOr<sqlite::Statement*> write = database_->PrepareCached(
      "UPDATE webhooks SET url=COALESCE(?2,url),description=COALESCE(?3,description),"
      "event_types=COALESCE(?4,event_types),updated=?5 WHERE id=?1 AND deleted=0");
  if (!write.ok()) return write.status();
  (*write)->BindText(1, id.value).BindInt64(5, ToColumn(now));
  if (update.url.has_value()) (*write)->BindText(2, *update.url);
  if (update.description.has_value()) (*write)->BindText(3, *update.description);
  if (update.event_types.has_value()) {
    (*write)->BindText(4, absl::StrJoin(*update.event_types, ","));
  }
  if (absl::Status written = (*write)->Run(); !written.ok()) return written;
  return database_->changes() == 1 ? absl::OkStatus() : NoSuch(id);
}

absl::Status WebhookBook::SetState(std::int64_t number, WebhookState state,
                                   const std::string& reason, absl::Time now) {
  const absl::MutexLock lock(&mutex_);
  absl::StatusOr<sqlite::Statement*> write = database_->PrepareCached(
      "UPDATE webhooks SET state=?2,state_reason=?3,state_since=?4 WHERE number=?1 AND state<>?2");
  if (!write.ok()) return write.status();
  return (*write)
      ->BindInt64(1, number)
      .BindInt64(2, static_cast<std::int64_t>(state))
      .BindText(3, reason)
      .BindInt64(4, ToColumn(now))
      .Run();
}

absl::Status WebhookBook::MakeDue(std::int64_t number, absl::Time now) {
  const absl::MutexLock lock(&mutex_);
  for (const char* const sql :
       {"UPDATE orders SET due=?2 WHERE webhook=?1 AND next<=last AND due>?2",
        "UPDATE dead_letters SET due=?2 WHERE webhook=?1 AND due>?2"}) {
    absl::StatusOr<sqlite::Statement*> write = database_->PrepareCached(sql);
    if (!write.ok()) return write.status();
    absl::Status made = (*write)->BindInt64(1, number).BindInt64(2, ToColumn(now)).Run();
    if (!made.ok()) return made;
  }
  return absl::OkStatus();
}

absl::Status WebhookBook::SetSecret(const WebhookId& id, const std::string& secret,
                                    std::optional<absl::Time> old_end, absl::Time now) {
  const absl::MutexLock lock(&mutex_);
  absl::StatusOr<sqlite::Statement*> write = database_->PrepareCached(
      "UPDATE webhooks SET old_secret=CASE WHEN ?3 IS NULL THEN '' ELSE secret END,"
      "old_secret_end=?3,secret=?2,secret_made=?4 WHERE id=?1 AND deleted=0");
  if (!write.ok()) return write.status();
  (*write)->BindText(1, id.value).BindText(2, secret).BindInt64(4, ToColumn(now));
  if (old_end.has_value()) (*write)->BindInt64(3, ToColumn(*old_end));
  if (absl::Status written = (*write)->Run(); !written.ok()) return written;
  return database_->changes() == 1 ? absl::OkStatus() : NoSuch(id);
}

absl::StatusOr<DeletedWebhook> WebhookBook::MarkDeleted(const WebhookId& id) {
  const absl::StatusOr<BookedWebhook> booked = Find(id);
  if (!booked.ok()) return booked.status();
  const absl::StatusOr<WebhookDeliveries> dropped = Deliveries(booked->number);
  if (!dropped.ok()) return dropped.status();
  const absl::MutexLock lock(&mutex_);
  absl::StatusOr<sqlite::Statement*> mark =
      database_->PrepareCached("UPDATE webhooks SET deleted=1 WHERE number=? AND deleted=0");
  if (!mark.ok()) return mark.status();
  absl::Status marked = (*mark)->BindInt64(1, booked->number).Run();
  if (!marked.ok()) return marked;
  if (database_->changes() == 0) return NoSuch(id);
  return DeletedWebhook{.pending_orders = dropped->pending_orders,
                        .dead_letters = dropped->dead_letters};
}

absl::Status WebhookBook::Remove(std::int64_t number) {
  const absl::MutexLock lock(&mutex_);
  absl::StatusOr<sqlite::Transaction> transaction =
      sqlite::Transaction::Begin(*database_, sqlite::TransactionKind::kWrite);
  if (!transaction.ok()) return transaction.status();
  for (const char* const sql :
       {"DELETE FROM orders WHERE webhook=?", "DELETE FROM dead_letters WHERE webhook=?",
        "DELETE FROM webhooks WHERE number=?"}) {
    absl::StatusOr<sqlite::Statement*> write = database_->PrepareCached(sql);
    if (!write.ok()) return write.status();
    if (absl::Status removed = (*write)->BindInt64(1, number).Run(); !removed.ok()) return removed;
  }
  return transaction->Commit();
}

}  // namespace orders::infrastructure
