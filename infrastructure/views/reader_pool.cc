#include "infrastructure/views/reader_pool.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace orders::infrastructure {

ReaderPool::ReaderPool(std::string path, std::size_t connections_max, int cache_kib, OnOpen on_open)
    : path_(std::move(path)),
      connections_max_(connections_max),
      cache_kib_(cache_kib),
      on_open_(on_open) {}

absl::StatusOr<ReaderPool::Lease> ReaderPool::Take(absl::Time deadline) {
  std::unique_ptr<sqlite::Database> database;
  {
    const absl::MutexLock lock(&mutex_);
    const auto available = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return !free_.empty() || open_ < connections_max_;
    };
    if (!mutex_.AwaitWithDeadline(absl::Condition(&available), deadline)) {
      return absl::DeadlineExceededError("no connection to the read model was free in time");
    }
    if (!free_.empty()) {
      database = std::move(free_.back());
      free_.pop_back();
    } else {
      ++open_;
    }
  }
  if (database == nullptr) {
    absl::StatusOr<std::unique_ptr<sqlite::Database>> opened =
        sqlite::Database::Open({.path = path_, .mode = sqlite::OpenMode::kQueryOnly});
    absl::Status ready = opened.status();
    if (ready.ok()) {
      ready = (*opened)->Execute(absl::StrCat("PRAGMA cache_size=-", cache_kib_, ";"));
    }
    if (ready.ok() && on_open_ != nullptr) ready = on_open_(**opened);
    if (!ready.ok()) {
      const absl::MutexLock lock(&mutex_);
      --open_;
      return ready;
    }
    database = *std::move(opened);
  }
  database->SetDeadline(deadline);
  return Lease(*this, std::move(database));
}

ReaderPool::Lease::~Lease() {
  if (database_ != nullptr) pool_->Return(std::move(database_));
}

void ReaderPool::Return(std::unique_ptr<sqlite::Database> database) {
  const absl::MutexLock lock(&mutex_);
  free_.push_back(std::move(database));
}

}  // namespace orders::infrastructure
