#include "eventstoredb/node/embedded_event_store.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "absl/time/clock.h"

#include "eventstoredb/system_names.h"
#include "infrastructure/node/append_limits.h"
#include "infrastructure/node/catch_up_subscription.h"
#include "infrastructure/node/checked_vfs.h"
#include "infrastructure/node/head_witness.h"
#include "infrastructure/node/log_backup.h"
#include "infrastructure/node/log_file.h"
#include "infrastructure/node/log_reader.h"
#include "infrastructure/node/log_verification.h"
#include "infrastructure/node/log_writer.h"
#include "infrastructure/node/recent_events.h"
#include "infrastructure/node/store_directory.h"

namespace eventstoredb {
namespace {

// A filtered read examines this many rows in one transaction, matching or not.
constexpr std::size_t kExaminedPerPageMax = 4'096;
constexpr absl::Duration kSubscribeTimeout = absl::Seconds(5);

absl::Status CheckOptions(const EmbeddedEventStoreOptions& options) {
  const bool counts_fit = options.appends_in_flight_max > 0 && options.in_flight_bytes_max > 0 &&
                          options.events_per_append_max > 0 && options.group_events_max > 0 &&
                          options.group_bytes_max > 0 && options.readers_max > 0 &&
                          options.page_events_max > 0 && options.page_bytes_max > 0 &&
                          options.checkpoint_interval_events > 0 &&
                          options.stream_name_bytes_max > 0 && options.type_bytes_max > 0;
  if (!counts_fit) return absl::InvalidArgumentError("a bound of the event store is zero");
  if (options.wal_pages_idle_max < 1 || options.wal_pages_busy_max < options.wal_pages_idle_max ||
      options.wal_pages_max < options.wal_pages_busy_max) {
    return absl::InvalidArgumentError("wal_pages: idle <= busy <= max does not hold");
  }
  if (options.free_space_min_percent < 0 || options.free_space_min_percent > 99) {
    return absl::InvalidArgumentError("free_space_min_percent is not between 0 and 99");
  }
  return absl::OkStatus();
}

class Store final : public EmbeddedEventStore {
 public:
  Store(EmbeddedEventStoreOptions options, std::optional<StoreDirectory> directory,
        std::unique_ptr<CheckedVfs> vfs, LogPlace place, std::optional<HeadWitness> witness,
        OpenedLog log)
      : options_(std::move(options)),
        directory_(std::move(directory)),
        vfs_(std::move(vfs)),
        witness_(std::move(witness)),
        log_(std::move(log)) {
    sqlite::Database* const shared = options_.in_memory ? log_.writer.get() : nullptr;
    source_.recent = std::make_shared<RecentEvents>(log_.head.position, options_.recent_events_max,
                                                    options_.recent_bytes_max);
    source_.reader = std::make_shared<LogReader>(std::move(place), options_, shared,
                                                 log_.has_metastreams, log_.identity.store_id);
    writer_.emplace(options_, log_, witness_.has_value() ? &*witness_ : nullptr,
                    directory_.has_value() ? &*directory_ : nullptr, *source_.recent,
                    source_.reader->shared_mutex(), source_.reader->has_metastreams());
  }

  ~Store() override {
    source_.recent->Close();
    source_.reader->Close();
    writer_.reset();
  }

  void StartAppend(AppendRequest request, AppendCallback done) override {
    writer_->Start(std::move(request), std::move(done));
  }
  void StartDelete(DeleteRequest request, DeleteCallback done) override {
    writer_->StartDelete(std::move(request), std::move(done));
  }

  absl::Status ReadStream(const ReadStreamRequest& request, EventVisitor visit) override;
  absl::Status ReadAll(const ReadAllRequest& request, EventVisitor visit) override;
  absl::StatusOr<StreamPage> ReadStreamPage(const StreamPageRequest& request) override;
  absl::StatusOr<AllPage> ReadAllPage(const AllPageRequest& request) override;
  absl::StatusOr<std::unique_ptr<Subscription>> Subscribe(SubscribeRequest request) override;

