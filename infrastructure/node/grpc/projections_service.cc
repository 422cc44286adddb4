#include "infrastructure/node/grpc/projections_service.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "infrastructure/node/grpc/call_access.h"
#include "infrastructure/node/grpc/list_reactor.h"
#include "infrastructure/node/grpc/projection_states.h"
#include "infrastructure/node/grpc/status_mapping.h"

namespace eventstoredb {
namespace {

namespace projections = event_store::client::projections;
using projections::StatisticsReq;
using projections::StatisticsResp;

constexpr absl::Duration kChangeMax = absl::Seconds(10);

absl::Status OnlyTheSystems() {
  return absl::UnimplementedError(
      "only the system projections are offered: none is created, updated or deleted");
}

/// Ends the call with `status` if its caller may ask at all.
grpc::ServerUnaryReactor* Finish(const std::shared_ptr<NodeState>& state,
                                 grpc::CallbackServerContext& context, Demand::What what,
                                 const absl::Status& status) {
  return StartIfAllowed(state, context, {.what = what},
                        [&context, status](grpc::ServerUnaryReactor* reactor) {
                          reactor->Finish(ToGrpcStatus(status, "", context));
                        });
}

absl::Status TooManyReads() { return absl::ResourceExhaustedError("too many reads at a time"); }

std::string PositionText(std::uint64_t position) {
  return absl::StrCat("C:", position, "/P:", position);
}

absl::StatusOr<StatisticsResp> Describe(EmbeddedEventStore& store, SystemProjection projection) {
  const absl::StatusOr<ProjectionState> state = ReadProjectionState(store, projection);
  if (!state.ok()) return state.status();
  const std::uint64_t end = store.Stats().last_position;
  const std::uint64_t at = state->runs ? end : std::min(state->stopped_at, end);
  StatisticsResp message;
  auto& details = *message.mutable_details();
  details.set_version(1);
  details.set_name(std::string(NameOf(projection)));
  details.set_effectivename(details.name());
  details.set_mode("Continuous");
  details.set_status(state->runs ? "Running" : "Stopped");
  details.set_position(PositionText(at));
  details.set_lastcheckpoint(PositionText(at));
  details.set_progress(end == 0 ? 100.0F
                                : 100.0F * static_cast<float>(at) / static_cast<float>(end));
  return message;
}

/// Of those that were asked for, in the order of the list.
absl::StatusOr<std::vector<StatisticsResp>> Collect(EmbeddedEventStore& store,
                                                    const StatisticsReq::Options& options) {
  std::vector<SystemProjection> wanted;
  switch (options.mode_case()) {
    case StatisticsReq::Options::kName: {
      const absl::StatusOr<SystemProjection> projection = FindProjection(options.name());
      if (!projection.ok()) return projection.status();
      wanted.push_back(*projection);
      break;
    }
    case StatisticsReq::Options::kAll:
    case StatisticsReq::Options::kContinuous:
      wanted.assign(kSystemProjections.begin(), kSystemProjections.end());
      break;
    case StatisticsReq::Options::kTransient:
    case StatisticsReq::Options::kOneTime:
      break;  // The system's are all continuous.
    case StatisticsReq::Options::MODE_NOT_SET:
      return absl::InvalidArgumentError("which projections is not set: give a name or a mode");
  }
  std::vector<StatisticsResp> collected;
  for (const SystemProjection projection : wanted) {
    absl::StatusOr<StatisticsResp> described = Describe(store, projection);
    if (!described.ok()) return described.status();
    collected.push_back(*std::move(described));
  }
  return collected;
}

}  // namespace

grpc::ServerUnaryReactor* ProjectionsService::Create(grpc::CallbackServerContext* context,
                                                     const projections::CreateReq* request,
                                                     projections::CreateResp* response) {
  (void)request;
  (void)response;
  return Finish(state_, *context, Demand::What::kUser, OnlyTheSystems());
}

grpc::ServerUnaryReactor* ProjectionsService::Update(grpc::CallbackServerContext* context,
                                                     const projections::UpdateReq* request,
                                                     projections::UpdateResp* response) {
  (void)response;
  const absl::Status found = FindProjection(request->options().name()).status();
  return Finish(state_, *context, Demand::What::kUser, found.ok() ? OnlyTheSystems() : found);
}

grpc::ServerUnaryReactor* ProjectionsService::Delete(grpc::CallbackServerContext* context,
                                                     const projections::DeleteReq* request,
                                                     projections::DeleteResp* response) {
  (void)response;
  const absl::Status found = FindProjection(request->options().name()).status();
  return Finish(state_, *context, Demand::What::kOperate, found.ok() ? OnlyTheSystems() : found);
}

grpc::ServerWriteReactor<StatisticsResp>* ProjectionsService::Statistics(
    grpc::CallbackServerContext* context, const StatisticsReq* request) {
  auto* const reactor = new ListReactor<StatisticsResp>(*context);
  CallAccess(state_, *context)
      .Check({.what = Demand::What::kUser},
             [state = state_, reactor, options = request->options()](const absl::Status& allowed) {
               if (!allowed.ok()) return reactor->Send(allowed);
               BudgetShare share(state->reads);
               if (!share.TryTake(1)) return reactor->Send(TooManyReads());
               state->PostRead([state, reactor, options, share = std::move(share)]() mutable {
                 absl::StatusOr<std::vector<StatisticsResp>> collected =
                     Collect(state->store, options);
                 share.Release();
                 reactor->Send(std::move(collected));
               });
             });
  return reactor;
}

grpc::ServerUnaryReactor* ProjectionsService::SetRuns(grpc::CallbackServerContext& context,
                                                      const std::string& name, bool runs) {
  const absl::StatusOr<SystemProjection> projection = FindProjection(name);
  if (!projection.ok()) {
    return Finish(state_, context, Demand::What::kUser, projection.status());
  }
  const absl::Time deadline =
      std::min(absl::FromChrono(context.deadline()), absl::Now() + kChangeMax);
  return StartIfAllowed(state_, context, {.what = Demand::What::kUser},
                        [state = state_, &context, projection = *projection, runs,
                         deadline](grpc::ServerUnaryReactor* reactor) {
                          BudgetShare share(state->reads);
                          if (!share.TryTake(1))
                            return reactor->Finish(ToGrpcStatus(TooManyReads(), "", context));
                          state->PostRead([state, reactor, &context, projection, runs, deadline,
                                           share = std::move(share)]() mutable {
                            const absl::Status set =
                                SetProjectionState(state->store, projection, runs, deadline);
                            share.Release();
                            reactor->Finish(ToGrpcStatus(set, "", context));
                          });
                        });
}

grpc::ServerUnaryReactor* ProjectionsService::Disable(grpc::CallbackServerContext* context,
                                                      const projections::DisableReq* request,
                                                      projections::DisableResp* response) {
  (void)response;
  return SetRuns(*context, request->options().name(), false);
}

grpc::ServerUnaryReactor* ProjectionsService::Enable(grpc::CallbackServerContext* context,
                                                     const projections::EnableReq* request,
                                                     projections::EnableResp* response) {
  (void)response;
  return SetRuns(*context, request->options().name(), true);
}

// What a projection would make anew from the beginning is what it has made: nothing is to be done.
grpc::ServerUnaryReactor* ProjectionsService::Reset(grpc::CallbackServerContext* context,
                                                    const projections::ResetReq* request,
                                                    projections::ResetResp* response) {
  (void)response;
  return Finish(state_, *context, Demand::What::kUser,
                FindProjection(request->options().name()).status());
}

grpc::ServerUnaryReactor* ProjectionsService::State(grpc::CallbackServerContext* context,
                                                    const projections::StateReq* request,
                                                    projections::StateResp* response) {
  response->mutable_state()->mutable_struct_value();  // None of them has one.
  return Finish(state_, *context, Demand::What::kUser,
                FindProjection(request->options().name()).status());
}

grpc::ServerUnaryReactor* ProjectionsService::Result(grpc::CallbackServerContext* context,
                                                     const projections::ResultReq* request,
                                                     projections::ResultResp* response) {
  response->mutable_result()->mutable_struct_value();  // None of them has one.
  return Finish(state_, *context, Demand::What::kUser,
                FindProjection(request->options().name()).status());
}

grpc::ServerUnaryReactor* ProjectionsService::RestartSubsystem(
    grpc::CallbackServerContext* context, const event_store::client::Empty* request,
    event_store::client::Empty* response) {
  (void)request;
  (void)response;
  return Finish(state_, *context, Demand::What::kOperate,
                absl::OkStatus());  // There is nothing that could have stopped.
}

}  // namespace eventstoredb
