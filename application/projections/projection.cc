#include "application/projections/projection.h"

#include "absl/strings/str_cat.h"

namespace orders::application {

absl::Status CheckFollows(const RecordedOrderEvent& event, std::optional<std::uint64_t> before) {
  const std::uint64_t expected = before.has_value() ? *before + 1 : 0;
  if (event.revision == expected) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      "order=", event.order_id.value, " has the event of revision ", event.revision,
      " where that of revision ", expected, " should be, position=", event.position.commit));
}

}  // namespace orders::application
