#include "api/http/problem.h"

#include <set>
#include <string>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "application/commands/request_errors.h"
#include "domain/order/refusals.h"
#include "domain/order/validation.h"

namespace orders::api {
namespace {

using application::MakeRequestError;
using nlohmann::json;

struct Problem {
  HttpResponse response;
  json body;
};
Problem ProblemOf(const absl::Status& status, bool is_command = true) {
  Problem problem{.response = MakeProblem(status, "o1", is_command, "r1")};
  problem.body = json::parse(problem.response.body);
  EXPECT_EQ(problem.response.Find("Content-Type"), "application/problem+json");
  EXPECT_EQ(problem.body["status"], problem.response.status);
  EXPECT_EQ(problem.body["request_id"], "r1");
  return problem;
}

absl::Status Error(absl::StatusCode code, const std::string& reason) {
  return MakeRequestError(code, "text", {.reason = reason});
}

TEST(Problem, HasTheStatusThatHttpHasForIt) {
  using Code = absl::StatusCode;
  const std::pair<absl::Status, int> cases[] = {
      {absl::InvalidArgumentError("no"), 400},
      {absl::OutOfRangeError("no"), 400},
      {absl::UnauthenticatedError("no"), 401},
      {absl::PermissionDeniedError("no"), 403},
      {Error(Code::kNotFound, "ORDER_NOT_FOUND"), 404},
      {domain::Refuse(domain::Reason::kNotPaid, "pay first"), 409},
      {domain::Refuse(domain::Reason::kOrderExists, "it is there"), 409},
      {Error(Code::kAborted, "LOST_EVERY_RACE"), 409},
      {Error(Code::kAborted, "STALE_REVISION"), 412},
      {Error(Code::kAlreadyExists, "REQUEST_ID_REUSED"), 422},
      {Error(Code::kResourceExhausted, "OVERLOADED"), 503},
      {Error(Code::kResourceExhausted, "STORE_FULL"), 507},
      {Error(Code::kResourceExhausted, "TOO_MANY_EVENTS"), 409},
      {Error(Code::kResourceExhausted, "TOO_FAST"), 429},
      {absl::CancelledError("gone"), 499},
      {absl::UnimplementedError("no"), 501},
      {absl::UnavailableError("lost"), 503},
      {absl::DeadlineExceededError("late"), 504},
      {absl::InternalError("bug"), 500},
      {absl::DataLossError("torn"), 500},
  };
  for (const auto& [status, http_status] : cases) {
    EXPECT_EQ(ProblemOf(status).response.status, http_status) << status;
    EXPECT_FALSE(StatusPhrase(http_status).empty()) << http_status;
  }
}

TEST(Problem, OfTheDomainSaysTheRuleAndWhatTheOrderTakesNow) {
  domain::Order order;
  order.status = domain::OrderStatus::kCancelled;
  const json body =
      ProblemOf(domain::WithOrder(domain::Refuse(domain::Reason::kOrderEnded, "it is over"), order))
          .body;
  EXPECT_EQ(body["type"], "urn:orders:problem:ORDER_ENDED");
  EXPECT_EQ(body["title"], "Order ended");
  EXPECT_EQ(body["reason"], "ORDER_ENDED");
  EXPECT_EQ(body["code"], "FAILED_PRECONDITION");
  EXPECT_EQ(body["order_status"], "CANCELLED");
  EXPECT_EQ(body["rule"], domain::ReasonRule(domain::Reason::kOrderEnded));
  EXPECT_TRUE(body["allowed_commands"].is_array());
  EXPECT_NE(body["allowed_commands"].dump().find("SetNote"), std::string::npos);
}

TEST(Problem, OfAFieldNamesIt) {
  const json body =
      ProblemOf(domain::ToStatus({{"lines[1].quantity", "must be 1 to 1000000"}})).body;
  ASSERT_EQ(body["violations"].size(), 1U);
  EXPECT_EQ(body["violations"][0]["field"], "lines[1].quantity");
  EXPECT_EQ(body["violations"][0]["description"], "must be 1 to 1000000");
}

TEST(Problem, OfALostRaceSaysWhenToComeAgainInWholeSeconds) {
  const auto waits = [](absl::Duration wait) {
    return std::string(
        ProblemOf(MakeRequestError(absl::StatusCode::kAborted, "lost",
                                   {.reason = "LOST_EVERY_RACE", .retry_after = wait}))
            .response.Find("Retry-After"));
  };
  EXPECT_EQ(waits(absl::Milliseconds(1)), "1");
  EXPECT_EQ(waits(absl::Milliseconds(1'250)), "2");
  EXPECT_EQ(waits(absl::Seconds(5)), "5");
}

TEST(Problem, OfAnUnknownOutcomeSaysThatItIsUnknownAndNeverThatItFailed) {
  for (const absl::Status& status :
       {Error(absl::StatusCode::kUnavailable, "OUTCOME_UNKNOWN"),
        Error(absl::StatusCode::kDeadlineExceeded, "OUTCOME_UNKNOWN"),
        absl::UnavailableError("the log is away"), absl::DeadlineExceededError("late")}) {
    const Problem problem = ProblemOf(status);
    EXPECT_EQ(problem.body["outcome"], "unknown") << status;
    EXPECT_NE(problem.body["advice"].dump().find("Idempotency-Key"), std::string::npos);
    EXPECT_FALSE(ProblemOf(status, /*is_command=*/false).body.contains("outcome")) << status;
  }
  EXPECT_FALSE(
      ProblemOf(Error(absl::StatusCode::kUnavailable, "SHUTTING_DOWN")).body.contains("outcome"));
}

TEST(Problem, KeepsWhatACallerSentPrintableAndTheLogsTextToItself) {
  const Problem problem = ProblemOf(absl::InvalidArgumentError("a\r\nSet-Cookie: x\xff"));
  EXPECT_EQ(problem.body["detail"], "a\\x0d\\x0aSet-Cookie: x\\xff");
  EXPECT_EQ(ProblemOf(absl::InternalError("/secret")).response.body.find("secret"),
            std::string::npos);
}

}  // namespace
}  // namespace orders::api
