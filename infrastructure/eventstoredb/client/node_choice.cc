#include "infrastructure/eventstoredb/client/node_choice.h"

#include <algorithm>
#include <vector>

namespace eventstoredb::client {
namespace {

using event_store::client::gossip::ClusterInfo;
using event_store::client::gossip::MemberInfo;

bool IsReadOnly(MemberInfo::VNodeState state) {
  return state == MemberInfo::ReadOnlyReplica || state == MemberInfo::PreReadOnlyReplica ||
         state == MemberInfo::ReadOnlyLeaderless;
}

bool TakesCalls(const MemberInfo& member) {
  return member.is_alive() && member.http_end_point().port() >= 1 &&
         member.http_end_point().port() <= 65'535 && !member.http_end_point().address().empty() &&
         (member.state() == MemberInfo::Leader || member.state() == MemberInfo::Follower ||
          IsReadOnly(member.state()));
}

Endpoint EndpointOf(const MemberInfo& member) {
  return {member.http_end_point().address(),
          static_cast<std::uint16_t>(member.http_end_point().port())};
}

bool IsPreferred(const MemberInfo& member, NodePreference preference) {
  switch (preference) {
    case NodePreference::kLeader:
      return member.state() == MemberInfo::Leader;
    case NodePreference::kFollower:
      return member.state() == MemberInfo::Follower;
    case NodePreference::kReadOnlyReplica:
      return IsReadOnly(member.state());
    case NodePreference::kRandom:
      break;
  }
  return true;
}

}  // namespace

std::vector<Endpoint> MembersThatTakeCalls(const ClusterInfo& cluster, int members_max) {
  std::vector<Endpoint> members;
  for (const MemberInfo& member : cluster.members()) {
    if (static_cast<int>(members.size()) == members_max) break;
    if (TakesCalls(member)) members.push_back(EndpointOf(member));
  }
  return members;
}

std::optional<Endpoint> ChooseNode(const ClusterInfo& cluster, NodePreference preference,
                                   const std::optional<Endpoint>& failed, absl::BitGenRef random) {
  std::vector<const MemberInfo*> members;
  for (const MemberInfo& member : cluster.members()) {
    if (TakesCalls(member)) members.push_back(&member);
  }
  if (members.empty()) return std::nullopt;
  std::shuffle(members.begin(), members.end(), random);
  const auto failed_ones = std::stable_partition(
      members.begin(), members.end(),
      [&failed](const MemberInfo* member) { return EndpointOf(*member) != failed; });
  const auto preferred = std::find_if(
      members.begin(), failed_ones,
      [preference](const MemberInfo* member) { return IsPreferred(*member, preference); });
  return EndpointOf(preferred == failed_ones ? *members.front() : **preferred);
}

}  // namespace eventstoredb::client
