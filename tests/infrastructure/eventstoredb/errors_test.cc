#include "eventstoredb/errors.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "infrastructure/eventstoredb/client/rpc_error.h"

namespace eventstoredb {

using namespace client;  // NOLINT: what is tested.

namespace {

using absl::StatusCode;
using testing::HasSubstr;

/// One row of protocol section 2.4 or 2.6.
struct Row {
  std::string name;
  grpc::StatusCode code;
  std::string message;
  Trailers trailers;
  StatusCode expected;
  ErrorDetails details;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class CallError : public testing::TestWithParam<Row> {};
TEST_P(CallError, BecomesAStatusOfTheKind) {
  const Row& row = GetParam();
  const absl::Status status = ToStatus(grpc::Status(row.code, row.message), row.trailers, {});
  EXPECT_EQ(status.code(), row.expected);
  const ErrorDetails details = GetErrorDetails(status);
  EXPECT_EQ(ToString(details.kind), ToString(row.details.kind));
  EXPECT_EQ(details, row.details);
}

std::vector<Row> Rows() {
  using G = grpc::StatusCode;
  using K = ErrorKind;
  const std::string text = "text";
  return {
      {"AccessDenied",
       G::PERMISSION_DENIED,
       text,
       {{"exception", "access-denied"}},
       StatusCode::kPermissionDenied,
       {.kind = K::kAccessDenied}},
      {"WrongPassword",
       G::UNAUTHENTICATED,
       text,
       {},
       StatusCode::kUnauthenticated,
       {.kind = K::kNotAuthenticated}},
      {"NotLeader",
       G::NOT_FOUND,
       text,
       {{"exception", "not-leader"},
        {"leader-endpoint-host", "other"},
        {"leader-endpoint-port", "2114"}},
       StatusCode::kUnavailable,
       {.kind = K::kNotLeader, .leader = Endpoint{"other", 2114}}},
      {"NotLeaderWithABadPort",
       G::NOT_FOUND,
       text,
       {{"exception", "not-leader"},
        {"leader-endpoint-host", "other"},
        {"leader-endpoint-port", "70000"}},
       StatusCode::kUnavailable,
       {.kind = K::kNotLeader}},
      {"LeaderUnknown",
       G::UNKNOWN,
       "No leader info available in response",
       {},
       StatusCode::kUnavailable,
       {.kind = K::kNotReady}},
      {"NotReady",
       G::UNAVAILABLE,
       "Server Is Not Ready",
       {},
       StatusCode::kUnavailable,
       {.kind = K::kNotReady}},
      {"TooBusy",
       G::UNAVAILABLE,
       "Server Is Too Busy",
       {},
       StatusCode::kUnavailable,
       {.kind = K::kNotReady}},
      {"Unavailable",
       G::UNAVAILABLE,
       "connection refused",
       {},
       StatusCode::kUnavailable,
       {.kind = K::kUnavailable}},
      {"CancelledByTheServer",
       G::CANCELLED,
       text,
       {},
       StatusCode::kUnavailable,
       {.kind = K::kCancelledByServer}},
      {"CutShort", G::INTERNAL, text, {}, StatusCode::kUnavailable, {.kind = K::kUnavailable}},
      {"DataLoss", G::DATA_LOSS, text, {}, StatusCode::kDataLoss, {.kind = K::kOther}},
      {"C44_DeleteAtAWrongRevision",
       G::FAILED_PRECONDITION,
       text,
       {{"exception", "wrong-expected-version"},
        {"stream-name", "s"},
        {"expected-version", "7"},
        {"actual-version", "2"}},
       StatusCode::kAborted,
       {.kind = K::kWrongExpectedRevision,
        .stream = "s",
        .expected = ExpectedRevision::Exact(7),
        .actual = std::optional<std::uint64_t>(2)}},
      {"C45_NoActualVersionMeansNoStream",
       G::FAILED_PRECONDITION,
       text,
       {{"exception", "wrong-expected-version"},
        {"stream-name", "s"},
        {"expected-version", "-4"},
        {"actual-version", ""}},
       StatusCode::kAborted,
       {.kind = K::kWrongExpectedRevision,
        .stream = "s",
        .expected = ExpectedRevision::StreamExists(),
        .actual = std::optional<std::uint64_t>()}},
      {"ActualVersionMinusOneMeansNoStream",
       G::FAILED_PRECONDITION,
       text,
       {{"exception", "wrong-expected-version"},
        {"stream-name", "s"},
        {"expected-version", "-2"},
        {"actual-version", "-1"}},
       StatusCode::kAborted,
       {.kind = K::kWrongExpectedRevision,
        .stream = "s",
        .expected = ExpectedRevision::Any(),
        .actual = std::optional<std::uint64_t>()}},
      {"C56_StreamDeleted",
       G::FAILED_PRECONDITION,
       text,
       {{"exception", "stream-deleted"}, {"stream-name", "s"}},
       StatusCode::kFailedPrecondition,
       {.kind = K::kStreamDeleted, .stream = "s"}},
      {"StreamNotFound",
       G::NOT_FOUND,
       text,
       {{"exception", "stream-not-found"}, {"stream-name", "s"}},
       StatusCode::kNotFound,
       {.kind = K::kStreamNotFound, .stream = "s"}},
      {"AppendTooLarge",
       G::INVALID_ARGUMENT,
       text,
       {{"exception", "maximum-append-size-exceeded"}, {"maximum-append-size", "1048576"}},
       StatusCode::kInvalidArgument,
       {.kind = K::kMaximumAppendSizeExceeded, .bytes_max = 1048576}},
      {"EventTooLarge",
       G::INVALID_ARGUMENT,
       text,
       {{"exception", "maximum-append-event-size-exceeded"},
        {"maximum-append-event-size", "100"},
        {"event-id", "an-id"},
        {"proposed-append-event-size", "101"}},
       StatusCode::kInvalidArgument,
       {.kind = K::kMaximumAppendSizeExceeded,
        .bytes_max = 100,
        .event_bytes = 101,
        .event_id = "an-id"}},
      {"MissingMetadata",
       G::INVALID_ARGUMENT,
       text,
       {{"exception", "missing-required-metadata-property"}},
       StatusCode::kInvalidArgument,
       {.kind = K::kMissingRequiredMetadata}},
      {"InvalidTransaction",
       G::INVALID_ARGUMENT,
       text,
       {{"exception", "invalid-transaction"}},
       StatusCode::kInvalidArgument,
       {.kind = K::kInvalidTransaction}},
      {"BadOptions",
       G::INVALID_ARGUMENT,
       text,
       {},
       StatusCode::kInvalidArgument,
       {.kind = K::kInvalidArgument}},
      {"ServerTimeout",
       G::ABORTED,
       "Operation timed out: Prepare phase",
       {},
       StatusCode::kDeadlineExceeded,
       {.kind = K::kServerTimeout}},
      {"ConsumerTooSlow",
       G::ABORTED,
       "Operation timed out: Consumer too slow to handle",
       {},
       StatusCode::kUnavailable,
       {.kind = K::kConsumerTooSlow}},
      {"Deadline",
       G::DEADLINE_EXCEEDED,
       text,
       {},
       StatusCode::kDeadlineExceeded,
       {.kind = K::kDeadlineExceeded}},
      {"Unhandled",
       G::UNKNOWN,
       "Exception was thrown by handler.",
       {},
       StatusCode::kUnknown,
       {.kind = K::kOther}},
      {"TooManyCalls",
       G::RESOURCE_EXHAUSTED,
       text,
       {},
       StatusCode::kResourceExhausted,
       {.kind = K::kOther}},
      {"MessageTooLarge",
       G::RESOURCE_EXHAUSTED,
       "Received message larger than max (9 vs. 5)",
       {},
       StatusCode::kResourceExhausted,
       {.kind = K::kMessageTooLarge}},
      {"NotOffered",
       G::UNIMPLEMENTED,
       text,
       {},
       StatusCode::kUnimplemented,
       {.kind = K::kUnsupported}},
      {"GroupExists",
       G::ALREADY_EXISTS,
       text,
       {{"exception", "persistent-subscription-exists"}, {"stream-name", "s"}, {"group-name", "g"}},
       StatusCode::kAlreadyExists,
       {.kind = K::kGroupExists, .stream = "s", .group = "g"}},
      {"GroupNotFound",
       G::NOT_FOUND,
       text,
       {{"exception", "persistent-subscription-does-not-exist"}, {"stream-name", "s"}},
       StatusCode::kNotFound,
       {.kind = K::kGroupNotFound, .stream = "s"}},
      {"GroupFailed",
       G::INTERNAL,
       text,
       {{"exception", "persistent-subscription-failed"}, {"reason", "because"}},
       StatusCode::kInternal,
       {.kind = K::kGroupFailed, .reason = "because"}},
      {"MaximumSubscribers",
       G::FAILED_PRECONDITION,
       text,
       {{"exception", "maximum-subscribers-reached"}, {"group-name", "g"}},
       StatusCode::kFailedPrecondition,
       {.kind = K::kMaximumSubscribersReached, .group = "g"}},
      {"SubscriptionDropped",
       G::CANCELLED,
       text,
       {{"exception", "persistent-subscription-dropped"}, {"group-name", "g"}},
       StatusCode::kCancelled,
       {.kind = K::kSubscriptionDropped, .group = "g"}},
      {"UserNotFound",
       G::NOT_FOUND,
       text,
       {{"exception", "user-not-found"}, {"login-name", "u"}},
       StatusCode::kNotFound,
       {.kind = K::kUserNotFound, .login = "u"}},
      {"UserConflict",
       G::FAILED_PRECONDITION,
       text,
       {{"exception", "user-conflict"}, {"login-name", "u"}},
       StatusCode::kFailedPrecondition,
       {.kind = K::kUserConflict, .login = "u"}},
      {"UserTryAgain",
       G::DEADLINE_EXCEEDED,
       "Try again.",
       {{"exception", "user-conflict"}, {"login-name", "u"}},
       StatusCode::kDeadlineExceeded,
       {.kind = K::kUserConflict, .login = "u"}},
      {"ScavengeNotFound",
       G::NOT_FOUND,
       text,
       {{"exception", "scavenge-not-found"}},
       StatusCode::kNotFound,
       {.kind = K::kScavengeNotFound}},
      {"ProjectionNotFound",
       G::UNKNOWN,
       "Envelope callback expected Updated, received NotFound instead",
       {},
       StatusCode::kNotFound,
       {.kind = K::kProjectionNotFound}},
      {"ProjectionExists",
       G::UNKNOWN,
       "Envelope callback expected Updated, received Conflict instead",
       {},
       StatusCode::kAlreadyExists,
       {.kind = K::kProjectionExists}},
      {"UnknownException",
       G::NOT_FOUND,
       text,
       {{"exception", "of-a-later-version"}},
       StatusCode::kNotFound,
       {.kind = K::kOther}},
  };
}
INSTANTIATE_TEST_SUITE_P(Section24, CallError, testing::ValuesIn(Rows()),
                         [](const testing::TestParamInfo<Row>& each) { return each.param.name; });

TEST(CallErrorOf, TheStreamAskedForIsNamedRatherThanTheTrailers) {
  const absl::Status status = ToStatus(grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, ""),
                                       {{"exception", "stream-deleted"}, {"stream-name", "caf?"}},
                                       {.stream = "caf\xC3\xA9"});
  EXPECT_EQ(GetStreamDeleted(status)->stream, "caf\xC3\xA9");
}

TEST(CallErrorOf, ATlsMismatchSaysWhatToChange) {
  const absl::Status status =
      ToStatus(grpc::Status(grpc::StatusCode::UNAVAILABLE,
                            "SSL_ERROR_SSL: error:0A00010B:SSL routines::wrong version number"),
               {}, {});
  EXPECT_THAT(std::string(status.message()), HasSubstr("tls=false"));
}

template <typename Detail>
google::rpc::Status Item(int code, const Detail& detail) {
  google::rpc::Status status;
  status.set_code(code);
  status.set_message("text");
  status.add_details()->PackFrom(detail);
  return status;
}

TEST(ClientCheck, C40_ItemErrorsOfABatchKeepTheirMeaning) {
  namespace wire = event_store::client;
  const auto check = [](const google::rpc::Status& item, StatusCode code, ErrorKind kind) {
    const absl::Status status = ToStatus(item, "s");
    EXPECT_EQ(status.code(), code);
    EXPECT_EQ(ToString(GetErrorKind(status)), ToString(kind));
  };
  check(Item(5, wire::StreamDeleted()), StatusCode::kFailedPrecondition, ErrorKind::kStreamDeleted);
  check(Item(7, wire::AccessDenied()), StatusCode::kPermissionDenied, ErrorKind::kAccessDenied);
  check(Item(4, wire::Timeout()), StatusCode::kDeadlineExceeded, ErrorKind::kServerTimeout);
  check(Item(3, wire::BadRequest()), StatusCode::kInvalidArgument, ErrorKind::kInvalidArgument);
  check(Item(2, wire::Unknown()), StatusCode::kUnknown, ErrorKind::kOther);
  check(Item(13, google::protobuf::Empty()), StatusCode::kUnknown, ErrorKind::kOther);
  check(Item(0, google::protobuf::Empty()), StatusCode::kUnavailable, ErrorKind::kNotReady);
  wire::MaximumAppendSizeExceeded size;
  size.set_maxappendsize(1024);
  const absl::Status too_large = ToStatus(Item(3, size), "s");
  EXPECT_EQ(too_large.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(GetErrorDetails(too_large).bytes_max, 1024U);
}

TEST(ClientCheck, C40_AWrongRevisionInABatchNamesExpectedAndActual) {
  event_store::client::WrongExpectedVersion wrong;
  wrong.set_current_stream_revision(4);
  wrong.set_expected_stream_position(2);
  const ErrorDetails at_four = GetErrorDetails(ToStatus(Item(6, wrong), "s"));
  EXPECT_EQ(at_four.actual, std::optional<std::uint64_t>(4));
  EXPECT_EQ(at_four.expected, ExpectedRevision::Exact(2));
  wrong.mutable_current_no_stream();
  wrong.mutable_expected_stream_exists();
  const ErrorDetails none = GetErrorDetails(ToStatus(Item(6, wrong), "s"));
  ASSERT_TRUE(none.actual.has_value());
  EXPECT_EQ(*none.actual, std::nullopt);
  EXPECT_EQ(none.expected, ExpectedRevision::StreamExists());
}

TEST(ErrorDetailsOf, AStatusComeBackAsTheyWereGiven) {
  const ErrorDetails details{.kind = ErrorKind::kUserConflict,
                             .stream = "a\nb=c",
                             .group = "g",
                             .login = "l",
                             .reason = "r",
                             .expected = ExpectedRevision::NoStream(),
                             .actual = std::optional<std::uint64_t>(0),
                             .leader = Endpoint{"::1", 1},
                             .bytes_max = 0,
                             .event_bytes = 5,
                             .event_id = "i"};
  EXPECT_EQ(GetErrorDetails(MakeError(StatusCode::kAborted, "text", details)), details);
  EXPECT_EQ(GetErrorDetails(absl::NotFoundError("")), ErrorDetails{});
  EXPECT_EQ(GetErrorKind(absl::UnavailableError("")), ErrorKind::kUnavailable);
}

TEST(AnError, SaysWhetherAWriteMayHaveBeenDone) {
  const auto kind = [](ErrorKind each) {
    return MakeError(StatusCode::kUnavailable, "", {.kind = each});
  };
  EXPECT_TRUE(LeavesOutcomeUnknown(kind(ErrorKind::kUnavailable)));
  EXPECT_TRUE(LeavesOutcomeUnknown(absl::DeadlineExceededError("")));
  EXPECT_TRUE(LeavesOutcomeUnknown(absl::UnknownError("")));
  EXPECT_FALSE(LeavesOutcomeUnknown(kind(ErrorKind::kNotLeader)));
  EXPECT_FALSE(LeavesOutcomeUnknown(kind(ErrorKind::kNotReady)));
  EXPECT_FALSE(LeavesOutcomeUnknown(absl::AbortedError("")));
  EXPECT_FALSE(LeavesOutcomeUnknown(absl::InvalidArgumentError("")));
}

}  // namespace
}  // namespace eventstoredb
