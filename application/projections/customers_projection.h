#pragma once

#include <string_view>

#include "application/ports/view_writer.h"
#include "application/projections/projection.h"

namespace orders::application {

/// An order's part in its customer's totals, before and after `event`: `state` becomes what it is
/// afterwards, the answer is what the customer's totals change by. Pure and total; sums that the
/// decider could not have recorded stop at the greatest number.
CustomerDelta ProjectCustomerOrder(const RecordedOrderEvent& event, CustomerOrderState& state);

/// Every customer's orders, and totals in each currency.
class CustomersProjection final : public Projection {
 public:
  /// `writer` outlives the projection.
  explicit CustomersProjection(CustomersViewWriter& writer) : writer_(writer) {}

  std::string_view name() const override { return "customers"; }
  ViewWriter& writer() override { return writer_; }
  absl::Status Apply(const RecordedOrderEvent& event) override;
  absl::Status PassOver(const domain::OrderId& order, std::uint64_t revision) override;
  absl::Status Commit(const ViewCheckpoint& checkpoint) override {
    return writer_.Commit(checkpoint);
  }
  void Discard() override { writer_.Discard(); }

 private:
  /// The order's state before its event of `revision`; a new one if that is its first.
  absl::StatusOr<CustomerOrderState> LoadBefore(const domain::OrderId& order,
                                                std::uint64_t revision);

  CustomersViewWriter& writer_;
};

}  // namespace orders::application
