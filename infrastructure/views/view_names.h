#pragma once

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace orders::infrastructure {

/// "orders-v1-g1.db": a file is never renamed, so that a running query may keep it open.
std::string ViewFileName(const std::string& view, int version, int generation);

/// Which generation of each read model is live, by its name; 1 for those not named.
using ViewGenerations = std::map<std::string, int>;

/// Reads `directory`/views.json; empty when it is missing or cannot be read: read models are then
/// built anew. Error: none but those of reading a file that is there.
ViewGenerations ReadViewGenerations(const std::string& directory);
/// Written beside, synced, renamed, the folder synced: always the old file or the new one.
absl::Status WriteViewGenerations(const std::string& directory, const ViewGenerations& live);

}  // namespace orders::infrastructure
