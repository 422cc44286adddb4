#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "infrastructure/sqlite/database.h"

namespace orders::infrastructure {

/// At most so many query-only connections to one file, opened when first needed. Thread-safe.
class ReaderPool {
 public:
  /// Readies a connection that was just opened.
  using OnOpen = absl::Status (*)(sqlite::Database& database);

  ReaderPool(std::string path, std::size_t connections_max, int cache_kib,
             OnOpen on_open = nullptr);

  /// A connection of the caller's own until the lease ends; statements run no longer than the
  /// deadline it was taken with.
  class Lease {
   public:
    Lease(ReaderPool& pool, std::unique_ptr<sqlite::Database> database)
        : pool_(&pool), database_(std::move(database)) {}
    Lease(Lease&& other) noexcept : pool_(other.pool_), database_(std::move(other.database_)) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    sqlite::Database& operator*() { return *database_; }
    sqlite::Database* operator->() { return database_.get(); }

   private:
    ReaderPool* pool_;
    std::unique_ptr<sqlite::Database> database_;
  };

  /// Waits for a free one. Errors: DeadlineExceeded; those of sqlite::Database::Open.
  absl::StatusOr<Lease> Take(absl::Time deadline);

 private:
  void Return(std::unique_ptr<sqlite::Database> database);

  const std::string path_;
  const std::size_t connections_max_;
  const int cache_kib_;
  const OnOpen on_open_;
  absl::Mutex mutex_;
  std::size_t open_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::unique_ptr<sqlite::Database>> free_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace orders::infrastructure
