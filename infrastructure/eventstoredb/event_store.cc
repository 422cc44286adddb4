#include "eventstoredb/event_store.h"

#include <memory>
#include <utility>

#include "absl/synchronization/mutex.h"

namespace eventstoredb {
namespace {

// Shared with the callback, which may come after the waiter has given up.
struct Waiter {
  absl::Mutex mutex;
  std::optional<absl::StatusOr<AppendResult>> answer ABSL_GUARDED_BY(mutex);
};

}  // namespace

absl::StatusOr<AppendResult> EventStore::Append(AppendRequest request) {
  const absl::Time deadline = request.deadline;
  auto waiter = std::make_shared<Waiter>();
  StartAppend(std::move(request), [waiter](absl::StatusOr<AppendResult> answer) {
    absl::MutexLock lock(&waiter->mutex);
    waiter->answer = std::move(answer);
  });
  absl::MutexLock lock(&waiter->mutex);
  const auto answered = [&waiter]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(waiter->mutex) {
    return waiter->answer.has_value();
  };
  if (!waiter->mutex.AwaitWithDeadline(absl::Condition(&answered), deadline)) {
    return absl::DeadlineExceededError(
        "the append was not answered in time: its outcome is unknown");
  }
  return *std::move(waiter->answer);
}

}  // namespace eventstoredb
