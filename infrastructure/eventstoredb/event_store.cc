#include "eventstoredb/event_store.h"

#include <memory>
#include <utility>

#include "absl/synchronization/mutex.h"

namespace eventstoredb {
namespace {

// Shared with the callback, which may come after the waiter has given up.
template <typename Result>
struct Waiter {
  absl::Mutex mutex;
  std::optional<absl::StatusOr<Result>> answer ABSL_GUARDED_BY(mutex);
};

// Calls `start` with a callback, and waits for its answer.
template <typename Result, typename Start>
absl::StatusOr<Result> Await(absl::Time deadline, const Start& start) {
  auto waiter = std::make_shared<Waiter<Result>>();
  start([waiter](absl::StatusOr<Result> answer) {
    absl::MutexLock lock(&waiter->mutex);
    waiter->answer = std::move(answer);
  });
  absl::MutexLock lock(&waiter->mutex);
  const auto answered = [&waiter]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(waiter->mutex) {
    return waiter->answer.has_value();
  };
  if (!waiter->mutex.AwaitWithDeadline(absl::Condition(&answered), deadline)) {
    return absl::DeadlineExceededError(
        "the write was not answered in time: its outcome is unknown");
  }
  return *std::move(waiter->answer);
}

}  // namespace

absl::StatusOr<AppendResult> EventStore::Append(AppendRequest request) {
  return Await<AppendResult>(request.deadline, [&](AppendCallback done) {
    StartAppend(std::move(request), std::move(done));
  });
}

absl::StatusOr<DeleteResult> EventStore::Delete(DeleteRequest request) {
  return Await<DeleteResult>(request.deadline, [&](DeleteCallback done) {
    StartDelete(std::move(request), std::move(done));
  });
}

}  // namespace eventstoredb
