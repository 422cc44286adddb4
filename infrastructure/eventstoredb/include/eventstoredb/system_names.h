#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace eventstoredb {

/// Where a tombstone stands in its stream (protocol section 3.13): above every other event.
inline constexpr std::uint64_t kTombstoneRevision = INT64_MAX;
/// The type of the event that is a tombstone.
inline constexpr std::string_view kStreamDeletedType = "$streamDeleted";
/// The type of the events that the store writes to metadata streams.
inline constexpr std::string_view kMetadataType = "$metadata";
/// The type of events that stand for another one (protocol section 3.10).
inline constexpr std::string_view kLinkType = "$>";

/// Whether the events of `stream` are the metadata of another one (protocol section 3.12).
bool IsMetastream(std::string_view stream);
std::string MetastreamOf(std::string_view stream);
/// Of a metastream only: whose metadata it holds.
std::string_view StreamOfMetastream(std::string_view metastream);

/// Whether reads of $all and subscriptions to it pass over the stream (protocol section 3.7).
bool IsHiddenFromAll(std::string_view stream);

}  // namespace eventstoredb
