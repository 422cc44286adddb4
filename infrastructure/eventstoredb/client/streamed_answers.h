#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "infrastructure/eventstoredb/client/backoff.h"
#include "infrastructure/eventstoredb/client/server_stream_call.h"

namespace eventstoredb::client {

/// A method of a stub's async() that one message asks and many answer.
template <typename Service, typename Request, typename Response>
using StreamingMethod = void (Service::StubInterface::async_interface::*)(
    grpc::ClientContext*, const Request*, grpc::ClientReadReactor<Response>*);

/// Asks `Service`, and hands each answer to `take` until that returns false or all have come.
/// Begins anew after a failure that this may mend, as long as no answer has come. `about`: what its
/// errors name. Blocks, until the deadline at the longest.
template <typename Service, typename Request, typename Response>
absl::Status ForEachAnswer(const std::shared_ptr<ClientCore>& core, const CallOptions& options,
                           absl::Time deadline, const ErrorDetails& about, const Request& request,
                           StreamingMethod<Service, Request, Response> method,
                           absl::FunctionRef<bool(Response&&)> take) {
  using Call = ServerStreamCall<Request, Response>;
  const auto open = [method](const Connection& connection, auto... arguments) {
    const auto stub = Service::NewStub(connection.channel);
    (stub->async()->*method)(arguments...);
  };
  const RetryPolicy& retry = core->options.retry;
  bool has_taken = false;
  for (int attempt = 1;; ++attempt) {
    const std::shared_ptr<Call> call = Call::Start(core, open, request, about, options, deadline);
    Taken taken = Taken::kMessages;
    while (taken == Taken::kMessages) {
      typename Call::Responses answers;
      taken = call->Take(deadline, answers);
      for (const std::shared_ptr<Response>& answer : answers) {
        has_taken = true;
        if (take(std::move(*answer))) continue;
        call->Cancel();
        return absl::OkStatus();
      }
    }
    if (taken == Taken::kNothing) {
      call->Cancel();
      return MakeError(absl::StatusCode::kDeadlineExceeded, "the call was not answered in time",
                       {.kind = ErrorKind::kDeadlineExceeded});
    }
    const absl::Status ended = call->status();
    const absl::Time next =
        absl::Now() + RandomBackoff(retry.backoff_min, retry.backoff_max, attempt);
    const bool may_ask_again = !ended.ok() && !has_taken && IsTransient(GetErrorKind(ended)) &&
                               attempt < retry.attempts_max && next < deadline;
    if (!may_ask_again) return ended;
    core->read_retries.fetch_add(1, std::memory_order_relaxed);
    absl::SleepFor(next - absl::Now());
  }
}

/// All answers. Errors: also ResourceExhausted, there are too many.
template <typename Service, typename Request, typename Response>
absl::StatusOr<std::vector<Response>> AllAnswers(
    const std::shared_ptr<ClientCore>& core, const CallOptions& options, absl::Time deadline,
    const ErrorDetails& about, const Request& request,
    StreamingMethod<Service, Request, Response> method) {
  const std::size_t answers_max = core->options.listed_max;
  std::vector<Response> answers;
  bool are_too_many = false;
  const absl::Status ended = ForEachAnswer<Service, Request, Response>(
      core, options, core->DeadlineOr(deadline), about, request, method, [&](Response&& answer) {
        are_too_many = answers.size() == answers_max;
        if (!are_too_many) answers.push_back(std::move(answer));
        return !are_too_many;
      });
  if (!ended.ok()) return ended;
  if (are_too_many) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the server has more than ", answers_max, " answers"));
  }
  return answers;
}

}  // namespace eventstoredb::client
