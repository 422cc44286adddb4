#include "tests/infrastructure/eventstoredb/scripted_groups.h"

#include <utility>

#include "tests/infrastructure/eventstoredb/scripted_server.h"

namespace eventstoredb::testing_support {
namespace {

class GroupService final : public groups::PersistentSubscriptions::Service {
 public:
  GroupService(ScriptedServer& server, GroupScript script)
      : server_(server), script_(std::move(script)) {}

  grpc::Status Create(grpc::ServerContext* context, const groups::CreateReq* request,
                      groups::CreateResp* out) override {
    return Answer("CreateGroup", script_.create, *context, *request, *out);
  }
  grpc::Status Update(grpc::ServerContext* context, const groups::UpdateReq* request,
                      groups::UpdateResp* out) override {
    return Answer("UpdateGroup", script_.update, *context, *request, *out);
  }
  grpc::Status Delete(grpc::ServerContext* context, const groups::DeleteReq* request,
                      groups::DeleteResp* out) override {
    return Answer("DeleteGroup", script_.remove, *context, *request, *out);
  }
  grpc::Status GetInfo(grpc::ServerContext* context, const groups::GetInfoReq* request,
                       groups::GetInfoResp* out) override {
    return Answer("GetInfo", script_.info, *context, *request, *out);
  }
  grpc::Status List(grpc::ServerContext* context, const groups::ListReq* request,
                    groups::ListResp* out) override {
    return Answer("List", script_.list, *context, *request, *out);
  }
  grpc::Status ReplayParked(grpc::ServerContext* context, const groups::ReplayParkedReq* request,
                            groups::ReplayParkedResp* out) override {
    return Answer("ReplayParked", script_.replay, *context, *request, *out);
  }
  grpc::Status RestartSubsystem(grpc::ServerContext* context,
                                const event_store::client::Empty* request,
                                event_store::client::Empty* out) override {
    return Answer("RestartSubsystem", script_.restart, *context, *request, *out);
  }
  grpc::Status Read(grpc::ServerContext* context, GroupStream* stream) override {
    server_.Note("ReadGroup", *context);
    return script_.read ? script_.read(*context, *stream) : Unscripted();
  }

 private:
  static grpc::Status Unscripted() {
    return {grpc::StatusCode::UNIMPLEMENTED, "not in the script"};
  }

  template <typename Script, typename Request, typename Response>
  grpc::Status Answer(const char* method, const Script& script, grpc::ServerContext& context,
                      const Request& request, Response& out) {
    server_.Note(method, context);
    return script ? script(context, request, out) : Unscripted();
  }

  ScriptedServer& server_;
  const GroupScript script_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeGroupService(ScriptedServer& server, GroupScript script) {
  return std::make_unique<GroupService>(server, std::move(script));
}

void ListGroupMethod(const std::string& method, bool stream, bool all,
                     features::SupportedMethods& out) {
  auto& listed = *out.add_methods();
  listed.set_service_name("event_store.client.persistent_subscriptions.persistentsubscriptions");
  listed.set_method_name(method);
  if (stream) listed.add_features("stream");
  if (all) listed.add_features("all");
}

grpc::Status ListGroupMethods(grpc::ServerContext&, features::SupportedMethods& out) {
  for (const char* method : {"create", "update", "delete", "read", "getinfo", "replayparked",
                             "list", "restartsubsystem"}) {
    ListGroupMethod(method, true, true, out);
  }
  out.set_event_store_server_version("23.10.6");
  return grpc::Status::OK;
}

groups::ReadResp GroupEventMessage(std::uint64_t revision, int retries) {
  const streams::ReadResp::ReadEvent read = EventMessage("s", revision).event();
  groups::ReadResp message;
  auto& event = *message.mutable_event();
  // Both services' messages have the same fields under the same numbers, as far as this goes.
  event.mutable_event()->ParseFromString(read.event().SerializeAsString());
  event.set_commit_position(read.commit_position());
  event.set_retry_count(retries);
  return message;
}

groups::ReadResp GroupConfirmation() {
  groups::ReadResp message;
  message.mutable_subscription_confirmation()->set_subscription_id("s::g");
  return message;
}

}  // namespace eventstoredb::testing_support
