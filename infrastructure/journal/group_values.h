#pragma once

#include <cstddef>
#include <string>

#include "absl/status/status.h"

#include "application/ports/consumer_groups.h"
#include "eventstoredb/persistent_subscriptions.h"

namespace orders::infrastructure {

// The store's words about groups, and the application's.

eventstoredb::GroupId ToStoreId(const application::ConsumerGroupId& id);
application::ConsumerGroupId ToGroupId(const eventstoredb::GroupId& id);

/// `settings` over what is there.
void ApplySettings(const application::ConsumerGroupSettings& settings,
                   eventstoredb::GroupSettings& to);
eventstoredb::Filter ToStoreFilter(const application::ConsumerGroupFilter& filter);

/// All that the store says; not what it counts of parked messages. With at most `connections_max`
/// connections.
application::ConsumerGroup ToConsumerGroup(const eventstoredb::GroupInfo& info,
                                           std::size_t connections_max);

absl::Status GroupRefusal(absl::StatusCode code, const std::string& text, std::string reason);
/// What the store says no to, as the API says it.
absl::Status ToldAboutGroup(const absl::Status& status, const application::ConsumerGroupId& id);

}  // namespace orders::infrastructure
