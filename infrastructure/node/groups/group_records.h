#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "eventstoredb/types.h"
#include "infrastructure/node/groups/group_message.h"
#include "infrastructure/node/groups/group_settings.h"

namespace eventstoredb {

// What groups keep in the log, in the streams and forms of the original (docs/storage-format.md).

inline constexpr char kGroupConfigStream[] = "$persistentSubscriptionConfig";
inline constexpr char kGroupConfigType[] = "$PersistentConfig";
inline constexpr char kGroupCheckpointType[] = "SubscriptionCheckpoint";

/// All groups, as one document.
std::string EncodeGroupConfigs(const std::vector<GroupConfig>& configs, absl::Time now);
/// Error: DataLoss, the document is not one of ours.
absl::StatusOr<std::vector<GroupConfig>> DecodeGroupConfigs(std::string_view json);

/// A place as people and checkpoints read it: `7`, or of $all `C:7/P:7`.
std::string PlaceText(const GroupKey& key, std::uint64_t place);
std::string EncodeGroupCheckpoint(const GroupKey& key, std::uint64_t place);
/// Error: DataLoss.
absl::StatusOr<std::uint64_t> DecodeGroupCheckpoint(const GroupKey& key, std::string_view json);

/// The link that stands in the parked stream for `event`: to the target, or if that is missing the
/// link's own data.
std::string ParkedLink(const ResolvedEvent& event);
/// Beside that link. `retryCount` is ours: the original does not keep it.
std::string ParkedMetadata(const GroupParking& parking, absl::Time now);

/// Metadata of the streams above: only the last two events show, and of a checkpoint stream only
/// administrators may read or write them; or entries below `first` are given up.
std::string ConfigStreamMetadata();
std::string CheckpointStreamMetadata();
std::string ParkedStreamMetadata(std::uint64_t first);

/// What pinned strategies choose by: the stream that the event is of, or its correlation.
std::uint64_t PinOf(const ResolvedEvent& event, GroupStrategy strategy);

}  // namespace eventstoredb
