#include "eventstoredb/event_store.h"

#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"

namespace eventstoredb {
namespace {

constexpr char kWrongExpectedRevisionUrl[] = "eventstoredb/wrong-expected-revision";
constexpr char kNoEvents[] = "none";

// Shared with the callback, which may come after the waiter has given up.
struct Waiter {
  absl::Mutex mutex;
  std::optional<absl::StatusOr<AppendResult>> answer ABSL_GUARDED_BY(mutex);
};

}  // namespace

absl::Status WrongExpectedRevisionError(std::string_view stream,
                                        std::optional<std::uint64_t> current) {
  const std::string where =
      current.has_value() ? absl::StrCat("at revision ", *current) : "without events";
  absl::Status status =
      absl::AbortedError(absl::StrCat("stream ", std::string(stream), " is ", where));
  status.SetPayload(kWrongExpectedRevisionUrl,
                    absl::Cord(current.has_value() ? absl::StrCat(*current) : kNoEvents));
  return status;
}

std::optional<WrongExpectedRevision> GetWrongExpectedRevision(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kWrongExpectedRevisionUrl);
  if (!payload.has_value()) return std::nullopt;
  const std::string text(*payload);
  WrongExpectedRevision details;
  std::uint64_t current = 0;
  if (absl::SimpleAtoi(text, &current)) details.current = current;
  return details;
}

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
