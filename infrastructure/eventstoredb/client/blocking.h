#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

namespace eventstoredb::client {

/// Starts something that answers by a callback within a deadline of its own, and waits for that.
template <typename Result>
absl::StatusOr<Result> Await(
    absl::FunctionRef<void(absl::AnyInvocable<void(absl::StatusOr<Result>)>)> start) {
  struct Waiter {
    absl::Mutex mutex;
    std::optional<absl::StatusOr<Result>> answer ABSL_GUARDED_BY(mutex);
  };
  const auto waiter = std::make_shared<Waiter>();
  start([waiter](absl::StatusOr<Result> answer) {
    absl::MutexLock lock(&waiter->mutex);
    waiter->answer = std::move(answer);
  });
  absl::MutexLock lock(&waiter->mutex);
  const auto answered = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(waiter->mutex) {
    return waiter->answer.has_value();
  };
  waiter->mutex.Await(absl::Condition(&answered));
  return *std::move(waiter->answer);
}

}  // namespace eventstoredb::client
