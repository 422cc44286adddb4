#include <utility>

#include "event_store/client/projections.grpc.pb.h"
#include "eventstoredb/projections.h"
#include "infrastructure/eventstoredb/client/projection_messages.h"
#include "infrastructure/eventstoredb/client/streamed_answers.h"
#include "infrastructure/eventstoredb/client/unary_operation.h"

namespace eventstoredb {

using namespace client;  // NOLINT: the parts that this one is made of.

namespace {

using ProjectionsService = projections_wire::Projections;
using ProjectionMethods = ProjectionsService::StubInterface::async_interface;

/// A server that does not know of tracking would take no notice of the wish.
absl::Status CheckTracksStreams(const ServerFeatures& features) {
  if (features.Has("event_store.client.projections.projections", "create",
                   "track_emitted_streams")) {
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kUnimplemented,
                   "the server cannot track the streams that a projection emits",
                   {.kind = ErrorKind::kUnsupported});
}

UnaryDescription ChangeOf(const std::string& name) { return {.about = {.projection = name}}; }
UnaryDescription QuestionAbout(const std::string& name) {
  return {.effect = Effect::kNone, .about = {.projection = name}};
}

template <typename Request>
Request Named(const std::string& name) {
  Request message;
  message.mutable_options()->set_name(name);
  return message;
}

template <typename Request>
Request OfPart(const ProjectionPart& part) {
  Request message = Named<Request>(part.name);
  message.mutable_options()->set_partition(part.partition);
  return message;
}

absl::Status Check(const ProjectionPart& part) {
  if (absl::Status named = CheckProjection(part.name); !named.ok()) return named;
  if (!IsUtf8(part.partition)) return absl::InvalidArgumentError("the partition is not UTF-8");
  return absl::OkStatus();
}

}  // namespace

absl::Status Projections::Create(CreateProjectionRequest request, CallOptions options) const {
  if (absl::Status valid = client::Check(request); !valid.ok()) return valid;
  UnaryDescription description = ChangeOf(request.name);
  if (request.track_emitted_streams) description.check = CheckTracksStreams;
  return CallUnary<ProjectionsService>(core_, std::move(options), request.deadline,
                                       std::move(description), ToCreate(request),
                                       &ProjectionMethods::Create)
      .status();
}

absl::Status Projections::Update(UpdateProjectionRequest request, CallOptions options) const {
  if (absl::Status valid = client::Check(request); !valid.ok()) return valid;
  return CallUnary<ProjectionsService>(core_, std::move(options), request.deadline,
                                       ChangeOf(request.name), ToUpdate(request),
                                       &ProjectionMethods::Update)
      .status();
}

absl::Status Projections::Delete(DeleteProjectionRequest request, CallOptions options) const {
  if (absl::Status valid = CheckProjection(request.name); !valid.ok()) return valid;
  return CallUnary<ProjectionsService>(core_, std::move(options), request.deadline,
                                       ChangeOf(request.name), ToDelete(request),
                                       &ProjectionMethods::Delete)
      .status();
}

absl::Status Projections::Enable(std::string name, absl::Time deadline, CallOptions options) const {
  if (absl::Status valid = CheckProjection(name); !valid.ok()) return valid;
  return CallUnary<ProjectionsService>(core_, std::move(options), deadline, ChangeOf(name),
                                       Named<projections_wire::EnableReq>(name),
                                       &ProjectionMethods::Enable)
      .status();
}

absl::Status Projections::Disable(std::string name, absl::Time deadline,
                                  CallOptions options) const {
  return Stop(std::move(name), /*write_checkpoint=*/true, deadline, std::move(options));
}

absl::Status Projections::Abort(std::string name, absl::Time deadline, CallOptions options) const {
  return Stop(std::move(name), /*write_checkpoint=*/false, deadline, std::move(options));
}

absl::Status Projections::Stop(std::string name, bool write_checkpoint, absl::Time deadline,
                               CallOptions options) const {
  if (absl::Status valid = CheckProjection(name); !valid.ok()) return valid;
  auto message = Named<projections_wire::DisableReq>(name);
  message.mutable_options()->set_write_checkpoint(write_checkpoint);
  return CallUnary<ProjectionsService>(core_, std::move(options), deadline, ChangeOf(name),
                                       std::move(message), &ProjectionMethods::Disable)
      .status();
}

absl::Status Projections::Reset(std::string name, absl::Time deadline, CallOptions options) const {
  if (absl::Status valid = CheckProjection(name); !valid.ok()) return valid;
  return CallUnary<ProjectionsService>(core_, std::move(options), deadline, ChangeOf(name),
                                       Named<projections_wire::ResetReq>(name),
                                       &ProjectionMethods::Reset)
      .status();
}

absl::StatusOr<std::string> Projections::GetState(ProjectionPart part, CallOptions options) const {
  if (absl::Status valid = Check(part); !valid.ok()) return valid;
  const auto answer = CallUnary<ProjectionsService>(
      core_, std::move(options), part.deadline, QuestionAbout(part.name),
      OfPart<projections_wire::StateReq>(part), &ProjectionMethods::State);
  if (!answer.ok()) return answer.status();
  return ToJson(answer->state());
}

absl::StatusOr<std::string> Projections::GetResult(ProjectionPart part, CallOptions options) const {
  if (absl::Status valid = Check(part); !valid.ok()) return valid;
  const auto answer = CallUnary<ProjectionsService>(
      core_, std::move(options), part.deadline, QuestionAbout(part.name),
      OfPart<projections_wire::ResultReq>(part), &ProjectionMethods::Result);
  if (!answer.ok()) return answer.status();
  return ToJson(answer->result());
}

absl::StatusOr<ProjectionStatistics> Projections::GetStatistics(std::string name,
                                                                absl::Time deadline,
                                                                CallOptions options) const {
  if (absl::Status valid = CheckProjection(name); !valid.ok()) return valid;
  auto answers = AllAnswers<ProjectionsService>(core_, options, deadline, {.projection = name},
                                                Named<projections_wire::StatisticsReq>(name),
                                                &ProjectionMethods::Statistics);
  if (!answers.ok()) return answers.status();
  if (answers->size() != 1) {
    return absl::DataLossError("the server did not answer with one projection");
  }
  return ToProjectionStatistics(std::move(*answers->front().mutable_details()));
}

absl::StatusOr<std::vector<ProjectionStatistics>> Projections::List(ListProjectionsRequest request,
                                                                    CallOptions options) const {
  auto answers = AllAnswers<ProjectionsService>(
      core_, options, request.deadline, {}, ToStatistics(request), &ProjectionMethods::Statistics);
  if (!answers.ok()) return answers.status();
  std::vector<ProjectionStatistics> projections;
  for (projections_wire::StatisticsResp& answer : *answers) {
    projections.push_back(ToProjectionStatistics(std::move(*answer.mutable_details())));
  }
  return projections;
}

absl::Status Projections::RestartSubsystem(absl::Time deadline, CallOptions options) const {
  return CallUnary<ProjectionsService>(core_, std::move(options), deadline, {},
                                       event_store::client::Empty(),
                                       &ProjectionMethods::RestartSubsystem)
      .status();
}

}  // namespace eventstoredb
