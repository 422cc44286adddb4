#include "infrastructure/node/grpc/delete_calls.h"

#include <string>
#include <utility>

#include "absl/time/time.h"

#include "infrastructure/node/grpc/call_access.h"
#include "infrastructure/node/grpc/message_mapping.h"
#include "infrastructure/node/grpc/status_mapping.h"

namespace eventstoredb {
namespace {

namespace streams = event_store::client::streams;

template <typename Request>
absl::StatusOr<DeleteRequest> ToDeleteRequest(const Request& request, DeleteKind kind) {
  if (!request.has_options()) return absl::InvalidArgumentError("the options are missing");
  const auto& options = request.options();
  const absl::StatusOr<ExpectedRevision> expected = ToExpected(options);
  if (!expected.ok()) return expected.status();
  absl::StatusOr<std::string> stream =
      ToStreamName(options.has_stream_identifier(), options.stream_identifier());
  if (!stream.ok()) return stream.status();
  return DeleteRequest{.stream = *std::move(stream), .expected = *expected, .kind = kind};
}

template <typename Response>
void Delete(NodeState& state, grpc::CallbackServerContext& context, DeleteRequest deletion,
            Response& response, grpc::ServerUnaryReactor* reactor) {
  deletion.deadline = absl::FromChrono(context.deadline());
  const std::string stream = deletion.stream;
  const std::int64_t echo = ExpectedVersion(deletion.expected);
  state.store.StartDelete(std::move(deletion), [&context, &response, reactor, stream,
                                                echo](const absl::StatusOr<DeleteResult>& result) {
    if (!result.ok()) {
      return reactor->Finish(ToGrpcStatus(result.status(), stream, echo, context));
    }
    if (result->position.has_value()) {
      response.mutable_position()->set_commit_position(result->position->commit);
      response.mutable_position()->set_prepare_position(result->position->prepare);
    } else {
      response.mutable_no_position();
    }
    reactor->Finish(grpc::Status::OK);
  });
}

template <typename Request, typename Response>
grpc::ServerUnaryReactor* Run(const std::shared_ptr<NodeState>& state,
                              grpc::CallbackServerContext& context, const Request& request,
                              Response& response, DeleteKind kind) {
  absl::StatusOr<DeleteRequest> deletion = ToDeleteRequest(request, kind);
  if (!deletion.ok()) {
    return StartIfAllowed(state, context, {.what = Demand::What::kPublic},
                          [&context, refused = deletion.status()](auto* reactor) {
                            reactor->Finish(ToGrpcStatus(refused, "", context));
                          });
  }
  const std::string stream = deletion->stream;
  return StartIfAllowed(state, context, {.what = Demand::What::kDeleteStream, .stream = stream},
                        [state = state.get(), &context, &response,
                         deletion = *std::move(deletion)](grpc::ServerUnaryReactor* reactor) {
                          Delete(*state, context, deletion, response, reactor);
                        });
}

}  // namespace

grpc::ServerUnaryReactor* StartDelete(const std::shared_ptr<NodeState>& state,
                                      grpc::CallbackServerContext& context,
                                      const streams::DeleteReq& request,
                                      streams::DeleteResp& response) {
  return Run(state, context, request, response, DeleteKind::kSoft);
}

grpc::ServerUnaryReactor* StartTombstone(const std::shared_ptr<NodeState>& state,
                                         grpc::CallbackServerContext& context,
                                         const streams::TombstoneReq& request,
                                         streams::TombstoneResp& response) {
  return Run(state, context, request, response, DeleteKind::kTombstone);
}

}  // namespace eventstoredb
