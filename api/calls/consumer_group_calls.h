#pragma once

#include "absl/status/statusor.h"

#include "api/calls/call_context.h"
#include "api/calls/method.h"
#include "api/calls/worker_method.h"
#include "application/log_position.h"
#include "application/ports/consumer_groups.h"
#include "application/ports/digest.h"
#include "orders/v1/consumer_groups.pb.h"

namespace orders::api {

/// Groups of competing consumers, for those who run the service; answered by the query workers.
class ConsumerGroupCalls {
 public:
  /// All outlive this and the calls it has taken.
  struct Ports {
    application::ConsumerGroups& groups;
    const application::Digest& digest;
    WorkerMethodPorts calls;
  };
  ConsumerGroupCalls(Ports ports, application::StoreIdentity store, const CallLimits& limits);

  /// They outlive neither this nor the ports.
  UnaryMethods methods();

 private:
  using CallContext = application::CallContext;

  absl::StatusOr<v1::ListConsumerGroupsResponse> List(const CallContext& call,
                                                      const v1::ListConsumerGroupsRequest& request);
  absl::StatusOr<v1::ConsumerGroup> Get(const CallContext& call,
                                        const v1::GetConsumerGroupRequest& request);
  absl::StatusOr<v1::CreateConsumerGroupResponse> Create(
      const CallContext& call, const v1::CreateConsumerGroupRequest& request);
  absl::StatusOr<v1::UpdateConsumerGroupResponse> Update(
      const CallContext& call, const v1::UpdateConsumerGroupRequest& request);
  absl::StatusOr<v1::DeleteConsumerGroupResponse> Delete(
      const CallContext& call, const v1::DeleteConsumerGroupRequest& request);
  absl::StatusOr<v1::RestartConsumerGroupsResponse> Restart(
      const CallContext& call, const v1::RestartConsumerGroupsRequest& request);
  absl::StatusOr<v1::ListParkedMessagesResponse> ListParked(
      const CallContext& call, const v1::ListParkedMessagesRequest& request);
  absl::StatusOr<v1::ReplayParkedMessagesResponse> Replay(
      const CallContext& call, const v1::ReplayParkedMessagesRequest& request);
  absl::StatusOr<v1::DiscardParkedMessagesResponse> Discard(
      const CallContext& call, const v1::DiscardParkedMessagesRequest& request);

  const Ports ports_;
  const application::StoreIdentity store_;
  const CallLimits limits_;
};

}  // namespace orders::api
