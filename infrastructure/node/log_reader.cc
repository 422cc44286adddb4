#include "infrastructure/node/log_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"

#include "infrastructure/node/event_row.h"
#include "infrastructure/sqlite/transaction.h"

namespace eventstoredb {
namespace {

constexpr std::size_t kNamesCachedMax = 16'384;
constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();

std::int64_t Clamp(std::uint64_t value) {
  return value > static_cast<std::uint64_t>(kInt64Max) ? kInt64Max
                                                       : static_cast<std::int64_t>(value);
}

std::size_t Bytes(const RecordedEvent& event) { return event.data.size() + event.metadata.size(); }

absl::Status At(const absl::Status& status, const std::string& where) {
  return absl::Status(status.code(), absl::StrCat(where, ": ", std::string(status.message())));
}

}  // namespace

class LogReader::Lease {
 public:
  static absl::StatusOr<Lease> Take(LogReader& reader, absl::Time deadline) {
    const absl::StatusOr<Connection*> connection = reader.Acquire(deadline);
    if (!connection.ok()) return connection.status();
    (*connection)->database->SetDeadline(deadline);
    return Lease(reader, *connection);
  }
  Lease(Lease&& other) noexcept
      : reader_(other.reader_), connection_(std::exchange(other.connection_, nullptr)) {}
  Lease& operator=(Lease&&) = delete;
  ~Lease() {
    if (connection_ == nullptr) return;
    connection_->database->SetDeadline(absl::InfiniteFuture());
    reader_.Release(connection_);
  }
  Connection& operator*() const { return *connection_; }

 private:
  Lease(LogReader& reader, Connection* connection) : reader_(reader), connection_(connection) {}
  LogReader& reader_;
  Connection* connection_;
};

LogReader::LogReader(LogPlace place, const EmbeddedEventStoreOptions& options,
                     sqlite::Database* shared)
    : place_(std::move(place)), options_(options), shared_(shared) {
  if (shared == nullptr) return;
  connections_.push_back(std::make_unique<Connection>());
  connections_.back()->database = shared;
}

absl::StatusOr<LogReader::Connection*> LogReader::Acquire(absl::Time deadline) {
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
      return closed_ || !idle_.empty() || connections_.size() + opening_ < options_.readers_max;
    };
    if (!mutex_.AwaitWithDeadline(absl::Condition(&available), deadline)) {
      return absl::DeadlineExceededError("no free connection for the read");
    }
    if (closed_) return closed;
    if (!idle_.empty()) {
      Connection* const connection = idle_.back();
      idle_.pop_back();
      return connection;
    }
    ++opening_;
  }
  absl::StatusOr<std::unique_ptr<sqlite::Database>> opened = OpenLogReader(place_);
  absl::MutexLock lock(&mutex_);
  --opening_;
  if (!opened.ok()) return opened.status();
  connections_.push_back(std::make_unique<Connection>());
  Connection* const connection = connections_.back().get();
  connection->owned = *std::move(opened);
  connection->database = connection->owned.get();
  return connection;
}

void LogReader::Release(Connection* connection) {
  if (shared_ != nullptr) {
    shared_mutex_.Unlock();
    return;
  }
  absl::MutexLock lock(&mutex_);
  idle_.push_back(connection);
}

