#include "infrastructure/eventstoredb/client/batch_appender.h"

#include <utility>

#include "absl/status/status.h"

#include "infrastructure/eventstoredb/client/append_operation.h"
#include "infrastructure/eventstoredb/client/batch_call.h"

namespace eventstoredb::client {

void BatchAppender::Send(const std::shared_ptr<Connection>& connection,
                         const std::shared_ptr<AppendOperation>& append) {
  constexpr int kCallsMax = 3;  // Each of which may end just before it is used.
  std::shared_ptr<BatchCall> ended;
  for (int i = 0; i < kCallsMax; ++i) {
    const std::shared_ptr<BatchCall> call = CallOn(connection, ended);
    if (call == nullptr) break;
    if (call->TrySend(append)) return;
    ended = call;
  }
  append->Failed(absl::UnavailableError("the BatchAppend call ended"), Written::kNo);
}

void BatchAppender::Close() {
  absl::MutexLock lock(&mutex_);
  call_ = nullptr;
}

std::shared_ptr<BatchCall> BatchAppender::CallOn(const std::shared_ptr<Connection>& connection,
                                                 const std::shared_ptr<BatchCall>& ended) {
  absl::MutexLock lock(&mutex_);
  if (call_ != nullptr && call_ != ended && call_->connection_number() >= connection->number) {
    return call_;
  }
  if (call_ != nullptr) call_->Retire();
  call_ = std::make_shared<BatchCall>(connection, connector_, calls_);
  if (!call_->Start(headers_)) call_ = nullptr;
  return call_;
}

}  // namespace eventstoredb::client
