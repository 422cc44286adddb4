#include "api/calls/read_model_calls.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "api/calls/page_rows.h"
#include "api/calls/read_model_mapping.h"
#include "api/calls/request_checks.h"
#include "api/calls/worker_method.h"
#include "application/projections/projection_runner.h"
#include "application/queries/page_token.h"
#include "domain/order/validation.h"

namespace orders::api {
namespace {

using application::PageKind;

constexpr std::size_t kSkippedEventsMax = 1'000;

}  // namespace

ReadModelCalls::ReadModelCalls(Ports ports, application::StoreIdentity store,
                               const CallLimits& limits)
    : ports_(ports), store_(std::move(store)), limits_(limits) {}

UnaryMethods ReadModelCalls::methods() {
  return {Make(&ReadModelCalls::List),
          Make(&ReadModelCalls::Rebuild),
          Make(&ReadModelCalls::Verify),
          Make(&ReadModelCalls::Cancel),
          Make(&ReadModelCalls::ListDifferences),
          Make(&ReadModelCalls::ListLetters),
          Make(&ReadModelCalls::GetLetter),
          Make(&ReadModelCalls::Retry),
          Make(&ReadModelCalls::Skip),
          Make(&ReadModelCalls::ListSkipped)};
}

template <typename Request, typename Response>
UnaryMethod ReadModelCalls::Make(absl::StatusOr<Response> (ReadModelCalls::*answer)(
    const CallContext& call, const Request& request)) {
  return MakeWorkerMethod<Request, Response>(
      "ReadModels", {ports_.ids, ports_.telemetry, ports_.meters, ports_.workers, ports_.gate},
      limits_, [this, answer](const CallContext& call, const Request& request) {
        return (this->*answer)(call, request);
      });
}

absl::StatusOr<v1::ListReadModelsResponse> ReadModelCalls::List(
    const CallContext& /*call*/, const v1::ListReadModelsRequest& /*request*/) {
  v1::ListReadModelsResponse response;
  for (const application::ProjectionStatus& status : ports_.projections.Statuses()) {
    SetReadModel(status, store_, *response.add_read_models());
  }
  return response;
}

absl::StatusOr<v1::RebuildReadModelResponse> ReadModelCalls::Rebuild(
    const CallContext& /*call*/, const v1::RebuildReadModelRequest& request) {
  if (absl::Status begun = ports_.projections.StartRebuild(request.read_model()); !begun.ok()) {
    return begun;
  }
  return v1::RebuildReadModelResponse();
}

absl::StatusOr<v1::VerifyReadModelResponse> ReadModelCalls::Verify(
    const CallContext& /*call*/, const v1::VerifyReadModelRequest& request) {
  const absl::Status begun = ports_.projections.StartVerification(
      request.read_model(), application::VerificationPace::kAtOnce);
  if (!begun.ok()) return begun;
  return v1::VerifyReadModelResponse();
}

absl::StatusOr<v1::CancelRebuildResponse> ReadModelCalls::Cancel(
    const CallContext& /*call*/, const v1::CancelRebuildRequest& request) {
  const absl::Status cancelled = ports_.projections.CancelRebuild(request.read_model());
  if (!cancelled.ok()) return cancelled;
  return v1::CancelRebuildResponse();
}

absl::StatusOr<v1::ListDifferencesResponse> ReadModelCalls::ListDifferences(
    const CallContext& /*call*/, const v1::ListDifferencesRequest& request) {
  const absl::StatusOr<std::size_t> rows = RowsOfPage(request.page_size());
  if (!rows.ok()) return rows.status();
  const auto rebuild = request.of_verification()
                           ? ports_.projections.FindVerification(request.read_model())
                           : ports_.projections.FindRebuild(request.read_model());
  if (!rebuild.ok()) return rebuild.status();
  v1::ListDifferencesResponse response;
  if (!rebuild->has_value() || (*rebuild)->comparison == nullptr) return response;
  const std::vector<application::ViewDifference>& listed = (*rebuild)->comparison->listed;
  // Bound to the rebuild, so that a page never goes on in the list of another one.
  const std::string query =
      absl::StrCat(request.read_model(), request.of_verification() ? " verification " : " ",
                   absl::ToUnixNanos((*rebuild)->started));
  std::size_t next = 0;
  if (!request.page_token().empty()) {
    const auto cursor = application::DecodePageToken(ports_.digest, PageKind::kDifferences, query,
                                                     request.page_token());
    if (!cursor.ok()) return cursor.status();
    next = static_cast<std::size_t>(cursor->number);
  }
  for (std::size_t end = std::min(next + *rows, listed.size()); next < end; ++next) {
    SetDifference(listed[next], request.read_model(), *response.add_differences());
  }
  if (next < listed.size()) {
    response.set_next_page_token(application::EncodePageToken(
        ports_.digest, PageKind::kDifferences, query, {.number = static_cast<std::int64_t>(next)}));
  }
  return response;
}

absl::StatusOr<v1::ListDeadLettersResponse> ReadModelCalls::ListLetters(
    const CallContext& call, const v1::ListDeadLettersRequest& request) {
  const absl::StatusOr<std::size_t> rows = RowsOfPage(request.page_size());
  if (!rows.ok()) return rows.status();
  const auto runner = ports_.projections.FindRunner(request.read_model());
  if (!runner.ok()) return runner.status();
  std::string after;
  if (!request.page_token().empty()) {
    auto cursor = application::DecodePageToken(ports_.digest, PageKind::kDeadLetters,
                                               request.read_model(), request.page_token());
    if (!cursor.ok()) return cursor.status();
    after = std::move(cursor->text);
  }
  const auto letters = (*runner)->ListLetters(after, *rows + 1, call.deadline);
  if (!letters.ok()) return letters.status();
  v1::ListDeadLettersResponse response;
  for (const application::DeadLetter& letter : *letters) {
    if (static_cast<std::size_t>(response.dead_letters_size()) == *rows) {
      response.set_next_page_token(application::EncodePageToken(
          ports_.digest, PageKind::kDeadLetters, request.read_model(),
          {.text = response.dead_letters(response.dead_letters_size() - 1).order_id()}));
      break;
    }
    SetDeadLetter(letter, request.read_model(), *response.add_dead_letters());
  }
  return response;
}

absl::StatusOr<v1::DeadLetter> ReadModelCalls::GetLetter(const CallContext& call,
                                                         const v1::GetDeadLetterRequest& request) {
  const auto runner = ports_.projections.FindRunner(request.read_model());
  if (!runner.ok()) return runner.status();
  const auto letter = (*runner)->GetLetter({request.order_id()}, call.deadline);
  if (!letter.ok()) return letter.status();
  v1::DeadLetter response;
  SetDeadLetter(*letter, request.read_model(), response);
  return response;
}

absl::StatusOr<v1::RetryDeadLetterResponse> ReadModelCalls::Retry(
    const CallContext& call, const v1::RetryDeadLetterRequest& request) {
  const auto runner = ports_.projections.FindRunner(request.read_model());
  if (!runner.ok()) return runner.status();
  const auto outcome = (*runner)->Retry({request.order_id()}, call.deadline);
  if (!outcome.ok()) return outcome.status();
  return ToMessage(*outcome);
}

absl::StatusOr<v1::RetryDeadLetterResponse> ReadModelCalls::Skip(
    const CallContext& call, const v1::SkipDeadLetterRequest& request) {
  Violations violations;
  CheckReason(request.reason(), violations);
  if (!violations.empty()) return domain::ToStatus(violations);
  const auto runner = ports_.projections.FindRunner(request.read_model());
  if (!runner.ok()) return runner.status();
  const auto outcome = (*runner)->Skip({request.order_id()}, request.revision(), request.reason(),
                                       call.actor, call.deadline);
  if (!outcome.ok()) return outcome.status();
  return ToMessage(*outcome);
}

absl::StatusOr<v1::ListSkippedEventsResponse> ReadModelCalls::ListSkipped(
    const CallContext& call, const v1::ListSkippedEventsRequest& request) {
  const auto runner = ports_.projections.FindRunner(request.read_model());
  if (!runner.ok()) return runner.status();
  const auto skipped = (*runner)->ListSkips(call.deadline);
  if (!skipped.ok()) return skipped.status();
  v1::ListSkippedEventsResponse response;
  for (const application::SkippedEvent& event : *skipped) {
    if (static_cast<std::size_t>(response.skipped_events_size()) == kSkippedEventsMax) {
      response.set_truncated(true);
      break;
    }
    SetSkippedEvent(event, *response.add_skipped_events());
  }
  return response;
}

}  // namespace orders::api
