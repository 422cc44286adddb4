#include "api/calls/status_mapping.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"

#include "application/commands/request_errors.h"
#include "domain/order/refusals.h"
#include "domain/order/validation.h"

namespace orders::api {
namespace {

using application::MakeRequestError;
using ::testing::HasSubstr;

template <typename Detail>
std::vector<Detail> DetailsOf(const google::rpc::Status& status) {
  std::vector<Detail> found;
  for (const auto& any : status.details()) {
    Detail detail;
    if (any.UnpackTo(&detail)) found.push_back(detail);
  }
  return found;
}

google::rpc::ErrorInfo InfoOf(const google::rpc::Status& status) {
  const auto infos = DetailsOf<google::rpc::ErrorInfo>(status);
  EXPECT_EQ(infos.size(), 1U) << status.DebugString();
  return infos.empty() ? google::rpc::ErrorInfo() : infos.front();
}

TEST(StatusMapping, OkIsOk) { EXPECT_TRUE(ToRpcStatus(absl::OkStatus(), "o1").code() == 0); }

TEST(StatusMapping, EveryRefusalOfTheDomainKeepsItsReasonRuleAndCode) {
  std::set<std::string> reasons;
  for (int i = 0; i <= static_cast<int>(domain::Reason::kTimeInFuture); ++i) {
    const auto reason = static_cast<domain::Reason>(i);
    const absl::Status refusal = domain::Refuse(reason, "no");
    const google::rpc::Status status = ToRpcStatus(refusal, "o1");
    const google::rpc::ErrorInfo info = InfoOf(status);
    EXPECT_EQ(info.reason(), domain::ReasonName(reason));
    EXPECT_EQ(info.domain(), "orders");
    EXPECT_EQ(info.metadata().at("rule"), domain::ReasonRule(reason));
    EXPECT_TRUE(reasons.insert(info.reason()).second) << info.reason();
    switch (reason) {
      case domain::Reason::kOrderNotFound:
        EXPECT_EQ(status.code(), static_cast<int>(absl::StatusCode::kNotFound));
        EXPECT_EQ(DetailsOf<google::rpc::ResourceInfo>(status).size(), 1U);
        break;
      case domain::Reason::kOrderExists:
        EXPECT_EQ(status.code(), static_cast<int>(absl::StatusCode::kAlreadyExists));
        break;
      default:
        EXPECT_EQ(status.code(), static_cast<int>(absl::StatusCode::kFailedPrecondition))
            << info.reason();
        const auto failures = DetailsOf<google::rpc::PreconditionFailure>(status);
        ASSERT_EQ(failures.size(), 1U) << info.reason();
        EXPECT_EQ(failures[0].violations(0).type(), info.reason());
        EXPECT_EQ(failures[0].violations(0).subject(), "o1");
    }
  }
}

TEST(StatusMapping, ARefusalNamesTheOrdersStatusAndWhatItTakesNow) {
  domain::Order order;
  order.status = domain::OrderStatus::kCancelled;
  const absl::Status refusal =
      domain::WithOrder(domain::Refuse(domain::Reason::kOrderEnded, "it is cancelled"), order);
  const google::rpc::ErrorInfo info = InfoOf(ToRpcStatus(refusal, "o1"));
  EXPECT_EQ(info.metadata().at("status"), "CANCELLED");
  EXPECT_THAT(info.metadata().at("allowed_commands"), HasSubstr("SetNote"));
}

TEST(StatusMapping, EveryRequestErrorKeepsItsReasonAndCode) {
  const std::vector<std::pair<absl::StatusCode, std::string>> errors = {
      {absl::StatusCode::kAborted, "STALE_REVISION"},
      {absl::StatusCode::kAborted, "LOST_EVERY_RACE"},
      {absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED"},
      {absl::StatusCode::kResourceExhausted, "TOO_MANY_EVENTS"},
      {absl::StatusCode::kResourceExhausted, "OVERLOADED"},
      {absl::StatusCode::kResourceExhausted, "STORE_FULL"},
      {absl::StatusCode::kFailedPrecondition, "STORE_CHANGED"},
      {absl::StatusCode::kDeadlineExceeded, "NOT_YET_VISIBLE"},
      {absl::StatusCode::kInvalidArgument, "BAD_PAGE_TOKEN"},
      {absl::StatusCode::kInvalidArgument, "BAD_POSITION_TOKEN"},
      {absl::StatusCode::kNotFound, "ORDER_NOT_FOUND"},
      {absl::StatusCode::kNotFound, "CUSTOMER_NOT_FOUND"},
      {absl::StatusCode::kNotFound, "REVISION_NOT_FOUND"},
      {absl::StatusCode::kUnavailable, "OUTCOME_UNKNOWN"},
      {absl::StatusCode::kDeadlineExceeded, "OUTCOME_UNKNOWN"},
      {absl::StatusCode::kUnavailable, "VIEW_STOPPED"},
  };
  for (const auto& [code, reason] : errors) {
    const google::rpc::Status status =
        ToRpcStatus(MakeRequestError(code, "text", {.reason = reason}), "x");
    EXPECT_EQ(status.code(), static_cast<int>(code)) << reason;
    EXPECT_EQ(InfoOf(status).reason(), reason);
  }
}

TEST(StatusMapping, AStaleEtagComesWithTheCurrentOne) {
  const google::rpc::ErrorInfo info =
      InfoOf(ToRpcStatus(MakeRequestError(absl::StatusCode::kAborted, "it is at 7",
                                          {.reason = "STALE_REVISION", .current_revision = 7}),
                         "o1"));
  EXPECT_EQ(info.metadata().at("current_revision"), "7");
  EXPECT_EQ(info.metadata().at("current_etag"), "\"7\"");
}

TEST(StatusMapping, SaysWhenToAskAgainWhereThatHelpsAndOnlyThere) {
  const auto waits = [](const absl::Status& status) {
    return DetailsOf<google::rpc::RetryInfo>(ToRpcStatus(status, ""));
  };
  const auto lost = waits(
      MakeRequestError(absl::StatusCode::kAborted, "",
                       {.reason = "LOST_EVERY_RACE", .retry_after = absl::Milliseconds(1'250)}));
  ASSERT_EQ(lost.size(), 1U);
  EXPECT_EQ(lost[0].retry_delay().seconds(), 1);
  EXPECT_EQ(lost[0].retry_delay().nanos(), 250'000'000);
  EXPECT_EQ(waits(absl::UnavailableError("")).size(), 1U);
  EXPECT_EQ(waits(absl::ResourceExhaustedError("")).size(), 1U);
  EXPECT_TRUE(waits(absl::InvalidArgumentError("")).empty());
  EXPECT_TRUE(waits(MakeRequestError(absl::StatusCode::kAborted, "", {.reason = "STALE_REVISION"}))
                  .empty());
  EXPECT_TRUE(waits(MakeRequestError(absl::StatusCode::kResourceExhausted, "",
                                     {.reason = "TOO_MANY_EVENTS"}))
                  .empty());
}

TEST(StatusMapping, FieldViolationsAreNamed) {
  const google::rpc::Status status =
      ToRpcStatus(domain::ToStatus({{"lines[1].quantity", "must be 1 to 1000000"}}), "o1");
  EXPECT_EQ(status.code(), static_cast<int>(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(InfoOf(status).reason(), "INVALID_REQUEST");
  const auto requests = DetailsOf<google::rpc::BadRequest>(status);
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].field_violations(0).field(), "lines[1].quantity");
}

TEST(StatusMapping, EveryOtherCodeHasAReasonToo) {
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), "text");
    const google::rpc::Status message = ToRpcStatus(status, "");
    EXPECT_EQ(message.code(), code);
    EXPECT_FALSE(InfoOf(message).reason().empty());
  }
}

TEST(StatusMapping, FitsAClientsMetadataHoweverMuchIsWrong) {
  std::vector<domain::FieldViolation> violations;
  for (int i = 0; i < domain::kViolationsMax; ++i) {
    violations.push_back({absl::StrCat("lines[", i, "].title"), std::string(500, 'x')});
  }
  const google::rpc::Status message =
      ToRpcStatus(domain::ToStatus(violations), std::string(5'000, 'y'));
  EXPECT_LE(message.message().size(), kErrorTextBytesMax);
  // Base64 adds a third; a client takes 8 KiB in all.
  EXPECT_LE(message.ByteSizeLong() * 4 / 3 + message.message().size(), 7'500U);
  EXPECT_FALSE(InfoOf(message).reason().empty());
  EXPECT_FALSE(DetailsOf<google::rpc::BadRequest>(message).empty());
}

TEST(StatusMapping, TheReasonAloneIsThatOfTheDetails) {
  EXPECT_EQ(ErrorReason(absl::OkStatus()), "");
  for (const absl::Status& status :
       {domain::Refuse(domain::Reason::kNotPaid, "pay first"), absl::DataLossError("torn"),
        absl::CancelledError(), absl::InvalidArgumentError("no"),
        application::MakeRequestError(absl::StatusCode::kAborted, "late",
                                      {.reason = "STALE_REVISION"})}) {
    EXPECT_EQ(ErrorReason(status), InfoOf(ToRpcStatus(status, "o1")).reason()) << status;
  }
}

TEST(StatusMapping, WhatACallerSentComesBackPrintable) {
  const google::rpc::Status status =
      ToRpcStatus(absl::InvalidArgumentError("a\nb\x01\xff"), "id\n\xff");
  for (const char c : status.message()) EXPECT_TRUE(c >= 0x20 && c <= 0x7e);
  EXPECT_EQ(InfoOf(status).metadata().at("resource"), "id\\x0a\\xff");
}

TEST(StatusMapping, TheTextOfAnInternalErrorStaysInTheLog) {
  for (const absl::Status& status :
       {absl::InternalError("/secret/path"), absl::UnknownError("/secret/path")}) {
    EXPECT_EQ(ToRpcStatus(status, "").DebugString().find("secret"), std::string::npos);
  }
}

}  // namespace
}  // namespace orders::api
