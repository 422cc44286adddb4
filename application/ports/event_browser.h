#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "application/log_position.h"

namespace orders::application {

/// The name that all streams together are read by.
inline constexpr std::string_view kAllStreams = "$all";

/// Bytes as an event carries them.
struct BrowsedContent {
  std::string bytes;
  bool is_json = false;    ///< `bytes` are a JSON document in UTF-8, whole.
  std::uint64_t size = 0;  ///< As stored; more than `bytes` if they are cut.
  bool is_cut() const { return bytes.size() < size; }
};

struct BrowsedPlace {
  std::string stream;
  std::uint64_t revision = 0;
  LogPosition position;
};

/// An event of any stream, whatever is in it.
struct BrowsedEvent {
  BrowsedPlace place;
  std::string id;
  std::string type;
  absl::Time created;
  BrowsedContent data;
  BrowsedContent metadata;
  std::string correlation_id;  ///< $correlationId of the metadata; empty: none.
  std::string causation_id;
  /// It was read by the link that stands here. A link whose event is gone comes as itself.
  std::optional<BrowsedPlace> link;

  /// Where it was read.
  const BrowsedPlace& read_at() const { return link.has_value() ? *link : place; }
};

enum class BrowseOrder { kForwards, kBackwards };

struct BrowseStream {
  std::string stream;
  BrowseOrder order = BrowseOrder::kForwards;
  std::optional<std::uint64_t>
      from;                     ///< The first revision wanted; absent: the first, or the last.
  std::size_t events_max = 50;  ///< At least 1.
  absl::Time deadline;
};
struct BrowsedStreamPage {
  std::vector<BrowsedEvent> events;
  std::optional<std::uint64_t> next;  ///< `from` of the next page; absent: there is none.
};

/// A part of the log that is looked through for what is wanted of it.
struct BrowseAll {
  BrowseOrder order = BrowseOrder::kForwards;
  /// Forwards from the event here on; backwards from the one before it. Absent: from the end that
  /// the order begins at.
  std::optional<LogPosition> from;
  /// The event here was looked at already. Goes before `from`, in the log's order or against it.
  std::optional<LogPosition> after;
  std::string stream_prefix;   ///< Empty: all.
  std::string type_prefix;     ///< Empty: all.
  std::string correlation_id;  ///< Empty: all.
  std::size_t events_max = 50;
  absl::Time deadline;
};
struct BrowsedAllPage {
  std::vector<BrowsedEvent> events;
  std::uint64_t examined = 0;
  std::optional<LogPosition>
      next;  ///< `after` of the next page; absent: the log is looked through.
};

/// A stream by its newest event.
struct BrowsedStream {
  BrowsedPlace newest;
  std::string type;
  absl::Time written;
  bool is_deleted = false;  ///< Its newest event is a tombstone.
};
struct BrowseStreams {
  std::optional<LogPosition> before;  ///< `next` of the page before; absent: from the log's end.
  std::string stream_prefix;
  bool with_system = false;  ///< Names that begin with "$" too.
  std::size_t streams_max = 50;
  absl::Time deadline;
};
struct BrowsedStreams {
  std::vector<BrowsedStream> streams;  ///< Newest first.
  std::uint64_t examined = 0;
  std::optional<LogPosition> next;
};

/// Looks into the store that the service runs on. What it answers is bound: a page by
/// `kBrowsedPageBytesMax` and by how much of the log is looked at for it, `kBrowsedExaminedMax`
/// events or `kBrowsedExaminedBytesMax`; it may hold fewer events than asked for, and is ended with
/// what there is when three quarters of the time until its deadline are over. Thread-safe; blocks
/// until then at most. Errors: NotFound (STREAM_NOT_FOUND); FailedPrecondition: STREAM_DELETED;
/// NOT_PROJECTED, a stream of links that the store does not make; PermissionDenied
/// (STORE_ACCESS_DENIED); InvalidArgument; DataLoss; Unavailable; DeadlineExceeded.
class EventBrowser {
 public:
  virtual ~EventBrowser() = default;
  virtual absl::StatusOr<BrowsedStreamPage> ReadStream(const BrowseStream& query) = 0;
  virtual absl::StatusOr<BrowsedAllPage> ReadAll(const BrowseAll& query) = 0;
  virtual absl::StatusOr<BrowsedStreams> ListStreams(const BrowseStreams& query) = 0;
};

/// What a page's texts may come to as JSON, escaped.
inline constexpr std::size_t kBrowsedPageBytesMax = 2'700'000;
/// The same of data or metadata; what is larger is cut to kBrowsedCutBytes.
inline constexpr std::size_t kBrowsedContentBytesMax = 1'310'720;
inline constexpr std::size_t kBrowsedCutBytes = 64 << 10;
inline constexpr std::size_t kBrowsedExaminedMax = 10'000;
inline constexpr std::size_t kBrowsedExaminedBytesMax = 32 << 20;

}  // namespace orders::application
