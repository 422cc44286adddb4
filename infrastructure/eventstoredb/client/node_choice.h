#pragma once

#include <optional>
#include <vector>

#include "absl/random/bit_gen_ref.h"

#include "event_store/client/gossip.pb.h"
#include "eventstoredb/client_options.h"

namespace eventstoredb::client {

/// The first `members_max` of those that live and take calls.
std::vector<Endpoint> MembersThatTakeCalls(const event_store::client::gossip::ClusterInfo& cluster,
                                           int members_max);

/// The member to connect to: of those that live and take calls, one that the preference names, or
/// else any; at random among equals (protocol section 3.19). `failed` is chosen only if there is no
/// other. Absent: there is none.
std::optional<Endpoint> ChooseNode(const event_store::client::gossip::ClusterInfo& cluster,
                                   NodePreference preference, const std::optional<Endpoint>& failed,
                                   absl::BitGenRef random);

}  // namespace eventstoredb::client
