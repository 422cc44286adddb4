#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_set.h"

#include "application/order_view.h"
#include "application/ports/view_writer.h"
#include "application/projections/projection.h"
#include "application/queries/order_view_cache.h"

namespace orders::application {

/// Every order as of its last event; keeps the cache of GetOrder in step with its commits.
class OrdersProjection final : public Projection {
 public:
  /// Both outlive the projection. The cache is left alone until Promote.
  OrdersProjection(OrdersViewWriter& writer, OrderViewCache& cache);

  std::string_view name() const override { return "orders"; }
  ViewWriter& writer() override { return writer_; }
  absl::Status Apply(const RecordedOrderEvent& event) override;
  absl::Status PassOver(const domain::OrderId& order, std::uint64_t revision) override;
  absl::Status Commit(const ViewCheckpoint& checkpoint) override;
  void Discard() override;
  void Promote(absl::FunctionRef<void()> serve) override;

 private:
  /// The order's state before its event of `revision`; a new one if that is its first.
  absl::StatusOr<OrderView> LoadBefore(const domain::OrderId& order, std::uint64_t revision);
  void Put(const OrderView& view);

  OrdersViewWriter& writer_;
  OrderViewCache& cache_;
  bool is_live_ = false;
  /// Beyond so many in one commit, as in a rebuild, the whole cache is dropped instead.
  static constexpr std::size_t kTrackedMax = 10'000;

  absl::flat_hash_set<std::string> changed_;  ///< Orders put since the last commit.
  bool too_many_changed_ = false;
};

}  // namespace orders::application
