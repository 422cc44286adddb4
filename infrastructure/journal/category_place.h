#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "application/log_position.h"
#include "eventstoredb/event_store.h"

namespace orders::infrastructure {

/// Where to go on in the category stream.
struct CategoryPlace {
  bool exists = false;                          ///< The category stream has events.
  std::optional<std::uint64_t> after_revision;  ///< Go on after it; absent: from the first event.
};

/// The place of the first link that was written after `after`: never too late, since an event's
/// link is written after it; too early by the links that were written late. A binary search: one
/// small read for each halving. Errors: those of EventStore::ReadStream, but not NotFound.
absl::StatusOr<CategoryPlace> FindCategoryPlace(eventstoredb::EventStore& store,
                                                std::optional<application::LogPosition> after,
                                                absl::Time deadline);

}  // namespace orders::infrastructure
