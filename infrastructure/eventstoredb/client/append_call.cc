#include "infrastructure/eventstoredb/client/append_call.h"

#include <utility>

#include "infrastructure/eventstoredb/client/client_core.h"
#include "infrastructure/eventstoredb/client/messages.h"
#include "infrastructure/eventstoredb/client/rpc_error.h"

namespace eventstoredb::client {

void AppendCall::Start(std::shared_ptr<Connection> connection,
                       std::shared_ptr<AppendOperation> append) {
  ClientCore& core = append->core();
  const auto call = std::make_shared<AppendCall>(std::move(connection), append);
  if (!core.calls.Add(call)) {
    return append->Failed(absl::CancelledError("the client is closing"), Written::kNo);
  }
  core.headers.Write(append->options(), append->deadline(), *call->context_);
  call->in_flight_ = ToAppendOptions(append->request());
  call->connection_->streams->async()->Append(&*call->context_, &call->response_, call.get());
  call->StartWrite(&call->in_flight_);
  call->StartCall();
}

AppendCall::AppendCall(std::shared_ptr<Connection> connection,
                       std::shared_ptr<AppendOperation> append)
    : connection_(std::move(connection)), append_(std::move(append)) {
  context_.Keep(connection_->channel);
}

void AppendCall::OnWriteDone(bool ok) {
  if (!ok) return;  // OnDone says why.
  if (next_event_ == append_->request().events.size()) return StartWritesDone();
  in_flight_ = ToAppendMessage(append_->request().events[next_event_]);
  ++next_event_;
  StartWrite(&in_flight_);
}

void AppendCall::OnDone(const grpc::Status& status) {
  if (status.ok()) {
    append_->Answered(response_);
  } else {
    append_->Failed(*connection_,
                    ToStatus(status, TrailersOf(*context_), {.stream = append_->request().stream}));
  }
  connection_ = nullptr;
  context_.Release();
  append_->core().calls.Remove(this);
}

}  // namespace eventstoredb::client
