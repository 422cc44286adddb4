#include "infrastructure/eventstoredb/client/append_operation.h"

#include <algorithm>

#include "infrastructure/eventstoredb/client/append_call.h"
#include "infrastructure/eventstoredb/client/batch_call.h"
#include "infrastructure/eventstoredb/client/client_core.h"
#include "infrastructure/eventstoredb/client/messages.h"
#include "infrastructure/eventstoredb/client/rpc_error.h"

namespace eventstoredb::client {
namespace {

std::size_t BytesOf(const AppendRequest& request) {
  constexpr std::size_t kEachEvent = 100;  // Its id, its content type and the message around it.
  std::size_t bytes = request.stream.size();
  for (const ProposedEvent& event : request.events) {
    bytes += kEachEvent + event.type.size() + event.data.size() + event.metadata.size();
  }
  return bytes;
}

}  // namespace

AppendOperation::AppendOperation(std::shared_ptr<ClientCore> core, AppendRequest request,
                                 CallOptions options, AppendCallback done)
    : Operation(std::move(core), std::move(options), request.deadline, Effect::kChange,
                BytesOf(request)),
      request_(std::move(request)),
      done_(std::move(done)) {}

void AppendOperation::Send(std::shared_ptr<Connection> connection) {
  const bool over_batch = connection->features.batch_append && !options().credentials.has_value() &&
                          !options().requires_leader;
  if (over_batch) return core().batches.Send(connection, Self());
  AppendCall::Start(std::move(connection), Self());
}

bool AppendOperation::IsRepeatable() const {
  // The server looks for the ids right after the expected revision, in the log itself. With any or
  // stream_exists it asks a memory of recent ids, which a restart empties: the repeat would be
  // written a second time (protocol section 3.2).
  return request_.expected.kind() == ExpectedRevision::Kind::kExact ||
         request_.expected.kind() == ExpectedRevision::Kind::kNoStream;
}

void AppendOperation::Answered(const event_store::client::streams::BatchAppendResp& answer) {
  using Answer = event_store::client::streams::BatchAppendResp;
  switch (answer.result_case()) {
    case Answer::kSuccess:
      return Succeed(ToAppendResult(answer.success()));
    case Answer::kError: {
      const absl::Status error = ToStatus(answer.error(), request_.stream);
      return Failed(error, LeavesOutcomeUnknown(error) ? Written::kPerhaps : Written::kNo);
    }
    case Answer::RESULT_NOT_SET:
      break;
  }
  Failed(absl::UnknownError("the server answered neither success nor error"), Written::kPerhaps);
}

void AppendOperation::Answered(const event_store::client::streams::AppendResp& answer) {
  using Answer = event_store::client::streams::AppendResp;
  switch (answer.result_case()) {
    case Answer::kSuccess:
      return Succeed(ToAppendResult(answer.success()));
    case Answer::kWrongExpectedVersion:
      return Failed(ToStatus(answer.wrong_expected_version(), request_.stream), Written::kNo);
    case Answer::RESULT_NOT_SET:
      break;
  }
  Failed(absl::UnknownError("the server answered neither success nor error"), Written::kPerhaps);
}

void AppendOperation::IsSentOver(std::weak_ptr<BatchCall> call, const Uuid& correlation) {
  absl::MutexLock lock(&sent_mutex_);
  sent_over_ = {std::move(call), correlation};
}

void AppendOperation::Expire() {
  Operation::Expire();
  std::pair<std::weak_ptr<BatchCall>, Uuid> sent_over;
  {
    absl::MutexLock lock(&sent_mutex_);
    sent_over = sent_over_;
  }
  if (const std::shared_ptr<BatchCall> call = sent_over.first.lock()) {
    call->Forget(sent_over.second);
  }
}

}  // namespace eventstoredb::client
