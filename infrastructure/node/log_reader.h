#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "eventstoredb/event_store.h"
#include "eventstoredb/link.h"
#include "eventstoredb/node/embedded_event_store.h"
#include "eventstoredb/node/system_projections.h"
#include "infrastructure/node/link_rows.h"
#include "infrastructure/node/read_connections.h"
#include "infrastructure/node/stream_lookup.h"
#include "infrastructure/node/stream_metadata.h"
#include "infrastructure/sqlite/database.h"

namespace eventstoredb {

/// Some events read in one short transaction.
struct EventPage {
  std::vector<RecordedEvent> events;
  /// What the links among `events` stand for, in their order; only if that was asked for.
  struct Target {
    std::size_t link = 0;                ///< Its place in `events`.
    std::optional<RecordedEvent> event;  ///< Absent: missing, truncated or deleted.
  };
  std::vector<Target> targets;
  bool at_end = false;  ///< Nothing lay behind, when the page was read.
  absl::Status status;  ///< Of what follows `events`.

  // Of a stream: as of StreamPage.
  std::uint64_t next = 0;
  std::uint64_t last = 0;
  std::uint64_t first_available = 0;

  // Of all streams.
  std::size_t examined = 0;       ///< Rows looked at.
  std::uint64_t examined_to = 0;  ///< Position of the last one; as asked if none.

  /// `events` joined with `targets`; leaves the page without them.
  std::vector<ResolvedEvent> TakeResolved();
};

/// Reads pages of the log. Thread-safe.
class LogReader {
 public:
  /// `shared`: as of ReadConnections.
  LogReader(LogPlace place, const EmbeddedEventStoreOptions& options, sqlite::Database* shared,
            bool has_metastreams, const Uuid& store_id);

  absl::Mutex* shared_mutex() { return connections_.shared_mutex(); }

  /// Waits for the pages that are being read; all further ones are Unavailable.
  void Close() { connections_.Close(); }

  /// Whether any stream may have metadata. Set by the writer before the first is committed.
  std::atomic<bool>& has_metastreams() { return has_metastreams_; }

  struct StreamQuery {
    std::string stream;
    Direction direction = Direction::kForwards;
    std::optional<std::uint64_t> from;  ///< As of StreamPageRequest.
    std::size_t events_max = 0;
    std::size_t bytes_max = 0;
    bool resolve_links = false;
    absl::Time deadline = absl::InfiniteFuture();
  };
  /// Events from `from` on, revisions contiguous. Errors: NotFound, no such stream or a
  /// soft-deleted one; FailedPrecondition with StreamDeleted; DeadlineExceeded.
  absl::StatusOr<EventPage> ReadStream(const StreamQuery& query);

  struct AllQuery {
    Direction direction = Direction::kForwards;
    std::uint64_t bound = 0;  ///< Exclusive: above it forwards, below it backwards.
    const FilterMatcher* filter = nullptr;
    std::size_t events_max = 0;
    std::size_t examined_max = 0;
    std::size_t bytes_max = 0;
    bool resolve_links = false;
    absl::Time deadline = absl::InfiniteFuture();
  };
  absl::StatusOr<EventPage> ReadAll(const AllQuery& query);

  /// Absent: no events. Of a soft-deleted stream too. Errors: FailedPrecondition with
  /// StreamDeleted.
  absl::StatusOr<std::optional<std::uint64_t>> LastRevision(const std::string& stream,
                                                            absl::Time deadline);

  /// `link` with the event that it stands for.
  absl::StatusOr<ResolvedEvent> Resolve(const LinkTarget& target, RecordedEvent link,
                                        absl::Time deadline);

  /// Runs `work` on a connection of its own.
  absl::Status With(absl::Time deadline, absl::FunctionRef<absl::Status(sqlite::Database&)> work);

 private:
  // A stream as a reader may see it.
  struct StreamView {
    FoundStream found;
    StreamVisibility metadata;
    bool exists() const { return found.last.has_value() && !metadata.IsSoftDeleted(); }
  };

  absl::StatusOr<StreamVisibility> MetadataOf(ReadConnection& connection,
                                              const std::string& stream);
  absl::StatusOr<StreamView> View(ReadConnection& connection, const std::string& stream);
  absl::StatusOr<std::uint64_t> FirstAvailable(ReadConnection& connection, const StreamView& view);
  absl::Status FillStreamPage(ReadConnection& connection, const StreamQuery& query,
                              EventPage& page);
  absl::Status ReadRevisions(ReadConnection& connection, const StreamQuery& query,
                             std::int64_t stream_id, std::uint64_t low, std::uint64_t high,
                             EventPage& page);
  // What lies between the bounds of a page; absent: nothing. Sets `next` and `at_end`.
  struct Revisions {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
  };
  static std::optional<Revisions> RevisionsOf(const StreamQuery& query, EventPage& page);

  // Streams of links: log_reader_links.cc.
  std::optional<SystemProjection> LinksOf(const std::string& stream) const;
  absl::StatusOr<FoundLinks> VisibleLinks(ReadConnection& connection, SystemProjection projection,
                                          const std::string& stream);
  absl::Status FillLinkPage(ReadConnection& connection, SystemProjection projection,
                            const StreamQuery& query, EventPage& page);
  absl::Status ReadLinks(ReadConnection& connection, SystemProjection projection,
                         const StreamQuery& query, const std::vector<std::uint64_t>& positions,
                         EventPage& page);
  struct SeenStreams;
  absl::StatusOr<std::size_t> ResolveMadeLink(ReadConnection& connection,
                                              SystemProjection projection,
                                              const RecordedEvent& link, RecordedEvent&& event,
                                              SeenStreams& seen, EventPage& page);
  absl::StatusOr<bool> IsVisible(ReadConnection& connection, const RecordedEvent& event,
                                 SeenStreams& seen);

  absl::Status FillAllPage(ReadConnection& connection, const AllQuery& query, EventPage& page);
  absl::StatusOr<std::optional<RecordedEvent>> ReadTarget(ReadConnection& connection,
                                                          const LinkTarget& target);
  absl::Status ResolveLinks(ReadConnection& connection, std::size_t bytes_max, EventPage& page);
  absl::Time Now() const;

  const std::function<absl::Time()> clock_;
  ReadConnections connections_;
  std::atomic<bool> has_metastreams_;
  const bool has_projections_;
  const Uuid store_id_;
};

}  // namespace eventstoredb
