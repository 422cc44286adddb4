#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"

#include "application/ports/view_writer.h"

namespace orders::application {

struct SearchedLine {
  domain::LineId id;
  std::string sku;
  std::string title;
  bool operator==(const SearchedLine&) const = default;
};

/// What the search's read model keeps of one order: what is searched, and when that changed.
struct SearchOrderState {
  domain::OrderId order_id;
  domain::CustomerId customer_id;
  std::vector<SearchedLine> lines;
  std::string note;
  std::vector<std::string> tracking_codes;
  absl::Time create_time;
  std::uint64_t position = 0;  ///< `commit` of the order's first event.
  bool is_created = false;     ///< Else it does not exist, and is not found.
  std::uint64_t revision = 0;
  std::uint64_t text_revision = 0;  ///< Of the last event that changed what is searched.
  bool operator==(const SearchOrderState&) const = default;
};

/// One row an order, and its words in an index. States hold texts, so they are changed in place.
class SearchViewWriter : public ViewWriter {
 public:
  /// Of the order's state; otherwise as OrdersViewWriter::Load.
  virtual absl::StatusOr<std::optional<std::uint64_t>> FindRevision(const domain::OrderId& order,
                                                                    bool expect_new) = 0;
  /// After FindRevision of the same order: changes its state, made if there was none.
  virtual void Change(const domain::OrderId& order,
                      absl::FunctionRef<void(SearchOrderState&)> change) = 0;
};

}  // namespace orders::application
