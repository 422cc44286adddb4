#include "infrastructure/journal/feed_items.h"

#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "infrastructure/journal/order_stream.h"
#include "infrastructure/journal/recorded_order_event.h"

namespace orders::infrastructure {

using application::FeedCaughtUp;
using application::FeedItem;
using application::FeedProgress;
using application::LogPosition;
using application::UnknownOrderEvent;

LogPosition ToLogPosition(const eventstoredb::Position& position) {
  return {position.commit, position.prepare};
}
eventstoredb::Position ToStorePosition(const LogPosition& position) {
  return {position.commit, position.prepare};
}

FeedItem ToFeedItem(eventstoredb::RecordedEvent& event, const Upcasters& upcasters,
                    FeedSkips& skips) {
  const LogPosition position = ToLogPosition(event.position);
  const std::optional<domain::OrderId> order = OrderOfStream(event.stream);
  if (!order.has_value()) {
    ++skips.foreign_streams;
    return FeedProgress{position};
  }
  return std::visit(
      [&skips](auto&& one) -> FeedItem {
        if constexpr (std::is_same_v<std::decay_t<decltype(one)>, UnknownOrderEvent>) {
          ++skips.unknown_types;
        }
        return std::move(one);
      },
      ToOrderStreamItem(event, *order, upcasters));
}

void AddFeedItem(FeedItem item, std::size_t first, std::vector<FeedItem>& out) {
  const bool coalesce = out.size() > first && std::holds_alternative<FeedProgress>(out.back()) &&
                        !std::holds_alternative<FeedCaughtUp>(item);
  if (coalesce) {
    out.back() = std::move(item);
  } else {
    out.push_back(std::move(item));
  }
}

}  // namespace orders::infrastructure
