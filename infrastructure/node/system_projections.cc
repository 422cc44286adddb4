#include "eventstoredb/node/system_projections.h"

#include "absl/strings/str_cat.h"

namespace eventstoredb {
namespace {

constexpr std::string_view kManagementPrefix = "$projections-";

bool BeginsAndGoesOn(std::string_view stream, std::string_view prefix) {
  return stream.size() > prefix.size() && stream.starts_with(prefix);
}

}  // namespace

std::string_view NameOf(SystemProjection projection) {
  switch (projection) {
    case SystemProjection::kByCategory:
      return "$by_category";
    case SystemProjection::kByEventType:
      return "$by_event_type";
    case SystemProjection::kStreamByCategory:
      return "$stream_by_category";
    case SystemProjection::kByCorrelationId:
      return "$by_correlation_id";
    case SystemProjection::kStreams:
      break;
  }
  return "$streams";
}

std::optional<SystemProjection> ProjectionOf(std::string_view stream) {
  if (!stream.starts_with('$')) return std::nullopt;
  if (BeginsAndGoesOn(stream, "$ce-")) return SystemProjection::kByCategory;
  if (BeginsAndGoesOn(stream, "$et-")) return SystemProjection::kByEventType;
  if (BeginsAndGoesOn(stream, "$category-")) return SystemProjection::kStreamByCategory;
  if (BeginsAndGoesOn(stream, "$bc-")) return SystemProjection::kByCorrelationId;
  if (stream == "$streams") return SystemProjection::kStreams;
  return std::nullopt;
}

std::string ManagementStreamOf(SystemProjection projection) {
  return absl::StrCat(std::string(kManagementPrefix), std::string(NameOf(projection)));
}

bool IsManagementStream(std::string_view stream) {
  if (!stream.starts_with(kManagementPrefix)) return false;
  for (const SystemProjection projection : kSystemProjections) {
    if (stream.substr(kManagementPrefix.size()) == NameOf(projection)) return true;
  }
  return false;
}

}  // namespace eventstoredb
