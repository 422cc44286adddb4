#include "infrastructure/sqlite/transaction.h"

namespace sqlite {
namespace {

absl::Status RunCached(Database& database, std::string_view sql) {
  absl::StatusOr<Statement*> statement = database.PrepareCached(sql);
  if (!statement.ok()) return statement.status();
  return (*statement)->Run();
}

}  // namespace

absl::StatusOr<Transaction> Transaction::Begin(Database& database, TransactionKind kind) {
  const absl::Status begun =
      RunCached(database, kind == TransactionKind::kRead ? "BEGIN DEFERRED" : "BEGIN IMMEDIATE");
  if (!begun.ok()) return begun;
  return Transaction(database);
}

Transaction::~Transaction() { Rollback(); }

absl::Status Transaction::Commit() {
  if (database_ == nullptr) return absl::InternalError("the transaction is over");
  const absl::Status committed = RunCached(*database_, "COMMIT");
  if (!committed.ok()) {
    Rollback();
    return committed;
  }
  database_ = nullptr;
  return absl::OkStatus();
}

void Transaction::Rollback() {
  if (database_ == nullptr) return;
  Database& database = *std::exchange(database_, nullptr);
  // Some errors roll back by themselves; a second ROLLBACK would be an error of its own.
  if (database.in_transaction()) RunCached(database, "ROLLBACK").IgnoreError();
}

}  // namespace sqlite
