#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "infrastructure/sqlite/database.h"

namespace eventstoredb {

/// The log's table `meta`: what it says about itself.
absl::StatusOr<std::optional<std::string>> GetMeta(sqlite::Database& database,
                                                   std::string_view key);
/// 0 if the key is missing. Error: DataLoss, it is not a number.
absl::StatusOr<std::uint64_t> GetMetaNumber(sqlite::Database& database, std::string_view key);
absl::Status PutMeta(sqlite::Database& database, std::string_view key, const std::string& value);

}  // namespace eventstoredb