  std::optional<std::optional<std::uint64_t>> KnownHead(const std::string& stream) override {
    return writer_->KnownHead(stream);
  }
  std::optional<Position> KnownEnd() override { return writer_->KnownEnd(); }

  const Uuid& store_id() const override { return log_.identity.store_id; }
  std::uint64_t generation() const override { return log_.identity.generation; }
  bool was_closed_cleanly() const override { return log_.identity.was_closed_cleanly; }
  bool has_system_projections() const override { return options_.system_projections; }
  bool may_have_metadata() const override { return source_.reader->has_metastreams().load(); }
  std::uint64_t ChangeMark(std::string_view stream) const override {
    return writer_->changes().MarkOf(stream);
  }
  EmbeddedEventStoreStats Stats() const override { return writer_->Stats(); }

  absl::Status Verify(absl::Time deadline) override {
    return source_.reader->With(deadline,
                                [](sqlite::Database& database) { return VerifyLog(database); });
  }

  absl::Status RequestNewGeneration() override {
    if (!directory_.has_value()) return InMemory();
    return StoreMarks::Set(directory_->path(), StoreMarks::kNewGeneration);
  }
  absl::StatusOr<BackupSummary> BackUp(const std::string& directory,
                                       absl::FunctionRef<bool()> is_cancelled) override {
    if (!directory_.has_value()) return InMemory();
    BackupSummary summary;
    const absl::Status copied =
        source_.reader->With(absl::InfiniteFuture(), [&](sqlite::Database& database) {
          const auto done = BackUpLog(database, vfs_->name(), directory, is_cancelled);
          if (done.ok()) summary = *done;
          return done.status();
        });
    if (!copied.ok()) return copied;
    return summary;
  }

 private:
  static absl::Status InMemory() {
    return absl::FailedPreconditionError("the store lies in memory and has no folder");
  }

