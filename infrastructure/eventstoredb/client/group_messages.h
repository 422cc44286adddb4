#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "event_store/client/persistent_subscriptions.pb.h"
#include "eventstoredb/persistent_consumer.h"
#include "eventstoredb/persistent_subscriptions.h"
#include "eventstoredb/types.h"

namespace eventstoredb::client {

/// Values of persistent subscriptions to messages and back (protocol section 1.5). Pure.
namespace groups_wire = event_store::client::persistent_subscriptions;

/// Errors: InvalidArgument, no name, or no UTF-8.
absl::Status Check(const GroupId& id);

/// The requests are valid.
groups_wire::CreateReq ToCreate(const CreateGroupRequest& request);
groups_wire::UpdateReq ToUpdate(const UpdateGroupRequest& request);
groups_wire::DeleteReq ToDelete(const GroupId& id);
groups_wire::GetInfoReq ToGetInfo(const GroupId& id);
groups_wire::ReplayParkedReq ToReplayParked(const ReplayParkedRequest& request);
groups_wire::ListReq ToList(const ListGroupsRequest& request);
/// The first message of a Read call.
groups_wire::ReadReq ToRead(const GroupId& id, int buffer_size);

/// A message of the call that answers events so; ids are added to it.
groups_wire::ReadReq ToAnswer(EventAnswer::Kind kind, const std::string& reason);
void AddId(const Uuid& id, groups_wire::ReadReq& answer);
/// UTF-8, not too long.
std::string ToReason(std::string_view text);

/// Errors: DataLoss, a number or place is no such thing.
absl::StatusOr<GroupInfo> ToGroupInfo(const groups_wire::SubscriptionInfo& info);
/// Errors: DataLoss, an id, type or time is missing or cannot be read. `call` is left alone.
absl::StatusOr<GroupEvent> ToGroupEvent(groups_wire::ReadResp::ReadEvent&& event);

}  // namespace eventstoredb::client
