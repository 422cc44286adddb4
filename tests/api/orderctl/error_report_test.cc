#include "api/orderctl/error_report.h"

#include <string>

#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/support/error_details.h"
#include "gtest/gtest.h"

#include "api/orderctl/exit_codes.h"

namespace orders::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

template <typename... Details>
grpc::Status WithDetails(grpc::StatusCode code, const std::string& text,
                         const Details&... details) {
  google::rpc::Status rich;
  rich.set_code(static_cast<int>(code));
  rich.set_message(text);
  (rich.add_details()->PackFrom(details), ...);
  return grpc::Status(code, text, rich.SerializeAsString());
}

TEST(ErrorText, NamesReasonRuleAndAllowedCommands) {
  google::rpc::ErrorInfo info;
  info.set_reason("NOT_PAID");
  info.set_domain("orders");
  (*info.mutable_metadata())["rule"] = "shipping needs a paid order";
  (*info.mutable_metadata())["status"] = "CONFIRMED";
  (*info.mutable_metadata())["allowed_commands"] = "CapturePayment,CancelOrder";

  const grpc::Status status = WithDetails(grpc::FAILED_PRECONDITION, "12.30 EUR are open", info);

  EXPECT_EQ(ErrorText(status, ""),
            "orderctl: FAILED_PRECONDITION NOT_PAID: 12.30 EUR are open\n"
            "  rule: shipping needs a paid order; the order is CONFIRMED; allowed now: "
            "CapturePayment,CancelOrder");
  EXPECT_EQ(ReasonOf(status), "NOT_PAID");
}

TEST(ErrorText, NamesWrongFields) {
  google::rpc::BadRequest request;
  auto& violation = *request.add_field_violations();
  violation.set_field("lines[0].quantity");
  violation.set_description("must be 1 to 1000000");
  const std::string text =
      ErrorText(WithDetails(grpc::INVALID_ARGUMENT, "1 field is wrong", request), "");
  EXPECT_THAT(text, HasSubstr("lines[0].quantity: must be 1 to 1000000"));
}

TEST(ErrorText, CutsALongListOfWrongFields) {
  google::rpc::BadRequest request;
  for (int i = 0; i < 500; ++i) request.add_field_violations()->set_field("f");
  const std::string text = ErrorText(WithDetails(grpc::INVALID_ARGUMENT, "wrong", request), "");
  EXPECT_THAT(text, HasSubstr("and 490 more"));
  EXPECT_LT(text.size(), 500U);
}

TEST(ErrorText, SaysHowToAskAgainOnlyWhenThatHelps) {
  const std::string hint = "repeat it with --request-id r";
  EXPECT_THAT(ErrorText(grpc::Status(grpc::DEADLINE_EXCEEDED, "late"), hint), HasSubstr(hint));
  EXPECT_THAT(ErrorText(grpc::Status(grpc::UNAVAILABLE, "gone"), hint), HasSubstr(hint));
  EXPECT_THAT(ErrorText(grpc::Status(grpc::INVALID_ARGUMENT, "bad"), hint), Not(HasSubstr(hint)));
}

TEST(ErrorText, TellsWhenToAskAgain) {
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_nanos(50'000'000);
  EXPECT_THAT(ErrorText(WithDetails(grpc::RESOURCE_EXHAUSTED, "too many", retry), ""),
              HasSubstr("not before 50ms"));
}

TEST(ErrorText, OfBrokenDetailsIsTheCodeAndTheText) {
  const grpc::Status status(grpc::ABORTED, "lost a race", "\xFF\xFF not a message");
  EXPECT_THAT(ErrorText(status, ""), HasSubstr("orderctl: ABORTED: lost a race\n"));
  EXPECT_EQ(ReasonOf(status), "");
}

TEST(ErrorText, MovesNoCursor) {
  const grpc::Status status(grpc::UNKNOWN, "\x1b[2J\nfake line");
  EXPECT_THAT(ErrorText(status, ""), HasSubstr("?[2J?fake line"));
}

TEST(ExitCodeFor, TellsScriptsWhatToDo) {
  EXPECT_EQ(ExitCodeFor(grpc::OK), 0);
  EXPECT_EQ(ExitCodeFor(grpc::FAILED_PRECONDITION), 1);
  EXPECT_EQ(ExitCodeFor(grpc::ALREADY_EXISTS), 1);
  EXPECT_EQ(ExitCodeFor(grpc::INVALID_ARGUMENT), 65);
  EXPECT_EQ(ExitCodeFor(grpc::OUT_OF_RANGE), 65);
  EXPECT_EQ(ExitCodeFor(grpc::DATA_LOSS), 65);
  EXPECT_EQ(ExitCodeFor(grpc::NOT_FOUND), 66);
  EXPECT_EQ(ExitCodeFor(grpc::UNAVAILABLE), 69);
  EXPECT_EQ(ExitCodeFor(grpc::INTERNAL), 70);
  EXPECT_EQ(ExitCodeFor(grpc::UNKNOWN), 70);
  EXPECT_EQ(ExitCodeFor(grpc::ABORTED), 75);
  EXPECT_EQ(ExitCodeFor(grpc::RESOURCE_EXHAUSTED), 75);
  EXPECT_EQ(ExitCodeFor(grpc::DEADLINE_EXCEEDED), 75);
  EXPECT_EQ(ExitCodeFor(grpc::CANCELLED), 75);
  EXPECT_EQ(ExitCodeFor(grpc::UNIMPLEMENTED), 76);
  EXPECT_EQ(ExitCodeFor(grpc::PERMISSION_DENIED), 77);
  EXPECT_EQ(ExitCodeFor(grpc::UNAUTHENTICATED), 77);
}

TEST(StatusCodeName, KnowsEveryCode) {
  for (int code = 0; code <= 16; ++code) {
    const auto name = StatusCodeName(static_cast<grpc::StatusCode>(code));
    EXPECT_EQ(name == "UNKNOWN", code == grpc::UNKNOWN) << code;
  }
}

}  // namespace
}  // namespace orders::api
