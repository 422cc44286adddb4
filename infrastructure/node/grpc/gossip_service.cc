#include "infrastructure/node/grpc/gossip_service.h"

#include "absl/time/clock.h"
#include "absl/time/time.h"

#include "infrastructure/node/grpc/message_mapping.h"

namespace eventstoredb {

using event_store::client::gossip::MemberInfo;

grpc::ServerUnaryReactor* GossipService::Read(grpc::CallbackServerContext* context,
                                              const event_store::client::Empty* request,
                                              event_store::client::gossip::ClusterInfo* response) {
  (void)request;
  MemberInfo& member = *response->add_members();
  SetStructured(state_->instance_id, *member.mutable_instance_id());
  member.set_time_stamp(absl::ToUnixNanos(absl::Now()) / 100);
  member.set_state(state_->is_draining ? MemberInfo::ShuttingDown : MemberInfo::Leader);
  member.set_is_alive(true);
  member.mutable_http_end_point()->set_address(host_);
  member.mutable_http_end_point()->set_port(port_);
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

}  // namespace eventstoredb