void LogReader::Close() {
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

absl::StatusOr<const std::string*> LogReader::TypeName(Connection& connection, std::int64_t id) {
  auto& names = connection.types;
  if (const auto found = names.find(id); found != names.end()) return &found->second;
  absl::StatusOr<sqlite::Statement*> get =
      connection.database->PrepareCached("SELECT name FROM types WHERE id=?");
  if (!get.ok()) return get.status();
  const sqlite::ResetAtExit reset(**get);
  const absl::StatusOr<bool> row = (*get)->BindInt64(1, id).Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::DataLossError(absl::StrCat("type id ", id, " has no name"));
  if (names.size() >= kNamesCachedMax) names.clear();
  return &names.emplace(id, (*get)->ColumnText(0)).first->second;
}

absl::StatusOr<EventPage> LogReader::ReadStream(const StreamQuery& query) {
  absl::StatusOr<Lease> lease = Lease::Take(*this, query.deadline);
  if (!lease.ok()) return lease.status();
  EventPage page;
  page.status = FillStreamPage(**lease, query, page);
  if (!page.status.ok() && page.events.empty()) return page.status;
  return page;
}

absl::Status LogReader::FillStreamPage(Connection& connection, const StreamQuery& query,
                                       EventPage& page) {
  const bool forwards = query.direction == Direction::kForwards;
  absl::StatusOr<sqlite::Transaction> transaction =
      sqlite::Transaction::Begin(*connection.database, sqlite::TransactionKind::kRead);
  if (!transaction.ok()) return transaction.status();
  const std::string where = absl::StrCat("stream ", query.stream);

  absl::StatusOr<sqlite::Statement*> find =
      connection.database->PrepareCached("SELECT id FROM streams WHERE name=?");
  if (!find.ok()) return At(find.status(), where);
  const sqlite::ResetAtExit reset_find(**find);
  absl::StatusOr<bool> row = (*find)->BindTextView(1, query.stream).Step();
  if (!row.ok()) return At(row.status(), where);
  if (!*row) return absl::NotFoundError(absl::StrCat(where, " does not exist"));
  const std::int64_t stream_id = (*find)->ColumnInt64(0);

  absl::StatusOr<sqlite::Statement*> select = connection.database->PrepareCached(
      forwards ? absl::StrCat("SELECT ", std::string(kEventColumns),
                              " FROM events INDEXED BY events_by_stream WHERE stream=? AND "
                              "revision>=? ORDER BY revision LIMIT ?")
               : absl::StrCat("SELECT ", std::string(kEventColumns),
                              " FROM events INDEXED BY events_by_stream WHERE stream=? AND "
                              "revision<=? ORDER BY revision DESC LIMIT ?"));
  if (!select.ok()) return At(select.status(), where);
  const sqlite::ResetAtExit reset_select(**select);
  (*select)
      ->BindInt64(1, stream_id)
      .BindInt64(2, Clamp(query.from))
      .BindInt64(3, Clamp(query.events_max));
  // Backwards the first revision is known only when it is seen.
  bool is_expected_known = forwards;
  std::uint64_t expected = query.from;
  const auto place = [&] {
    return is_expected_known ? absl::StrCat(where, ", revision ", expected) : where;
  };
  std::size_t bytes = 0;
  while (true) {
    row = (*select)->Step();
    if (!row.ok()) return At(row.status(), place());
    if (!*row) break;
    const std::uint64_t revision = RowRevision(**select);
    if (is_expected_known && revision != expected) {
      return absl::DataLossError(absl::StrCat(place(), " is missing"));
    }
    const absl::StatusOr<const std::string*> type = TypeName(connection, RowTypeId(**select));
    if (!type.ok()) return At(type.status(), place());
    absl::StatusOr<RecordedEvent> event = DecodeRow(**select, query.stream, **type);
    if (!event.ok()) return event.status();
    bytes += Bytes(*event);
    page.events.push_back(*std::move(event));
    if (!forwards && revision == 0) break;
    expected = forwards ? revision + 1 : revision - 1;
    is_expected_known = true;
    if (bytes >= options_.page_bytes_max) return absl::OkStatus();
  }
  page.at_end = page.events.size() < query.events_max;
  const bool begins = !page.events.empty() && page.events.back().revision == 0;
  if (!forwards && page.at_end && !begins) {
    return absl::DataLossError(absl::StrCat(where, ": events at its beginning are missing"));
  }
  return absl::OkStatus();
}

absl::StatusOr<EventPage> LogReader::ReadAll(const AllQuery& query) {
  absl::StatusOr<Lease> lease = Lease::Take(*this, query.deadline);
  if (!lease.ok()) return lease.status();
  EventPage page;
  page.examined_to = query.bound;
  page.status = FillAllPage(**lease, query, page);
  if (!page.status.ok() && page.events.empty()) return page.status;
  return page;
}

absl::Status LogReader::FillAllPage(Connection& connection, const AllQuery& query,
                                    EventPage& page) {
  const bool forwards = query.direction == Direction::kForwards;
  absl::StatusOr<sqlite::Transaction> transaction =
      sqlite::Transaction::Begin(*connection.database, sqlite::TransactionKind::kRead);
  if (!transaction.ok()) return transaction.status();
  absl::StatusOr<sqlite::Statement*> select = connection.database->PrepareCached(absl::StrCat(
      "SELECT ", std::string(kEventColumns),
      ",(SELECT name FROM streams WHERE id=events.stream) FROM events WHERE position",
      forwards ? ">? ORDER BY position LIMIT ?" : "<? ORDER BY position DESC LIMIT ?"));
  if (!select.ok()) return select.status();
  const sqlite::ResetAtExit reset(**select);
  (*select)->BindInt64(1, Clamp(query.bound)).BindInt64(2, Clamp(query.examined_max));
  const bool by_stream =
      query.filter != nullptr && query.filter->subject() == Filter::Subject::kStream;
  std::string stream;
  std::size_t bytes = 0;
  while (page.events.size() < query.events_max && bytes < options_.page_bytes_max) {
    const absl::StatusOr<bool> row = (*select)->Step();
    if (!row.ok()) return At(row.status(), absl::StrCat("after position ", page.examined_to));
    if (!*row) {
      page.at_end = page.examined < query.examined_max;
      return absl::OkStatus();
    }
    // No cache of streams' names: in a log of many streams it would hold none that is needed.
    stream = (*select)->ColumnText(kEventColumnCount);
    if (stream.empty()) {
      return absl::DataLossError(absl::StrCat("stream id ", RowStreamId(**select), " has no name"));
    }
    const absl::StatusOr<const std::string*> type = TypeName(connection, RowTypeId(**select));
    if (!type.ok()) return type.status();
    if (query.filter == nullptr || query.filter->Passes(by_stream ? stream : **type)) {
      absl::StatusOr<RecordedEvent> event = DecodeRow(**select, stream, **type);
      if (!event.ok()) return event.status();
      bytes += Bytes(*event);
      page.events.push_back(*std::move(event));
    }
    ++page.examined;
    page.examined_to = RowPosition(**select);
  }
  return absl::OkStatus();
}

absl::Status LogReader::With(absl::Time deadline,
                             absl::FunctionRef<absl::Status(sqlite::Database&)> work) {
  absl::StatusOr<Lease> lease = Lease::Take(*this, deadline);
  if (!lease.ok()) return lease.status();
  return work(*(**lease).database);
}

}  // namespace eventstoredb
