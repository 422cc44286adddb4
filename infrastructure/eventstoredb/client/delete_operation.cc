#include "infrastructure/eventstoredb/client/delete_operation.h"

#include <functional>
#include <utility>

#include "infrastructure/eventstoredb/client/client_core.h"
#include "infrastructure/eventstoredb/client/messages.h"
#include "infrastructure/eventstoredb/client/unary_call.h"

namespace eventstoredb::client {

DeleteOperation::DeleteOperation(std::shared_ptr<ClientCore> core, DeleteRequest request,
                                 CallOptions options, DeleteCallback done)
    : Operation(std::move(core), std::move(options), request.deadline, Effect::kChange,
                request.stream.size()),
      request_(std::move(request)),
      done_(std::move(done)) {}

void DeleteOperation::Send(std::shared_ptr<Connection> connection) {
  auto* const streams = connection->streams->async();
  if (request_.kind == DeleteKind::kTombstone) {
    Send<streams_wire::TombstoneResp>(
        connection, ToTombstone(request_),
        [streams](auto&&... arguments) { streams->Tombstone(std::move(arguments)...); });
  } else {
    Send<streams_wire::DeleteResp>(connection, ToDelete(request_), [streams](auto&&... arguments) {
      streams->Delete(std::move(arguments)...);
    });
  }
}

template <typename Response, typename Request, typename Method>
void DeleteOperation::Send(const std::shared_ptr<Connection>& connection, Request request,
                           Method method) {
  const auto call =
      std::make_shared<UnaryCall<Request, Response>>(std::move(request), connection->channel);
  core().headers.Write(options(), deadline(), *call->context);
  call->Start(core().calls, std::move(method), {.stream = request_.stream},
              [self = std::static_pointer_cast<DeleteOperation>(shared_from_this()), connection](
                  const absl::Status& status, const Response& response) {
                if (!status.ok()) return self->Failed(*connection, status);
                DeleteResult result;
                if (response.position_option_case() == Response::kPosition) {
                  result.position = Position{.commit = response.position().commit_position(),
                                             .prepare = response.position().prepare_position()};
                }
                if (self->Finish()) self->done_(result);
              });
}

}  // namespace eventstoredb::client
