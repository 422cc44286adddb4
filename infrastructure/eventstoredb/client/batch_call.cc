#include "infrastructure/eventstoredb/client/batch_call.h"

#include "infrastructure/eventstoredb/client/append_operation.h"
#include "infrastructure/eventstoredb/client/connector.h"
#include "infrastructure/eventstoredb/client/messages.h"
#include "infrastructure/eventstoredb/client/random_uuid.h"
#include "infrastructure/eventstoredb/client/rpc_error.h"

namespace eventstoredb::client {
namespace {

/// As official clients split (protocol section 3.14).
constexpr std::size_t kRequestBytesMax = 3 << 20;

}  // namespace

BatchCall::BatchCall(std::shared_ptr<Connection> connection, Connector& connector,
                     CallRegistry& calls)
    : connection_number_(connection->number),
      features_(connection->features),
      connection_(std::move(connection)),
      connector_(connector),
      calls_(calls) {
  context_.Keep(connection_->channel);
}

bool BatchCall::Start(const CallHeaders& headers) {
  if (!calls_.Add(shared_from_this())) return false;
  // Each append has a deadline of its own; the call has none.
  headers.Write({}, absl::InfiniteFuture(), *context_);
  {
    absl::MutexLock lock(&mutex_);
    has_hold_ = true;
  }
  connection_->streams->async()->BatchAppend(&*context_, this);
  AddHold();  // Appends are written from any thread.
  StartRead(&response_);
  StartCall();
  return true;
}

bool BatchCall::TrySend(const std::shared_ptr<AppendOperation>& append) {
  const Uuid correlation = RandomUuid();
  std::vector<Request> requests =
      ToBatchAppend(append->request(), correlation, absl::Now(), features_.batch_deadline_duration,
                    kRequestBytesMax);
  absl::MutexLock lock(&mutex_);
  if (!is_open_ || is_retired_) return false;
  append->IsSentOver(weak_from_this(), correlation);
  waiting_.emplace(correlation, Waiting{append});
  for (Request& request : requests) to_write_.emplace_back(correlation, std::move(request));
  Pump();
  return true;
}

void BatchCall::Forget(const Uuid& correlation) {
  absl::MutexLock lock(&mutex_);
  waiting_.erase(correlation);
  EndIfIdle();
}

void BatchCall::Retire() {
  absl::MutexLock lock(&mutex_);
  is_retired_ = true;
  EndIfIdle();
}

void BatchCall::EndIfIdle() {
  // The original keeps a half-closed call open when nothing is outstanding (section 3.14).
  if (is_retired_ && is_open_ && waiting_.empty()) context_.Cancel();
}

void BatchCall::Pump() {
  while (!is_writing_ && is_open_ && !to_write_.empty()) {
    auto [correlation, request] = std::move(to_write_.front());
    to_write_.pop_front();
    const auto waiting = waiting_.find(correlation);
    if (waiting == waiting_.end() && request.has_options()) {
      // Its time was up before anything of it was sent. What follows it is dropped likewise; had a
      // part been sent, the server would wait for the rest, which the next line sends.
      while (!to_write_.empty() && to_write_.front().first == correlation) to_write_.pop_front();
      continue;
    }
    if (waiting != waiting_.end()) waiting->second.is_sent = true;
    in_flight_ = std::move(request);
    is_writing_ = true;
    StartWrite(&in_flight_);
  }
}

void BatchCall::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  is_writing_ = false;
  if (!ok) is_open_ = false;  // The read in flight tells the end.
  Pump();
}

void BatchCall::OnReadDone(bool ok) {
  if (!ok) {
    absl::MutexLock lock(&mutex_);
    is_open_ = false;
    ReleaseHold();
    return;
  }
  std::shared_ptr<AppendOperation> append;
  if (const std::optional<Uuid> correlation = ToUuid(response_.correlation_id())) {
    absl::MutexLock lock(&mutex_);
    is_answered_ = true;
    const auto waiting = waiting_.find(*correlation);
    if (waiting != waiting_.end()) {
      append = std::move(waiting->second.append);
      waiting_.erase(waiting);
      EndIfIdle();
    }
  }
  if (append != nullptr) append->Answered(response_);
  StartRead(&response_);
}

void BatchCall::ReleaseHold() {
  if (std::exchange(has_hold_, false)) RemoveHold();
}

void BatchCall::OnDone(const grpc::Status& status) {
  absl::flat_hash_map<Uuid, Waiting> waiting;
  bool is_answered = false;
  {
    absl::MutexLock lock(&mutex_);
    is_open_ = false;
    is_answered = is_answered_;
    to_write_.clear();
    waiting.swap(waiting_);
  }
  const absl::Status error = status.ok() ? MakeError(absl::StatusCode::kUnavailable,
                                                     "the server ended the BatchAppend call",
                                                     {.kind = ErrorKind::kUnavailable})
                                         : ToStatus(status, TrailersOf(*context_), {});
  connector_.Report(*connection_, error);
  // Who is not known is turned away before anything of the call is looked at.
  const bool is_turned_away = absl::IsUnauthenticated(error) && !is_answered;
  for (auto& [correlation, each] : waiting) {
    each.append->Failed(error, each.is_sent && !is_turned_away ? Written::kPerhaps : Written::kNo);
  }
  connection_ = nullptr;
  context_.Release();
  calls_.Remove(this);
}

}  // namespace eventstoredb::client
