#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"

#include "eventstoredb/event_store.h"

namespace eventstoredb::testing_support {

/// Does by hand what a server's projection $by_category does: writes the links of one category
/// (protocol section 3.16).
class CategoryLinks {
 public:
  /// `store` outlives this. Begins at the start of the log.
  explicit CategoryLinks(EventStore& store, std::string category = "order")
      : store_(store), category_(std::move(category)) {}

  /// Links all that has no link yet, in the log's order.
  absl::Status WriteAll();
  /// One event of the category's stream, as it is.
  absl::Status Write(std::string data, std::string type = "$>");
  std::string stream() const { return "$ce-" + category_; }

 private:
  EventStore& store_;
  const std::string category_;
  std::optional<Position> linked_;  ///< Up to here all is linked.
};

}  // namespace eventstoredb::testing_support
