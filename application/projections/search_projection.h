#pragma once

#include <string_view>

#include "application/ports/search_view_writer.h"
#include "application/projections/projection.h"

namespace orders::application {

/// What is searched of an order, after its event. `text_revision` follows only when that changed.
/// Pure and total.
void ProjectSearchOrder(const RecordedOrderEvent& event, SearchOrderState& state);

/// Orders by the words in their ids, lines, notes and tracking codes.
class SearchProjection final : public Projection {
 public:
  /// `writer` outlives the projection.
  explicit SearchProjection(SearchViewWriter& writer) : writer_(writer) {}

  std::string_view name() const override { return "search"; }
  ViewWriter& writer() override { return writer_; }
  absl::Status Apply(const RecordedOrderEvent& event) override;
  absl::Status PassOver(const domain::OrderId& order, std::uint64_t revision) override;
  absl::Status Commit(const ViewCheckpoint& checkpoint) override {
    return writer_.Commit(checkpoint);
  }
  void Discard() override { writer_.Discard(); }

 private:
  /// Error: as Projection::Apply, `revision` is not the order's next.
  absl::Status CheckIsNext(const domain::OrderId& order, std::uint64_t revision);

  SearchViewWriter& writer_;
};

}  // namespace orders::application
