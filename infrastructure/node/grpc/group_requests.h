#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "event_store/client/persistent_subscriptions.pb.h"
#include "infrastructure/node/groups/group_message.h"
#include "infrastructure/node/groups/group_settings.h"
#include "infrastructure/node/grpc/message_mapping.h"

namespace eventstoredb {

// The requests of persistent subscriptions, made sense of. Errors: InvalidArgument, naming what is
// missing or malformed; with ErrorKind::kGroupFailed what the protocol refuses with a reason.

absl::StatusOr<GroupConfig> ToGroupConfig(
    const event_store::client::persistent_subscriptions::CreateReq& request);
/// The strategy is always that of the enum, and there is no filter.
absl::StatusOr<GroupConfig> ToGroupConfig(
    const event_store::client::persistent_subscriptions::UpdateReq& request);

/// Absent: of every source.
absl::StatusOr<std::optional<std::string>> ToListSource(
    const event_store::client::persistent_subscriptions::ListReq& request);

/// Of the options of Read, Delete, GetInfo and ReplayParked, whose names are the same.
template <typename Options>
absl::StatusOr<GroupKey> ToGroupKey(const Options& options) {
  GroupKey key{.source = GroupKey::kAllSource, .group = options.group_name()};
  if (options.has_all()) return key;
  absl::StatusOr<std::string> stream =
      ToStreamName(options.has_stream_identifier(), options.stream_identifier());
  if (!stream.ok()) return stream.status();
  key.source = *std::move(stream);
  return key;
}

/// Of an ack or nack.
absl::StatusOr<std::vector<Uuid>> ToIds(
    const google::protobuf::RepeatedPtrField<event_store::client::UUID>& ids);
NackAction ToNackAction(
    event_store::client::persistent_subscriptions::ReadReq::Nack::Action action);

}  // namespace eventstoredb
