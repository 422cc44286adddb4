#include "infrastructure/node/read_connections.h"

#include <optional>

#include "absl/strings/str_cat.h"

#include "eventstoredb/event_store.h"
#include "infrastructure/node/stream_lookup.h"

namespace eventstoredb {
namespace {

constexpr std::size_t kLookedUpMax = 16'384;  // Of each kind, in one connection.

}  // namespace

absl::StatusOr<const std::string*> ReadConnection::TypeName(std::int64_t id) {
  if (const auto found = types_.find(id); found != types_.end()) return &found->second;
  absl::StatusOr<sqlite::Statement*> get =
      database_->PrepareCached("SELECT name FROM types WHERE id=?");
  if (!get.ok()) return get.status();
  const sqlite::ResetAtExit reset(**get);
  const absl::StatusOr<bool> row = (*get)->BindInt64(1, id).Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::DataLossError(absl::StrCat("type id ", id, " has no name"));
  if (types_.size() >= kLookedUpMax) types_.clear();
  return &types_.emplace(id, (*get)->ColumnText(0)).first->second;
}

absl::StatusOr<StreamVisibility> ReadConnection::Metadata(std::int64_t metastream_id,
                                                          const std::string& metastream,
                                                          std::uint64_t revision) {
  const auto known = metadata_.find(metastream_id);
  if (known != metadata_.end() && known->second.revision == revision) return known->second.parsed;
  const absl::StatusOr<std::optional<RecordedEvent>> event =
      ReadEventAt(*database_, metastream_id, metastream, revision);
  if (!event.ok()) return event.status();
  if (!event->has_value()) {
    return absl::DataLossError(absl::StrCat("stream ", metastream, " lost its last event"));
  }
  if (metadata_.size() >= kLookedUpMax) metadata_.clear();
  const StreamVisibility parsed = ParseStreamMetadata((*event)->is_json, (*event)->data);
  metadata_[metastream_id] = {revision, parsed};
  return parsed;
}

ReadConnections::ReadConnections(LogPlace place, std::size_t connections_max,
                                 sqlite::Database* shared)
    : place_(std::move(place)), connections_max_(connections_max), shared_(shared) {
  if (shared == nullptr) return;
  connections_.push_back(std::make_unique<ReadConnection>());
  connections_.back()->database_ = shared;
}

absl::StatusOr<ReadConnections::Lease> ReadConnections::Take(absl::Time deadline) {
  const absl::StatusOr<ReadConnection*> connection = Acquire(deadline);
  if (!connection.ok()) return connection.status();
  (*connection)->database().SetDeadline(deadline);
  return Lease(*this, *connection);
}

ReadConnections::Lease::~Lease() {
  if (connection_ == nullptr) return;
  connection_->database().SetDeadline(absl::InfiniteFuture());
  connections_.Release(connection_);
}

absl::StatusOr<ReadConnection*> ReadConnections::Acquire(absl::Time deadline) {
  const absl::Status closed = absl::UnavailableError("the store is closing");
  if (shared_ != nullptr) {
    shared_mutex_.Lock();
    absl::MutexLock lock(&mutex_);
    if (!closed_) return connections_.front().get();
    shared_mutex_.Unlock();
    return closed;
  }
  {
    absl::MutexLock lock(&mutex_);
    const auto available = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return closed_ || !idle_.empty() || connections_.size() + opening_ < connections_max_;
    };
    if (!mutex_.AwaitWithDeadline(absl::Condition(&available), deadline)) {
      return absl::DeadlineExceededError("no free connection for the read");
    }
    if (closed_) return closed;
    if (!idle_.empty()) {
      ReadConnection* const connection = idle_.back();
      idle_.pop_back();
      return connection;
    }
    ++opening_;
  }
  absl::StatusOr<std::unique_ptr<sqlite::Database>> opened = OpenLogReader(place_);
  absl::MutexLock lock(&mutex_);
  --opening_;
  if (!opened.ok()) return opened.status();
  connections_.push_back(std::make_unique<ReadConnection>());
  ReadConnection* const connection = connections_.back().get();
  connection->owned_ = *std::move(opened);
  connection->database_ = connection->owned_.get();
  return connection;
}

void ReadConnections::Release(ReadConnection* connection) {
  if (shared_ != nullptr) {
    shared_mutex_.Unlock();
    return;
  }
  absl::MutexLock lock(&mutex_);
  idle_.push_back(connection);
}

void ReadConnections::Close() {
  if (shared_ != nullptr) {
    absl::MutexLock shared(&shared_mutex_);
    absl::MutexLock lock(&mutex_);
    closed_ = true;
    return;
  }
  absl::MutexLock lock(&mutex_);
  closed_ = true;
  const auto at_rest = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return opening_ == 0 && idle_.size() == connections_.size();
  };
  mutex_.Await(absl::Condition(&at_rest));
  idle_.clear();
  connections_.clear();
}

}  // namespace eventstoredb
