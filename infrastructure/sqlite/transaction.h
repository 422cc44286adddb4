#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "infrastructure/sqlite/database.h"

namespace sqlite {

enum class TransactionKind {
  kRead,   ///< BEGIN DEFERRED: one consistent view from the first read on.
  kWrite,  ///< BEGIN IMMEDIATE: takes the write lock now, so that no later step is refused.
};

/// Rolled back at the end of its scope unless committed.
class Transaction {
 public:
  static absl::StatusOr<Transaction> Begin(Database& database, TransactionKind kind);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  /// After an error the transaction is over as well: rolled back, or, when the error is
  /// Unavailable, with unknown outcome.
  absl::Status Commit();
  void Rollback();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace sqlite
