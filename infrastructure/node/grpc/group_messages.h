#pragma once

#include <string>

#include "event_store/client/persistent_subscriptions.pb.h"
#include "infrastructure/node/groups/group.h"
#include "infrastructure/node/groups/group_message.h"
#include "infrastructure/node/grpc/read_request.h"

namespace eventstoredb {

/// One message to a consumer (protocol section 3.15): link and event both carry the position of
/// what stands in the source.
event_store::client::persistent_subscriptions::ReadResp ToReadResp(const GroupDelivery& delivery,
                                                                   UuidForm form);

void SetInfo(const GroupReport& info,
             event_store::client::persistent_subscriptions::SubscriptionInfo& out);

}  // namespace eventstoredb
