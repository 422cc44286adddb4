#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace eventstoredb {

/// The projections that the store answers from its own index (docs/decisions/0011), protocol
/// section 3.16.
enum class SystemProjection {
  kByCategory,
  kByEventType,
  kStreamByCategory,
  kStreams,
  kByCorrelationId
};

inline constexpr std::array kSystemProjections = {
    SystemProjection::kByCategory, SystemProjection::kByEventType,
    SystemProjection::kStreamByCategory, SystemProjection::kStreams,
    SystemProjection::kByCorrelationId};

/// "$by_category" and the like.
std::string_view NameOf(SystemProjection projection);
/// Whose stream this is, if it is one: "$ce-order" is that of kByCategory.
std::optional<SystemProjection> ProjectionOf(std::string_view stream);

/// Where it is written whether the projection runs: its last event says so by its type, and that
/// event's position is where a stopped projection ends. Without events it runs.
std::string ManagementStreamOf(SystemProjection projection);
inline constexpr std::string_view kProjectionEnabledType = "$ProjectionEnabled";
inline constexpr std::string_view kProjectionDisabledType = "$ProjectionDisabled";
/// Whether `stream` is the management stream of any of them.
bool IsManagementStream(std::string_view stream);

}  // namespace eventstoredb
