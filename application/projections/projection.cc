#include "application/projections/projection.h"

#include "absl/strings/str_cat.h"

namespace orders::application {

absl::Status CheckFollows(const domain::OrderId& order, std::uint64_t revision,
                          std::optional<std::uint64_t> before) {
  const std::uint64_t expected = before.has_value() ? *before + 1 : 0;
  if (revision == expected) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("order=", order.value, " has the event of revision ", revision,
                   " where that of revision ", expected, " should be"));
}

}  // namespace orders::application
