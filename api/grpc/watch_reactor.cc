#include "api/grpc/watch_reactor.h"

#include <utility>

#include "api/grpc/inbound_call.h"
#include "api/grpc/wire.h"

namespace orders::api {

grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchReactor::Open(const WatchMethod& method,
                                                               grpc::CallbackServerContext& context,
                                                               const grpc::ByteBuffer& request) {
  auto* const reactor = new WatchReactor(context);
  const InboundCall call(context, request);
  WatchOpening opening = method.open(call.inbound(), *reactor);
  if (!opening.status.ok()) {
    reactor->Finish(opening.status, opening.resource);
    return reactor;
  }
  // gRPC calls the reactor only once it has it.
  reactor->watch_ = std::move(opening.watch);
  reactor->watch_->Start();
  return reactor;
}

void WatchReactor::Send(const WatchMessage& message) {
  in_flight_ = Encode(message.content());
  StartWrite(&in_flight_);
}

void WatchReactor::Finish(const absl::Status& status, std::string_view resource) {
  ServerWriteReactor::Finish(ToGrpcStatus(status, resource));
}

void WatchReactor::Cut() { context_.TryCancel(); }

void WatchReactor::OnWriteDone(bool ok) {
  if (ok) return watch_->Taken();
  watch_->End(absl::CancelledError("the client is gone"));
}

void WatchReactor::OnCancel() {
  if (watch_ != nullptr) watch_->End(absl::CancelledError("the client cancelled"));
}

void WatchReactor::OnDone() {
  if (watch_ != nullptr) watch_->Close();
  delete this;
}

}  // namespace orders::api
