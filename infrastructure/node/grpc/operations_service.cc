#include "infrastructure/node/grpc/operations_service.h"

#include <string>

#include "absl/strings/str_cat.h"

#include "eventstoredb/errors.h"
#include "infrastructure/node/grpc/call_access.h"
#include "infrastructure/node/grpc/status_mapping.h"

namespace eventstoredb {
namespace {

namespace operations = event_store::client::operations;
using event_store::client::Empty;

constexpr Demand kOperateDemand{.what = Demand::What::kOperate};

absl::Status CheckScavenge(const operations::StartScavengeReq& request) {
  if (!request.has_options()) return absl::InvalidArgumentError("the options are missing");
  if (request.options().thread_count() < 1) {
    return absl::InvalidArgumentError("thread_count must be 1 or more");
  }
  if (request.options().start_from_chunk() < 0) {
    return absl::InvalidArgumentError("start_from_chunk must be 0 or more");
  }
  return absl::UnimplementedError(
      "this log keeps every event for good, and proves that by a chain of checksums: nothing is "
      "scavenged");
}

}  // namespace

grpc::ServerUnaryReactor* OperationsService::Answer(grpc::CallbackServerContext& context,
                                                    const absl::Status& status) {
  return StartIfAllowed(state_, context, kOperateDemand,
                        [&context, status](grpc::ServerUnaryReactor* reactor) {
                          reactor->Finish(ToGrpcStatus(status, "", context));
                        });
}

grpc::ServerUnaryReactor* OperationsService::StartScavenge(
    grpc::CallbackServerContext* context, const operations::StartScavengeReq* request,
    operations::ScavengeResp* response) {
  (void)response;
  return Answer(*context, CheckScavenge(*request));
}

// Since none is ever started, no id is that of one.
grpc::ServerUnaryReactor* OperationsService::StopScavenge(
    grpc::CallbackServerContext* context, const operations::StopScavengeReq* request,
    operations::ScavengeResp* response) {
  (void)response;
  const std::string& id = request->options().scavenge_id();
  return Answer(*context, MakeError(absl::StatusCode::kNotFound,
                                    absl::StrCat("there is no scavenge \"", id, "\""),
                                    {.kind = ErrorKind::kScavengeNotFound, .reason = id}));
}

grpc::ServerUnaryReactor* OperationsService::Shutdown(grpc::CallbackServerContext* context,
                                                      const Empty* request, Empty* response) {
  (void)request;
  (void)response;
  return StartIfAllowed(
      state_, *context, kOperateDemand, [state = state_](grpc::ServerUnaryReactor* reactor) {
        if (!state->options.on_shutdown) {
          return reactor->Finish({grpc::StatusCode::FAILED_PRECONDITION,
                                  "this node is not stopped by its clients; stop its process"});
        }
        // Answered first: the stop may cut what is not.
        reactor->Finish(grpc::Status::OK);
        state->options.on_shutdown();
      });
}

grpc::ServerUnaryReactor* OperationsService::MergeIndexes(grpc::CallbackServerContext* context,
                                                          const Empty* request, Empty* response) {
  (void)request;
  (void)response;
  return Answer(*context, absl::OkStatus());  // Each index is one already, at every moment.
}

grpc::ServerUnaryReactor* OperationsService::ResignNode(grpc::CallbackServerContext* context,
                                                        const Empty* request, Empty* response) {
  (void)request;
  (void)response;
  return Answer(*context, absl::FailedPreconditionError(
                              "this node is the only one: there is nobody to lead in its place"));
}

grpc::ServerUnaryReactor* OperationsService::SetNodePriority(
    grpc::CallbackServerContext* context, const operations::SetNodePriorityReq* request,
    Empty* response) {
  (void)request;
  (void)response;
  return Answer(*context, absl::OkStatus());  // It counts in elections, of which there are none.
}

grpc::ServerUnaryReactor* OperationsService::RestartPersistentSubscriptions(
    grpc::CallbackServerContext* context, const Empty* request, Empty* response) {
  (void)request;
  (void)response;
  return StartIfAllowed(state_, *context, kOperateDemand,
                        [state = state_, context](grpc::ServerUnaryReactor* reactor) {
                          BudgetShare share(state->group_calls);
                          if (!share.TryTake(1)) {
                            return reactor->Finish({grpc::StatusCode::RESOURCE_EXHAUSTED,
                                                    "all calls on groups are in use"});
                          }
                          state->groups.Restart([reactor, context, share = std::move(share)](
                                                    const absl::Status& restarted) mutable {
                            share.Release();
                            reactor->Finish(ToGrpcStatus(restarted, "", *context));
                          });
                        });
}

}  // namespace eventstoredb
