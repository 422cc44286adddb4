#include "application/projections/orders_projection.h"

#include <memory>
#include <optional>
#include <utility>

namespace orders::application {

OrdersProjection::OrdersProjection(OrdersViewWriter& writer, OrderViewCache& cache)
    : writer_(writer), cache_(cache) {}

absl::StatusOr<OrderView> OrdersProjection::LoadBefore(const domain::OrderId& order,
                                                       std::uint64_t revision) {
  absl::StatusOr<std::optional<OrderView>> loaded =
      writer_.Load(order, /*expect_new=*/revision == 0);
  if (!loaded.ok()) return loaded.status();
  std::optional<OrderView>& view = *loaded;
  const absl::Status follows =
      CheckFollows(order, revision,
                   view.has_value() ? std::optional<std::uint64_t>(view->revision) : std::nullopt);
  if (!follows.ok()) return follows;
  if (!view.has_value()) view.emplace();
  return *std::move(view);
}

void OrdersProjection::Put(const OrderView& view) {
  writer_.Put(view);
  if (changed_.size() < kTrackedMax) {
    changed_.insert(view.order.id.value);
  } else {
    too_many_changed_ = true;
  }
}

absl::Status OrdersProjection::Apply(const RecordedOrderEvent& event) {
  absl::StatusOr<OrderView> view = LoadBefore(event.order_id, event.revision);
  if (!view.ok()) return view.status();
  ApplyRecorded(event, *view);
  // The log's word for whose event it is: also when the first event is not an OrderCreated.
  view->order.id = event.order_id;
  Put(*view);
  return absl::OkStatus();
}

absl::Status OrdersProjection::PassOver(const domain::OrderId& order, std::uint64_t revision) {
  absl::StatusOr<OrderView> view = LoadBefore(order, revision);
  if (!view.ok()) return view.status();
  view->order.id = order;
  view->revision = revision;
  Put(*view);
  return absl::OkStatus();
}

absl::Status OrdersProjection::Commit(const ViewCheckpoint& checkpoint) {
  if (!is_live_) {
    changed_.clear();
    too_many_changed_ = false;
    return writer_.Commit(checkpoint);
  }
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

void OrdersProjection::Promote(absl::FunctionRef<void()> serve) {
  // The same states from other rows; and if not, none of the old ones may stay.
  cache_.BeginCommit();
  serve();
  cache_.EndCommitOfMany();
  is_live_ = true;
}

void OrdersProjection::Discard() {
  writer_.Discard();
  changed_.clear();
  too_many_changed_ = false;
}

}  // namespace orders::application
