#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "eventstoredb/uuid.h"

namespace eventstoredb {

/// A place in the log. Grows strictly along the log, has gaps, is never handed out twice.
/// An event appended through this interface has commit == prepare (protocol section 3.4).
struct Position {
  std::uint64_t commit = 0;
  std::uint64_t prepare = 0;
  friend auto operator<=>(const Position&, const Position&) = default;
};

/// What an append demands of its stream (protocol section 3.1).
class ExpectedRevision {
 public:
  enum class Kind { kAny, kNoStream, kStreamExists, kExact };

  static constexpr ExpectedRevision Any() { return ExpectedRevision(Kind::kAny, 0); }
  static constexpr ExpectedRevision NoStream() { return ExpectedRevision(Kind::kNoStream, 0); }
  static constexpr ExpectedRevision StreamExists() {
    return ExpectedRevision(Kind::kStreamExists, 0);
  }
  /// `revision` counts from 0 and is at most 2^63 - 1.
  static constexpr ExpectedRevision Exact(std::uint64_t revision) {
    return ExpectedRevision(Kind::kExact, revision);
  }

  constexpr Kind kind() const { return kind_; }
  /// Of kExact only.
  constexpr std::uint64_t revision() const { return revision_; }
  friend bool operator==(const ExpectedRevision&, const ExpectedRevision&) = default;

 private:
  constexpr ExpectedRevision(Kind kind, std::uint64_t revision)
      : kind_(kind), revision_(revision) {}
  Kind kind_;
  std::uint64_t revision_;
};

struct ProposedEvent {
  Uuid id;           ///< Not the zero id.
  std::string type;  ///< Not empty.
  bool is_json = true;
  std::string data;
  std::string metadata;
  /// For events that come from another log, and the embedded log only (a client refuses it): when
  /// that log recorded it. Raised to the time of the log's last event, which never falls.
  std::optional<absl::Time> created = std::nullopt;
};

struct RecordedEvent {
  std::string stream;
  std::uint64_t revision = 0;
  Uuid id;
  std::string type;
  bool is_json = true;
  absl::Time created;  ///< The store's clock, to the microsecond; never falls along the log.
  Position position;
  std::string data;
  std::string metadata;
};

/// An event as a reader who wants links resolved gets it (protocol section 3.10): an ordinary event
/// without `link`; or a link with what it stands for, whose `event` is absent if that is missing,
/// truncated or deleted.
struct ResolvedEvent {
  std::optional<RecordedEvent> event;
  std::optional<RecordedEvent> link;

  /// The one that stands where it was read: whose revision and position a reader resumes from.
  const RecordedEvent& Original() const { return link.has_value() ? *link : *event; }
};

struct AppendRequest {
  std::string stream;  ///< UTF-8, 1 to `stream_name_bytes_max` bytes, no NUL.
  ExpectedRevision expected = ExpectedRevision::Any();
  std::vector<ProposedEvent> events;  ///< May be empty: see protocol section 3.2, "Empty appends".
  absl::Time deadline = absl::InfiniteFuture();
};

struct AppendResult {
  /// The revision at which the last id of the request stands; absent while the stream has no
  /// events.
  std::optional<std::uint64_t> revision;
  /// Absent if the event found by the idempotency test is not readable any more.
  std::optional<Position> position;
};

/// kSoft hides the stream's events from reads of it; an append recreates it after them. kTombstone
/// ends its name for ever (protocol section 3.13).
enum class DeleteKind { kSoft, kTombstone };

struct DeleteRequest {
  std::string stream;
  ExpectedRevision expected = ExpectedRevision::Any();
  DeleteKind kind = DeleteKind::kSoft;
  absl::Time deadline = absl::InfiniteFuture();
};

struct DeleteResult {
  /// Of the metadata event (soft) or the tombstone; absent if the store does not say.
  std::optional<Position> position;
};

enum class Direction { kForwards, kBackwards };

}  // namespace eventstoredb
