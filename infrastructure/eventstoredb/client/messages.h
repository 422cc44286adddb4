#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "event_store/client/persistent_subscriptions.pb.h"
#include "event_store/client/streams.pb.h"
#include "eventstoredb/client.h"

namespace eventstoredb::client {

/// Values to messages and back (protocol section 1.4). Pure.
namespace wire = event_store::client;
namespace streams_wire = event_store::client::streams;
namespace groups_wire = event_store::client::persistent_subscriptions;

/// What is said of data that is JSON.
inline constexpr char kJsonContentType[] = "application/json";

void SetUuid(const Uuid& id, wire::UUID& out);
/// Either encoding; absent: neither, or no UUID.
std::optional<Uuid> ToUuid(const wire::UUID& id);

/// Errors: DataLoss, an id, type or time is missing or cannot be read.
absl::StatusOr<ResolvedEvent> ToResolvedEvent(streams_wire::ReadResp::ReadEvent&& event);
absl::StatusOr<ResolvedEvent> ToResolvedGroupEvent(groups_wire::ReadResp::ReadEvent&& event);
absl::Time ToTime(const google::protobuf::Timestamp& time);

/// The first message of an Append call; then one for each event.
streams_wire::AppendReq ToAppendOptions(const AppendRequest& request);
streams_wire::AppendReq ToAppendMessage(const ProposedEvent& event);
AppendResult ToAppendResult(const streams_wire::AppendResp::Success& success);

/// One append as requests of less than `bytes_max` of events each, as long as no event alone is
/// larger (client check 41). `remaining` until the deadline; sent as a time of day if the server
/// does not know durations.
std::vector<streams_wire::BatchAppendReq> ToBatchAppend(const AppendRequest& request,
                                                        const Uuid& correlation, absl::Time now,
                                                        bool duration_is_known,
                                                        std::size_t bytes_max);
AppendResult ToAppendResult(const streams_wire::BatchAppendResp::Success& success);

streams_wire::DeleteReq ToDelete(const DeleteRequest& request);
streams_wire::TombstoneReq ToTombstone(const DeleteRequest& request);

/// Errors: InvalidArgument, a count, revision, position or window out of range.
absl::StatusOr<streams_wire::ReadReq> ToRead(const ReadStreamRequest& request,
                                             const ReadOptions& options);
absl::StatusOr<streams_wire::ReadReq> ToRead(const ReadAllRequest& request,
                                             const ReadOptions& options);
/// Errors: InvalidArgument, a start of the wrong kind, or a window or interval of 0.
absl::StatusOr<streams_wire::ReadReq> ToSubscribe(const SubscribeRequest& request,
                                                  const SubscribeOptions& options);

}  // namespace eventstoredb::client
