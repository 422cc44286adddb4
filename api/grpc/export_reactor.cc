#include "api/grpc/export_reactor.h"

#include <utility>
#include <vector>

#include "api/calls/call.h"
#include "api/grpc/transfer_mapping.h"
#include "api/grpc/wire.h"

namespace orders::api {

void ExportReactor::Start() {
  absl::MutexLock lock(&mutex_);
  PostRead();
}

void ExportReactor::PostRead() {
  if (has_ended_) return;
  is_reading_ = streams_.Post([self = shared_from_this()] { self->Read(); });
  if (!is_reading_) EndLocked(ShuttingDown());
}

void ExportReactor::Read() {
  absl::Status status;
  std::vector<application::TransferredEvent> events;
  bool at_end = false;
  if (export_ == nullptr) {
    auto started = streams_.ports().transfer.StartExport();
    status = started.status();
    if (started.ok()) export_ = *std::move(started);
  }
  if (status.ok()) status = export_->Next(events, at_end);

  absl::MutexLock lock(&mutex_);
  is_reading_ = false;
  if (has_ended_) {
    export_.reset();
    return;
  }
  if (!status.ok()) return EndLocked(status);
  if (events.empty()) return at_end ? EndLocked(absl::OkStatus()) : PostRead();
  in_flight_.Clear();
  for (application::TransferredEvent& event : events) {
    SetStoredEvent(std::move(event), *in_flight_.add_events());
  }
  StartWrite(&in_flight_);
}

void ExportReactor::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  if (!ok) return EndLocked(absl::CancelledError("the caller has gone"));
  PostRead();
}

void ExportReactor::OnCancel() { End(absl::CancelledError("the call was cancelled")); }

void ExportReactor::End(const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  EndLocked(status);
}

void ExportReactor::EndLocked(const absl::Status& status) {
  if (has_ended_) return;
  has_ended_ = true;
  if (!is_reading_) export_.reset();
  Finish(ToGrpcStatus(status, ""));
}

void ExportReactor::OnDone() { streams_.Forget(this); }

}  // namespace orders::api
