#include "api/grpc/admin_streams.h"

#include <algorithm>
#include <utility>

#include "api/calls/call.h"
#include "api/grpc/export_reactor.h"
#include "api/grpc/import_reactor.h"
#include "api/grpc/refused_reactor.h"
#include "api/grpc/wire.h"
#include "application/commands/request_errors.h"

namespace orders::api {
namespace {

constexpr std::size_t kStreamsMax = 8;

absl::Status TooMany() {
  return application::MakeRequestError(
      absl::StatusCode::kResourceExhausted,
      "too many long calls of administrators are under way; ask again",
      {.reason = "OVERLOADED", .retry_after = absl::Seconds(10)});
}

}  // namespace

AdminStreams::AdminStreams(Ports ports) : ports_(std::move(ports)) {}

absl::Status AdminStreams::Admit(std::shared_ptr<AdminStream> stream) {
  absl::MutexLock lock(&mutex_);
  if (stopping_) return ShuttingDown();
  if (streams_.size() >= kStreamsMax) return TooMany();
  streams_.push_back(std::move(stream));
  return absl::OkStatus();
}

grpc::ServerWriteReactor<v1::ExportEventsResponse>* AdminStreams::Export(
    grpc::CallbackServerContext& /*context*/) {
  const auto reactor = std::make_shared<ExportReactor>(*this);
  if (const absl::Status admitted = Admit(reactor); !admitted.ok()) {
    return new RefusedReactor<grpc::ServerWriteReactor<v1::ExportEventsResponse>>(admitted);
  }
  reactor->Start();
  return reactor.get();
}

grpc::ServerReadReactor<v1::ImportEventsRequest>* AdminStreams::Import(
    grpc::CallbackServerContext& /*context*/, v1::ImportEventsResponse& response) {
  const auto reactor = std::make_shared<ImportReactor>(*this, response);
  if (const absl::Status admitted = Admit(reactor); !admitted.ok()) {
    return new RefusedReactor<grpc::ServerReadReactor<v1::ImportEventsRequest>>(admitted);
  }
  reactor->Start();
  return reactor.get();
}

grpc::ServerUnaryReactor* AdminStreams::Backup(grpc::CallbackServerContext& context,
                                               const v1::BackupRequest& request,
                                               v1::BackupResponse& response) {
  grpc::ServerUnaryReactor* const reactor = context.DefaultReactor();
  const bool posted = Post([this, &context, &request, &response, reactor] {
    auto done =
        ports_.back_up(request.folder(), [&] { return is_stopping() || context.IsCancelled(); });
    if (!done.ok()) return reactor->Finish(ToGrpcStatus(done.status(), ""));
    response = *std::move(done);
    reactor->Finish(grpc::Status::OK);
  });
  if (!posted) reactor->Finish(ToGrpcStatus(is_stopping() ? ShuttingDown() : TooMany(), ""));
  return reactor;
}

bool AdminStreams::Post(WorkerPool::Task step) {
  CallGate::Pass pass = ports_.gate.Enter();
  if (!pass) return false;
  return ports_.workers.TryPost(
      [pass = std::move(pass), step = std::move(step)]() mutable { std::move(step)(); });
}

void AdminStreams::Forget(const AdminStream* stream) {
  std::shared_ptr<AdminStream> gone;  // Goes without the lock.
  absl::MutexLock lock(&mutex_);
  const auto found = std::find_if(streams_.begin(), streams_.end(),
                                  [stream](const auto& one) { return one.get() == stream; });
  if (found == streams_.end()) return;
  gone = std::move(*found);
  streams_.erase(found);
}

void AdminStreams::Stop() {
  std::vector<std::shared_ptr<AdminStream>> streams;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    streams = streams_;
  }
  for (const std::shared_ptr<AdminStream>& stream : streams) stream->End(ShuttingDown());
}

}  // namespace orders::api
