#include "infrastructure/node/append_decision.h"

namespace eventstoredb {
namespace {

using Kind = ExpectedRevision::Kind;

absl::StatusOr<WriteDecision> DecideByIds(const std::vector<ProposedEvent>& events,
                                          const StreamLookups& lookups) {
  AlreadyWritten written;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const absl::StatusOr<std::optional<StandingEvent>> found = lookups.first_with_id(events[i].id);
    if (!found.ok()) return found.status();
    if (!found->has_value()) {
      // An unknown first id is a new write, whatever follows; a new id after an old one is neither
      // a repeat nor a new write.
      if (i == 0) return WriteEvents{};
      return WrongRevision{};
    }
    written = {**found};
  }
  return written;
}

// `first_may_differ`: what stood there before is deleted, so that other events are a new write.
absl::StatusOr<WriteDecision> DecideByPlaces(const std::vector<ProposedEvent>& events,
                                             std::uint64_t first, bool first_may_differ,
                                             const StreamLookups& lookups) {
  AlreadyWritten written;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const absl::StatusOr<std::optional<StandingEvent>> found = lookups.at(first + i);
    if (!found.ok()) return found.status();
    if (!found->has_value() || (*found)->id != events[i].id) {
      if (i == 0 && first_may_differ) return WriteEvents{};
      return WrongRevision{};
    }
    written = {**found};
  }
  if (!events.empty()) return written;
  if (first_may_differ) return WriteEvents{};
  return WrongRevision{};
}

}  // namespace

absl::StatusOr<WriteDecision> DecideAppend(ExpectedRevision expected,
                                           const std::vector<ProposedEvent>& events,
                                           const StreamState& stream,
                                           const StreamLookups& lookups) {
  const Kind kind = expected.kind();
  if (stream.is_tombstoned) return IsDeleted{};
  if (kind == Kind::kStreamExists && stream.is_soft_deleted) return IsDeleted{};
  if (!stream.last.has_value()) {
    const bool writes = kind == Kind::kAny || kind == Kind::kNoStream ||
                        (kind == Kind::kStreamExists && stream.has_metadata);
    if (writes) return WriteEvents{};
    return WrongRevision{};
  }
  if (kind == Kind::kAny || kind == Kind::kStreamExists) {
    if (events.empty()) return WriteEvents{};
    return DecideByIds(events, lookups);
  }
  if (kind == Kind::kNoStream) return DecideByPlaces(events, 0, stream.is_soft_deleted, lookups);
  if (expected.revision() > *stream.last) return WrongRevision{};
  if (expected.revision() == *stream.last) return WriteEvents{};
  return DecideByPlaces(events, expected.revision() + 1, false, lookups);
}

WriteDecision DecideDelete(ExpectedRevision expected, DeleteKind kind, const StreamState& stream) {
  if (stream.is_tombstoned) return IsDeleted{};
  const bool must_exist = expected.kind() == Kind::kStreamExists;
  if (must_exist && stream.is_soft_deleted) return IsDeleted{};
  const bool is_known = stream.last.has_value() || stream.has_metadata;
  bool writes = false;
  switch (expected.kind()) {
    case Kind::kAny:
      // A name that was never used can be closed for ever, but there is nothing to delete.
      writes = is_known || kind == DeleteKind::kTombstone;
      break;
    case Kind::kStreamExists:
      writes = is_known;
      break;
    case Kind::kNoStream:
      writes = stream.is_soft_deleted ||
               (!stream.last.has_value() && (is_known || kind == DeleteKind::kTombstone));
      break;
    case Kind::kExact:
      writes = stream.last == expected.revision();
      break;
  }
  if (writes) return WriteEvents{};
  return WrongRevision{};
}

}  // namespace eventstoredb
