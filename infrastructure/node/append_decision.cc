#include "infrastructure/node/append_decision.h"

namespace eventstoredb {
namespace {

using Kind = ExpectedRevision::Kind;

absl::StatusOr<AppendDecision> DecideByIds(const std::vector<ProposedEvent>& events,
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
    written = {(*found)->revision, (*found)->position};
  }
  return written;
}

absl::StatusOr<AppendDecision> DecideByPlaces(const std::vector<ProposedEvent>& events,
                                              std::uint64_t first, const StreamLookups& lookups) {
  if (events.empty()) return WrongRevision{};
  AlreadyWritten written;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const absl::StatusOr<std::optional<StandingEvent>> found = lookups.at(first + i);
    if (!found.ok()) return found.status();
    if (!found->has_value() || (*found)->id != events[i].id) return WrongRevision{};
    written = {(*found)->revision, (*found)->position};
  }
  return written;
}

}  // namespace

absl::StatusOr<AppendDecision> DecideAppend(ExpectedRevision expected,
                                            const std::vector<ProposedEvent>& events,
                                            std::optional<std::uint64_t> last,
                                            const StreamLookups& lookups) {
  const Kind kind = expected.kind();
  if (!last.has_value()) {
    if (kind == Kind::kAny || kind == Kind::kNoStream) return WriteEvents{};
    return WrongRevision{};
  }
  if (kind == Kind::kAny || kind == Kind::kStreamExists) {
    if (events.empty()) return WriteEvents{};
    return DecideByIds(events, lookups);
  }
  if (kind == Kind::kNoStream) return DecideByPlaces(events, 0, lookups);
  if (expected.revision() > *last) return WrongRevision{};
  if (expected.revision() == *last) return WriteEvents{};
  return DecideByPlaces(events, expected.revision() + 1, lookups);
}

}  // namespace eventstoredb
