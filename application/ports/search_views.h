#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "application/queries/search_query.h"

namespace orders::application {

/// The reading side of the search's read model; as OrderViews.
class SearchViews {
 public:
  virtual ~SearchViews() = default;
  /// At most `hits_max` orders of `customer` (empty: of any) in which all terms are found, newest
  /// first, whose first event lies before `before` (absent: the newest). Error: Unavailable
  /// (NOT_YET_VISIBLE), the index is made when the read model is filled, and it is not.
  virtual absl::StatusOr<std::vector<SearchHit>> Search(const std::vector<SearchTerm>& terms,
                                                        const domain::CustomerId& customer,
                                                        std::optional<std::uint64_t> before,
                                                        int hits_max, absl::Time deadline) = 0;
};

}  // namespace orders::application
