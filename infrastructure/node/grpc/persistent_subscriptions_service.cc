#include "infrastructure/node/grpc/persistent_subscriptions_service.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "infrastructure/node/grpc/budget.h"
#include "infrastructure/node/grpc/call_access.h"
#include "infrastructure/node/grpc/group_messages.h"
#include "infrastructure/node/grpc/group_read_reactor.h"
#include "infrastructure/node/grpc/group_requests.h"
#include "infrastructure/node/grpc/status_mapping.h"

namespace eventstoredb {
namespace {

namespace groups = event_store::client::persistent_subscriptions;

/// A call that waits for the groups' thread. Finished once, by whoever has its answer.
class GroupCall {
 public:
  GroupCall(NodeState& state, grpc::CallbackServerContext& context)
      : share_(state.group_calls), context_(&context), reactor_(context.DefaultReactor()) {
    if (share_.TryTake(1)) return;
    Finish(absl::ResourceExhaustedError(
        absl::StrCat("all ", state.group_calls.max(), " calls on groups are in use")));
  }
  GroupCall(GroupCall&&) = default;

  bool has_ended() const { return has_ended_; }
  void Finish(const absl::Status& status) {
    has_ended_ = true;
    share_.Release();
    reactor_->Finish(ToGrpcStatus(status, "", *context_));
  }
  grpc::ServerUnaryReactor* reactor() const { return reactor_; }

 private:
  BudgetShare share_;
  grpc::CallbackServerContext* context_;
  grpc::ServerUnaryReactor* reactor_;
  bool has_ended_ = false;
};

/// Hands what `parsed` is to `start` together with the call, or ends the call with its error or
/// because its caller may not do `what`.
template <typename Parsed, typename Start>
grpc::ServerUnaryReactor* Run(const std::shared_ptr<NodeState>& state,
                              grpc::CallbackServerContext& context, Demand::What what,
                              absl::StatusOr<Parsed> parsed, Start start) {
  GroupCall call(*state, context);
  grpc::ServerUnaryReactor* const reactor = call.reactor();
  if (call.has_ended()) return reactor;
  CallAccess(state, context)
      .Check({.what = what}, [parsed = std::move(parsed), start = std::move(start),
                              call = std::move(call)](const absl::Status& allowed) mutable {
        if (!allowed.ok()) return call.Finish(allowed);
        if (!parsed.ok()) return call.Finish(parsed.status());
        start(*std::move(parsed), std::move(call));
      });
  return reactor;
}

/// For calls whose answer is nothing but their status.
auto Finishing(GroupCall call) {
  return [call = std::move(call)](const absl::Status& status) mutable { call.Finish(status); };
}

template <typename Request>
absl::StatusOr<GroupKey> KeyOf(const Request& request) {
  if (!request.has_options()) return absl::InvalidArgumentError("the options are missing");
  return ToGroupKey(request.options());
}

}  // namespace

grpc::ServerUnaryReactor* PersistentSubscriptionsService::Create(
    grpc::CallbackServerContext* context, const groups::CreateReq* request, groups::CreateResp*) {
  return Run(state_, *context, Demand::What::kOperate, ToGroupConfig(*request),
             [this](GroupConfig config, GroupCall call) {
               state_->groups.Create(std::move(config), Finishing(std::move(call)));
             });
}

grpc::ServerUnaryReactor* PersistentSubscriptionsService::Update(
    grpc::CallbackServerContext* context, const groups::UpdateReq* request, groups::UpdateResp*) {
  return Run(state_, *context, Demand::What::kOperate, ToGroupConfig(*request),
             [this](GroupConfig config, GroupCall call) {
               state_->groups.Update(std::move(config), Finishing(std::move(call)));
             });
}

grpc::ServerUnaryReactor* PersistentSubscriptionsService::Delete(
    grpc::CallbackServerContext* context, const groups::DeleteReq* request, groups::DeleteResp*) {
  return Run(state_, *context, Demand::What::kOperate, KeyOf(*request),
             [this](GroupKey key, GroupCall call) {
               state_->groups.Delete(std::move(key), Finishing(std::move(call)));
             });
}

grpc::ServerBidiReactor<groups::ReadReq, groups::ReadResp>* PersistentSubscriptionsService::Read(
    grpc::CallbackServerContext* context) {
  return GroupReadReactor::Start(state_, *context);
}

grpc::ServerUnaryReactor* PersistentSubscriptionsService::GetInfo(
    grpc::CallbackServerContext* context, const groups::GetInfoReq* request,
    groups::GetInfoResp* response) {
  return Run(state_, *context, Demand::What::kUser, KeyOf(*request),
             [this, response](GroupKey key, GroupCall call) {
               state_->groups.GetInfo(std::move(key),
                                      [response, call = std::move(call)](
                                          const absl::StatusOr<GroupReport>& info) mutable {
                                        if (info.ok())
                                          SetInfo(*info, *response->mutable_subscription_info());
                                        call.Finish(info.status());
                                      });
             });
}

grpc::ServerUnaryReactor* PersistentSubscriptionsService::ReplayParked(
    grpc::CallbackServerContext* context, const groups::ReplayParkedReq* request,
    groups::ReplayParkedResp*) {
  std::optional<std::int64_t> stop_at;
  if (request->options().has_stop_at()) stop_at = request->options().stop_at();
  return Run(state_, *context, Demand::What::kOperate, KeyOf(*request),
             [this, stop_at](GroupKey key, GroupCall call) {
               state_->groups.ReplayParked(std::move(key), stop_at, Finishing(std::move(call)));
             });
}

grpc::ServerUnaryReactor* PersistentSubscriptionsService::List(grpc::CallbackServerContext* context,
                                                               const groups::ListReq* request,
                                                               groups::ListResp* response) {
  return Run(state_, *context, Demand::What::kUser, ToListSource(*request),
             [this, response](std::optional<std::string> source, GroupCall call) {
               state_->groups.List(
                   std::move(source),
                   [response, call = std::move(call)](
                       const absl::StatusOr<std::vector<GroupReport>>& infos) mutable {
                     if (infos.ok()) {
                       for (const GroupReport& info : *infos) {
                         SetInfo(info, *response->add_subscriptions());
                       }
                     }
                     call.Finish(infos.status());
                   });
             });
}

grpc::ServerUnaryReactor* PersistentSubscriptionsService::RestartSubsystem(
    grpc::CallbackServerContext* context, const event_store::client::Empty*,
    event_store::client::Empty*) {
  return Run(state_, *context, Demand::What::kOperate, absl::StatusOr<bool>(true),
             [this](bool, GroupCall call) { state_->groups.Restart(Finishing(std::move(call))); });
}

}  // namespace eventstoredb
