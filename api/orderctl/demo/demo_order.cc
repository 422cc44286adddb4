#include "api/orderctl/demo/demo_order.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "api/orderctl/exit_codes.h"

namespace orders::api {
namespace {

constexpr int kAttemptsMax = 8;
constexpr absl::Duration kBackoffMin = absl::Milliseconds(50);
constexpr absl::Duration kBackoffMax = absl::Seconds(2);

bool MayAskAgain(grpc::StatusCode code) {
  return code == grpc::UNAVAILABLE || code == grpc::DEADLINE_EXCEEDED || code == grpc::ABORTED ||
         code == grpc::RESOURCE_EXHAUSTED;
}

}  // namespace

DemoOrder::DemoOrder(Session& session, DemoCounters& counters, std::string order_id,
                     std::string request_prefix)
    : session_(session),
      counters_(counters),
      order_id_(std::move(order_id)),
      request_prefix_(std::move(request_prefix)) {}

std::string DemoOrder::NextRequestId() { return absl::StrCat(request_prefix_, "-", ++steps_); }

grpc::Status DemoOrder::CallUntilKnown(const Call& call, v1::CommandResponse& answer) {
  absl::Duration backoff = kBackoffMin;
  for (int attempt = 1;; ++attempt) {
    if (counters_.stop) return grpc::Status(grpc::CANCELLED, "interrupted");
    grpc::ClientContext context;
    session_.Prepare(context);
    grpc::Status status = call(&context, &answer);
    if (!MayAskAgain(status.error_code()) || attempt == kAttemptsMax) return status;
    ++counters_.retries;
    absl::SleepFor(backoff);
    backoff = std::min(2 * backoff, kBackoffMax);
  }
}

void DemoOrder::Send(const Call& call) {
  if (!status_.ok()) return;
  v1::CommandResponse answer;
  status_ = CallUntilKnown(call, answer);
  if (!status_.ok()) return;
  ++counters_.commands;
  if (answer.replayed()) ++counters_.replayed;
  answer_ = std::move(answer);
  const v1::OrderStatus now = answer_.order().status();
  confirmed_ = confirmed_ || now == v1::CONFIRMED || now == v1::IN_FULFILMENT;
}

void DemoOrder::SendRefused(const std::string& what, const Call& call) {
  if (!status_.ok()) return;
  v1::CommandResponse answer;
  const grpc::Status refusal = CallUntilKnown(call, answer);
  if (refusal.error_code() == grpc::FAILED_PRECONDITION) {
    ++counters_.commands;
    ++refusals_[what];
  } else if (refusal.ok()) {
    status_ = grpc::Status(grpc::INTERNAL, absl::StrCat(order_id_, ": ", what, " was not refused"));
  } else {
    status_ = refusal;
  }
}

}  // namespace orders::api
