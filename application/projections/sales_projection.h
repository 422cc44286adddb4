#pragma once

#include <string_view>
#include <vector>

#include "application/ports/sales_view_writer.h"
#include "application/projections/projection.h"

namespace orders::application {

/// What an order's event adds to the sales: `state` becomes what it is afterwards. The day is that
/// of the event's own time, metadata.time, in UTC. Pure and total.
///
/// OrderConfirmed adds the order, its units and its totals, of the order and of each sku;
/// OrderCancelled, ItemsCancelled and ReturnReceived add the units and their value, which the event
/// states; PaymentRefunded adds the refund, of the order. Every other event adds nothing, a draft
/// that is cancelled among them: it was never sold. Numbers are kept where sums of millions of them
/// cannot overflow, as domain::Evolve keeps them.
std::vector<SalesDelta> ProjectSalesOrder(const RecordedOrderEvent& event, SalesOrderState& state);

/// What was sold, by day, by sku, in each currency.
class SalesProjection final : public Projection {
 public:
  /// `writer` outlives the projection.
  explicit SalesProjection(SalesViewWriter& writer) : writer_(writer) {}

  std::string_view name() const override { return "sales"; }
  ViewWriter& writer() override { return writer_; }
  absl::Status Apply(const RecordedOrderEvent& event) override;
  absl::Status PassOver(const domain::OrderId& order, std::uint64_t revision) override;
  absl::Status Commit(const ViewCheckpoint& checkpoint) override {
    return writer_.Commit(checkpoint);
  }
  void Discard() override { writer_.Discard(); }

 private:
  /// The order's state before its event of `revision`; a new one if that is its first.
  absl::StatusOr<SalesOrderState> LoadBefore(const domain::OrderId& order, std::uint64_t revision);

  SalesViewWriter& writer_;
};

}  // namespace orders::application
