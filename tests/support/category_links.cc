#include "tests/support/category_links.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "eventstoredb/system_names.h"
#include "eventstoredb/uuid.h"
#include "tests/support/event_store_testing.h"

namespace eventstoredb::testing_support {
namespace {

/// Absent: it gets no link.
std::optional<std::string> LinkTo(const RecordedEvent& event) {
  // A soft deletion is an event of the category; other metadata is not.
  if (IsMetastream(event.stream) && !absl::StrContains(event.data, "9223372036854775807")) {
    return std::nullopt;
  }
  if (event.type == kLinkType) return event.data;  // A link is not linked: it is copied.
  return absl::StrCat(event.revision, "@", event.stream);
}

/// Apart from the ids that tests give.
Uuid IdOf(const Position& position) { return Id((1ULL << 63) + position.commit); }

}  // namespace

absl::Status CategoryLinks::WriteAll() {
  std::vector<ProposedEvent> links;
  const absl::Status read =
      store_.ReadAll({.from = linked_,
                      .filter = Filter::StreamPrefixes({category_ + "-", "$$" + category_ + "-"}),
                      .deadline = absl::Now() + absl::Seconds(60)},
                     [&](RecordedEvent&& event) {
                       if (event.position <= linked_) return true;  // The first one comes again.
                       linked_ = event.position;
                       if (std::optional<std::string> data = LinkTo(event)) {
                         links.push_back({.id = IdOf(event.position),
                                          .type = std::string(kLinkType),
                                          .is_json = false,
                                          .data = *std::move(data)});
                       }
                       return true;
                     });
  if (!read.ok() || links.empty()) return read;
  return Append(store_, stream(), ExpectedRevision::Any(), std::move(links)).status();
}

absl::Status CategoryLinks::Write(std::string data, std::string type) {
  static std::uint64_t written = 0;
  return Append(store_, stream(), ExpectedRevision::Any(),
                {{.id = Id((1ULL << 62) + ++written),
                  .type = std::move(type),
                  .is_json = false,
                  .data = std::move(data)}})
      .status();
}

}  // namespace eventstoredb::testing_support
