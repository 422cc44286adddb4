#include "infrastructure/node/groups/group_settings.h"

namespace eventstoredb {
namespace {

constexpr GroupStrategy kStrategies[] = {GroupStrategy::kDispatchToSingle,
                                         GroupStrategy::kRoundRobin, GroupStrategy::kPinned,
                                         GroupStrategy::kPinnedByCorrelation};

}  // namespace

const char* ToString(GroupStrategy strategy) {
  switch (strategy) {
    case GroupStrategy::kDispatchToSingle:
      return "DispatchToSingle";
    case GroupStrategy::kRoundRobin:
      return "RoundRobin";
    case GroupStrategy::kPinned:
      return "Pinned";
    case GroupStrategy::kPinnedByCorrelation:
      return "PinnedByCorrelation";
  }
  return "";
}

std::optional<GroupStrategy> ParseGroupStrategy(const std::string& name) {
  for (const GroupStrategy strategy : kStrategies) {
    if (name == ToString(strategy)) return strategy;
  }
  return std::nullopt;
}

}  // namespace eventstoredb
