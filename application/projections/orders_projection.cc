#include "application/projections/orders_projection.h"

#include <memory>
#include <optional>
#include <utility>

namespace orders::application {

OrdersProjection::OrdersProjection(OrdersViewWriter& writer, OrderViewCache& cache)
    : writer_(writer), cache_(cache) {}

absl::Status OrdersProjection::Apply(const RecordedOrderEvent& event) {
  absl::StatusOr<std::optional<OrderView>> loaded =
      writer_.Load(event.order_id, /*expect_new=*/event.revision == 0);
  if (!loaded.ok()) return loaded.status();
  std::optional<OrderView>& view = *loaded;
  const absl::Status follows = CheckFollows(
      event, view.has_value() ? std::optional<std::uint64_t>(view->revision) : std::nullopt);
  if (!follows.ok()) return follows;

  if (!view.has_value()) view.emplace();
  ApplyRecorded(event, *view);
  // The log's word for whose event it is: also when the first event is not an OrderCreated.
  view->order.id = event.order_id;
  writer_.Put(*view);
  if (changed_.size() < kTrackedMax) {
    changed_.insert(event.order_id.value);
  } else {
    too_many_changed_ = true;
  }
  return absl::OkStatus();
}

absl::Status OrdersProjection::Commit(const ViewCheckpoint& checkpoint) {
  cache_.BeginCommit();
  const absl::Status committed = writer_.Commit(checkpoint);
  std::vector<domain::OrderId> changed;
  changed.reserve(changed_.size());
  for (const std::string& order : changed_) changed.push_back({.value = order});
  changed_.clear();
  if (std::exchange(too_many_changed_, false)) {
    cache_.EndCommitOfMany();
    return committed;
  }
  cache_.EndCommit(changed, [&](const domain::OrderId& order) -> std::shared_ptr<const OrderView> {
    if (!committed.ok()) return nullptr;
    absl::StatusOr<std::optional<OrderView>> view = writer_.Load(order, /*expect_new=*/false);
    if (!view.ok() || !view->has_value()) return nullptr;
    return std::make_shared<const OrderView>(**std::move(view));
  });
  return committed;
}

void OrdersProjection::Discard() {
  writer_.Discard();
  changed_.clear();
  too_many_changed_ = false;
}

}  // namespace orders::application
