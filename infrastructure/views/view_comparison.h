#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"

#include "application/ports/read_model.h"

namespace orders::infrastructure {

/// A table whose rows two generations of a read model must agree on. Only that: row numbers, and
/// whatever else tells how a file came about, are left out.
struct ComparedTable {
  std::string name;
  std::string key;      ///< A column of text.
  std::string sub_key;  ///< A second one; "''" where there is none.
  std::string columns;  ///< The others, joined by commas.
};

/// Walks both files side by side, each as of its last commit. Errors: those of reading; Cancelled.
absl::StatusOr<application::ViewComparison> CompareViews(const std::vector<ComparedTable>& tables,
                                                         const std::string& live,
                                                         const std::string& rebuilt,
                                                         absl::FunctionRef<bool()> is_cancelled);

/// The same for the rows of `suspects` alone, and which of their columns differ; all rows again if
/// not all suspects are listed.
absl::StatusOr<application::ViewComparison> CompareAgain(
    const std::vector<ComparedTable>& tables, const std::string& live, const std::string& rebuilt,
    const application::ViewComparison& suspects);

/// What is wrong with the order whose `doc` this is; absent: nothing. Errors: DataLoss.
using RowCheck = std::function<absl::StatusOr<std::optional<std::string>>(std::string_view doc)>;

/// Adds the rows of the file at `path` in which `check` finds something wrong.
absl::Status CheckRows(const ComparedTable& table, const RowCheck& check, const std::string& path,
                       absl::FunctionRef<bool()> is_cancelled,
                       application::ViewComparison& comparison);

}  // namespace orders::infrastructure
