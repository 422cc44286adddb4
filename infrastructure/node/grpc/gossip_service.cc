#include "infrastructure/node/grpc/gossip_service.h"

#include "absl/time/clock.h"
#include "absl/time/time.h"

#include "infrastructure/node/grpc/call_access.h"
#include "infrastructure/node/grpc/message_mapping.h"

namespace eventstoredb {

using event_store::client::gossip::MemberInfo;

grpc::ServerUnaryReactor* GossipService::Read(grpc::CallbackServerContext* context,
                                              const event_store::client::Empty* request,
                                              event_store::client::gossip::ClusterInfo* response) {
  (void)request;
  Describe(*response);
  return StartIfAllowed(
      state_, *context, {.what = Demand::What::kPublic},
      [](grpc::ServerUnaryReactor* reactor) { reactor->Finish(grpc::Status::OK); });
}

void GossipService::Describe(event_store::client::gossip::ClusterInfo& info) const {
  MemberInfo& member = *info.add_members();
  SetStructured(state_->instance_id, *member.mutable_instance_id());
  member.set_time_stamp(absl::ToUnixNanos(absl::Now()) / 100);
  member.set_state(state_->is_draining ? MemberInfo::ShuttingDown : MemberInfo::Leader);
  member.set_is_alive(true);
  member.mutable_http_end_point()->set_address(host_);
  member.mutable_http_end_point()->set_port(port_);
}

}  // namespace eventstoredb