  const EmbeddedEventStoreOptions options_;
  std::optional<StoreDirectory> directory_;
  std::unique_ptr<CheckedVfs> vfs_;
  std::optional<HeadWitness> witness_;
  OpenedLog log_;
  SubscriptionSource source_;
  std::optional<LogWriter> writer_;
};

absl::StatusOr<std::optional<FilterMatcher>> MatcherOf(const std::optional<Filter>& filter) {
  if (!filter.has_value()) return std::nullopt;
  absl::StatusOr<FilterMatcher> matcher = FilterMatcher::Create(*filter);
  if (!matcher.ok()) return matcher.status();
  return *std::move(matcher);
}

absl::Status CheckRead(std::uint64_t count_max, absl::Time deadline) {
  if (count_max == 0) return absl::InvalidArgumentError("count_max is zero");
  if (deadline <= absl::Now()) return absl::DeadlineExceededError("the read's deadline has passed");
  return absl::OkStatus();
}

// The exclusive bound of a read of $all: above it forwards, below it backwards.
absl::StatusOr<std::uint64_t> BoundOf(Direction direction, const std::optional<Position>& from) {
  const bool forwards = direction == Direction::kForwards;
  if (!from.has_value()) return forwards ? 0 : std::numeric_limits<std::uint64_t>::max();
  if (from->prepare > from->commit) {
    return absl::InvalidArgumentError("a position's prepare is above its commit");
  }
  return forwards ? std::max<std::uint64_t>(from->commit, 1) - 1 : from->commit;
}

absl::Status Store::ReadStream(const ReadStreamRequest& request, EventVisitor visit) {
  if (const absl::Status named = CheckStreamName(request.stream, options_); !named.ok()) {
    return named;
  }
  std::optional<std::uint64_t> from = request.from;
  std::uint64_t left = request.count_max;
  while (true) {
    if (const absl::Status may = CheckRead(left, request.deadline); !may.ok()) return may;
    absl::StatusOr<EventPage> page =
        source_.reader->ReadStream({.stream = request.stream,
                                    .direction = request.direction,
                                    .from = from,
                                    .events_max = static_cast<std::size_t>(
                                        std::min<std::uint64_t>(left, options_.page_events_max)),
                                    .bytes_max = options_.page_bytes_max,
                                    .deadline = request.deadline});
    if (!page.ok()) return page.status();
    for (RecordedEvent& event : page->events) {
      if (!visit(std::move(event)) || --left == 0) return absl::OkStatus();
    }
    if (!page->status.ok()) return page->status;
    if (page->at_end) return absl::OkStatus();
    from = page->next;
  }
}

absl::StatusOr<StreamPage> Store::ReadStreamPage(const StreamPageRequest& request) {
  if (const absl::Status named = CheckStreamName(request.stream, options_); !named.ok()) {
    return named;
  }
  const absl::Status may =
      CheckRead(std::min(request.events_max, request.bytes_max), request.deadline);
  if (!may.ok()) return may;
  absl::StatusOr<EventPage> page =
      source_.reader->ReadStream({.stream = request.stream,
                                  .direction = request.direction,
                                  .from = request.from,
                                  .events_max = request.events_max,
                                  .bytes_max = request.bytes_max,
                                  .resolve_links = request.resolve_links,
                                  .deadline = request.deadline});
  if (!page.ok()) return page.status();
  return StreamPage{.events = page->TakeResolved(),
                    .next = page->next,
                    .at_end = page->at_end,
                    .last = page->last,
                    .first_available = page->first_available};
}

absl::Status Store::ReadAll(const ReadAllRequest& request, EventVisitor visit) {
  const absl::StatusOr<std::optional<FilterMatcher>> filter = MatcherOf(request.filter);
  if (!filter.ok()) return filter.status();
  absl::StatusOr<std::uint64_t> bound = BoundOf(request.direction, request.from);
  if (!bound.ok()) return bound.status();
  std::uint64_t left = request.count_max;
  while (true) {
    if (const absl::Status may = CheckRead(left, request.deadline); !may.ok()) return may;
    const auto events_max =
        static_cast<std::size_t>(std::min<std::uint64_t>(left, options_.page_events_max));
    absl::StatusOr<EventPage> page = source_.reader->ReadAll(
        {.direction = request.direction,
         .bound = *bound,
         .filter = filter->has_value() ? &**filter : nullptr,
         .events_max = events_max,
         .examined_max = filter->has_value() ? kExaminedPerPageMax : events_max,
         .bytes_max = options_.page_bytes_max,
         .deadline = request.deadline});
    if (!page.ok()) return page.status();
    for (RecordedEvent& event : page->events) {
      if (!visit(std::move(event)) || --left == 0) return absl::OkStatus();
    }
    if (!page->status.ok()) return page->status;
    if (page->at_end) return absl::OkStatus();
    bound = page->examined_to;
  }
}

absl::StatusOr<AllPage> Store::ReadAllPage(const AllPageRequest& request) {
  const absl::Status may = CheckRead(
      std::min({request.events_max, request.bytes_max, request.examined_max}), request.deadline);
  if (!may.ok()) return may;
  const absl::StatusOr<std::uint64_t> bound = BoundOf(request.direction, request.from);
  if (!bound.ok()) return bound.status();
  const bool forwards = request.direction == Direction::kForwards;
  if (!forwards && request.from.has_value() && *bound > writer_->Stats().last_position) {
    return absl::InvalidArgumentError("the position lies behind the end of the log");
  }
  absl::StatusOr<EventPage> page = source_.reader->ReadAll({.direction = request.direction,
                                                            .bound = *bound,
                                                            .filter = request.filter,
                                                            .events_max = request.events_max,
                                                            .examined_max = request.examined_max,
                                                            .bytes_max = request.bytes_max,
                                                            .resolve_links = request.resolve_links,
                                                            .deadline = request.deadline});
  if (!page.ok()) return page.status();
  AllPage all{.events = page->TakeResolved(),
              .examined = page->examined,
              .examined_to = {page->examined_to, page->examined_to},
              .at_end = page->at_end};
  const std::uint64_t next = forwards ? page->examined_to + 1 : page->examined_to;
  all.next = {next, next};
  return all;
}

absl::StatusOr<std::unique_ptr<Subscription>> Store::Subscribe(SubscribeRequest request) {
  if (request.stream.has_value()) {
    if (const absl::Status named = CheckStreamName(*request.stream, options_); !named.ok()) {
      return named;
    }
    if (request.after_position.has_value() || request.filter.has_value()) {
      return absl::InvalidArgumentError("a position and a filter go with all streams only");
    }
  } else if (request.after_revision.has_value()) {
    return absl::InvalidArgumentError("a revision goes with a stream only");
  }
  if (request.from_end &&
      (request.after_revision.has_value() || request.after_position.has_value())) {
    return absl::InvalidArgumentError(
        "a subscription starts at the end or after a place, not both");
  }
  if (request.after_revision.value_or(0) > kTombstoneRevision) {
    return absl::InvalidArgumentError("the revision to start after is above 2^63-1");
  }
  absl::StatusOr<std::optional<FilterMatcher>> filter = MatcherOf(request.filter);
  if (!filter.ok()) return filter.status();
  CatchUpSubscription::Ends ends{.position = source_.recent->end()};
  if (request.stream.has_value()) {
    const absl::StatusOr<std::optional<std::uint64_t>> last =
        source_.reader->LastRevision(*request.stream, absl::Now() + kSubscribeTimeout);
    if (!last.ok()) return last.status();
    ends.revision = *last;
  }
  return std::make_unique<CatchUpSubscription>(source_, std::move(request), *std::move(filter),
                                               ends, options_);
}

}  // namespace

absl::StatusOr<std::unique_ptr<EmbeddedEventStore>> EmbeddedEventStore::Open(
    EmbeddedEventStoreOptions options) {
  if (const absl::Status fit = CheckOptions(options); !fit.ok()) return fit;
  std::optional<StoreDirectory> directory;
  std::unique_ptr<CheckedVfs> vfs;
  std::optional<HeadWitness> witness;
  LogPlace place;
  if (!options.in_memory) {
    absl::StatusOr<StoreDirectory> opened = StoreDirectory::Open(options.directory);
    if (!opened.ok()) return opened.status();
    directory.emplace(*std::move(opened));
    absl::StatusOr<std::unique_ptr<CheckedVfs>> registered = CheckedVfs::Register(options.vfs);
    if (!registered.ok()) return registered.status();
    vfs = *std::move(registered);
    place = {directory->log_path(), vfs->name()};
    absl::StatusOr<HeadWitness> found = HeadWitness::Open(options.vfs, directory->witness_path());
    if (!found.ok()) return found.status();
    witness.emplace(*std::move(found));
    if (StoreMarks::IsSet(directory->path(), StoreMarks::kNewGeneration)) {
      options.new_generation = true;
    }
  }
  absl::StatusOr<OpenedLog> log =
      OpenLog(place, options, witness.has_value() ? &*witness : nullptr);
  if (!log.ok()) return log.status();
  if (directory.has_value()) {
    // It is counted now. Left behind by a kill, it counts once more, which does no harm.
    const absl::Status cleared = StoreMarks::Clear(directory->path(), StoreMarks::kNewGeneration);
    if (!cleared.ok()) return cleared;
  }
  return std::make_unique<Store>(std::move(options), std::move(directory), std::move(vfs),
                                 std::move(place), std::move(witness), *std::move(log));
}

}  // namespace eventstoredb
