#include "eventstoredb/node/embedded_event_store.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "infrastructure/node/append_limits.h"
#include "infrastructure/node/catch_up_subscription.h"
#include "infrastructure/node/checked_vfs.h"
#include "infrastructure/node/head_witness.h"
#include "infrastructure/node/log_file.h"
#include "infrastructure/node/log_reader.h"
#include "infrastructure/node/log_writer.h"
#include "infrastructure/node/recent_events.h"
#include "infrastructure/node/store_directory.h"

namespace eventstoredb {
namespace {

// A filtered read examines this many rows in one transaction, matching or not.
constexpr std::size_t kExaminedPerPageMax = 4'096;

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
    source_.reader = std::make_shared<LogReader>(std::move(place), options_, shared);
    writer_.emplace(options_, log_, witness_.has_value() ? &*witness_ : nullptr,
                    directory_.has_value() ? &*directory_ : nullptr, *source_.recent,
                    source_.reader->shared_mutex());
  }

  ~Store() override {
    source_.recent->Close();
    source_.reader->Close();
    writer_.reset();
  }

  void StartAppend(AppendRequest request, AppendCallback done) override {
    writer_->Start(std::move(request), std::move(done));
  }

  absl::Status ReadStream(const ReadStreamRequest& request, EventVisitor visit) override;
  absl::Status ReadAll(const ReadAllRequest& request, EventVisitor visit) override;
  absl::StatusOr<std::unique_ptr<Subscription>> Subscribe(SubscribeRequest request) override;

  std::optional<std::optional<std::uint64_t>> KnownHead(const std::string& stream) override {
    return writer_->KnownHead(stream);
  }
  std::optional<Position> KnownEnd() override { return writer_->KnownEnd(); }

  const Uuid& store_id() const override { return log_.identity.store_id; }
  std::uint64_t generation() const override { return log_.identity.generation; }
  bool was_closed_cleanly() const override { return log_.identity.was_closed_cleanly; }
  EmbeddedEventStoreStats Stats() const override { return writer_->Stats(); }

  absl::Status Verify(absl::Time deadline) override {
    return source_.reader->With(deadline,
                                [](sqlite::Database& database) { return VerifyLog(database); });
  }

 private:
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

absl::Status Store::ReadStream(const ReadStreamRequest& request, EventVisitor visit) {
  if (const absl::Status named = CheckStreamName(request.stream, options_); !named.ok()) {
    return named;
  }
  const bool forwards = request.direction == Direction::kForwards;
  std::uint64_t from = request.from.value_or(
      forwards ? 0 : static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
  std::uint64_t left = request.count_max;
  while (true) {
    if (const absl::Status may = CheckRead(left, request.deadline); !may.ok()) return may;
    absl::StatusOr<EventPage> page =
        source_.reader->ReadStream({.stream = request.stream,
                                    .direction = request.direction,
                                    .from = from,
                                    .events_max = static_cast<std::size_t>(
                                        std::min<std::uint64_t>(left, options_.page_events_max)),
                                    .deadline = request.deadline});
    if (!page.ok()) return page.status();
    for (RecordedEvent& event : page->events) {
      const std::uint64_t revision = event.revision;
      if (!visit(std::move(event))) return absl::OkStatus();
      if (--left == 0 || (!forwards && revision == 0)) return absl::OkStatus();
      from = forwards ? revision + 1 : revision - 1;
    }
    if (!page->status.ok()) return page->status;
    if (page->at_end) return absl::OkStatus();
  }
}

absl::Status Store::ReadAll(const ReadAllRequest& request, EventVisitor visit) {
  if (request.from.has_value() && request.from->prepare > request.from->commit) {
    return absl::InvalidArgumentError("a position's prepare is above its commit");
  }
  const absl::StatusOr<std::optional<FilterMatcher>> filter = MatcherOf(request.filter);
  if (!filter.ok()) return filter.status();
  const bool forwards = request.direction == Direction::kForwards;
  std::uint64_t bound = std::numeric_limits<std::uint64_t>::max();
  if (forwards) bound = 0;
  if (request.from.has_value()) {
    bound = forwards ? std::max<std::uint64_t>(request.from->commit, 1) - 1 : request.from->commit;
  }
  std::uint64_t left = request.count_max;
  while (true) {
    if (const absl::Status may = CheckRead(left, request.deadline); !may.ok()) return may;
    const auto events_max =
        static_cast<std::size_t>(std::min<std::uint64_t>(left, options_.page_events_max));
    absl::StatusOr<EventPage> page = source_.reader->ReadAll(
        {.direction = request.direction,
         .bound = bound,
         .filter = filter->has_value() ? &**filter : nullptr,
         .events_max = events_max,
         .examined_max = filter->has_value() ? kExaminedPerPageMax : events_max,
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
  absl::StatusOr<std::optional<FilterMatcher>> filter = MatcherOf(request.filter);
  if (!filter.ok()) return filter.status();
  return std::make_unique<CatchUpSubscription>(source_, std::move(request), *std::move(filter),
                                               options_.checkpoint_interval_events);
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
  }
  absl::StatusOr<OpenedLog> log =
      OpenLog(place, options, witness.has_value() ? &*witness : nullptr);
  if (!log.ok()) return log.status();
  return std::make_unique<Store>(std::move(options), std::move(directory), std::move(vfs),
                                 std::move(place), std::move(witness), *std::move(log));
}

}  // namespace eventstoredb
