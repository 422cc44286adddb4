#include "infrastructure/journal/category_place.h"

#include <string>

#include "infrastructure/journal/feed_items.h"
#include "infrastructure/journal/order_stream.h"

namespace orders::infrastructure {
namespace {

using application::LogPosition;
using eventstoredb::Direction;

struct Link {
  std::uint64_t revision = 0;
  LogPosition position;
};

/// The first link at or behind `from`, or the last one of all backwards. Absent: there is none.
absl::StatusOr<std::optional<Link>> ReadLink(eventstoredb::EventStore& store, Direction direction,
                                             std::optional<std::uint64_t> from,
                                             absl::Time deadline) {
  std::optional<Link> link;
  const absl::Status read =
      store.ReadStream({.stream = std::string(kOrderCategoryStream),
                        .direction = direction,
                        .from = from,
                        .count_max = 1,
                        .deadline = deadline},
                       [&](eventstoredb::RecordedEvent&& event) {
                         link = Link{event.revision, ToLogPosition(event.position)};
                         return true;
                       });
  if (!read.ok() && !absl::IsNotFound(read)) return read;
  return link;
}

}  // namespace

// The events' own positions would tell more, but two links may stand for one event, and events may
// be gone; the links' positions never fall along their stream.
absl::StatusOr<CategoryPlace> FindCategoryPlace(eventstoredb::EventStore& store,
                                                std::optional<LogPosition> after,
                                                absl::Time deadline) {
  const auto last = ReadLink(store, Direction::kBackwards, std::nullopt, deadline);
  if (!last.ok()) return last.status();
  if (!last->has_value()) return CategoryPlace{};
  // All below `low` was written before `after`, and what is at `high` or above was not.
  std::uint64_t low = 0;
  std::uint64_t high = after.has_value() ? (*last)->revision + 1 : 0;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto link = ReadLink(store, Direction::kForwards, middle, deadline);
    if (!link.ok()) return link.status();
    if (link->has_value() && (*link)->position <= *after) {
      low = (*link)->revision + 1;
    } else {
      high = middle;
    }
  }
  CategoryPlace place{.exists = true};
  if (low > 0) place.after_revision = low - 1;
  return place;
}

}  // namespace orders::infrastructure
