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

std::optional<Endpoint> ChooseNode(const ClusterInfo& cluster, NodePreference preference,
                                   absl::BitGenRef random) {
  std::vector<const MemberInfo*> members;
  for (const MemberInfo& member : cluster.members()) {
    if (TakesCalls(member)) members.push_back(&member);
  }
  if (members.empty()) return std::nullopt;
  std::shuffle(members.begin(), members.end(), random);
  const auto preferred = std::find_if(
      members.begin(), members.end(),
      [preference](const MemberInfo* member) { return IsPreferred(*member, preference); });
  const MemberInfo& chosen = preferred == members.end() ? *members.front() : **preferred;
  return Endpoint{chosen.http_end_point().address(),
                  static_cast<std::uint16_t>(chosen.http_end_point().port())};
}

}  // namespace eventstoredb::client
