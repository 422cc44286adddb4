#include "infrastructure/node/grpc/batch_answers.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "google/protobuf/message.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/support/status_code_enum.h"

#include "event_store/client/shared.pb.h"
#include "eventstoredb/errors.h"

namespace eventstoredb {
namespace {

namespace client = event_store::client;
using client::streams::BatchAppendReq;
using client::streams::BatchAppendResp;

void Write(const AppendResult& result, BatchAppendResp::Success& out) {
  if (result.revision.has_value()) {
    out.set_current_revision(*result.revision);
  } else {
    out.mutable_no_stream();
  }
  if (result.position.has_value()) {
    out.mutable_position()->set_commit_position(result.position->commit);
    out.mutable_position()->set_prepare_position(result.position->prepare);
  } else {
    out.mutable_no_position();
  }
}

client::WrongExpectedVersion ToDetail(const WrongExpectedRevision& wrong,
                                      const BatchAppendReq::Options& expectation) {
  client::WrongExpectedVersion detail;
  if (wrong.current.has_value()) {
    detail.set_current_stream_revision(*wrong.current);
  } else {
    detail.mutable_current_no_stream();
  }
  switch (expectation.expected_stream_position_case()) {
    case BatchAppendReq::Options::kStreamPosition:
      detail.set_expected_stream_position(expectation.stream_position());
      break;
    case BatchAppendReq::Options::kNoStream:
      detail.mutable_expected_no_stream();
      break;
    case BatchAppendReq::Options::kAny:
      detail.mutable_expected_any();
      break;
    case BatchAppendReq::Options::kStreamExists:
      detail.mutable_expected_stream_exists();
      break;
    case BatchAppendReq::Options::EXPECTED_STREAM_POSITION_NOT_SET:
      break;
  }
  return detail;
}

void Fail(grpc::StatusCode code, const std::string& message,
          const google::protobuf::Message& detail, google::rpc::Status& out) {
  out.set_code(code);
  out.set_message(message);
  out.add_details()->PackFrom(detail);
}

void Write(const absl::Status& status, const BatchAddress& address, google::rpc::Status& out) {
  if (const auto wrong = GetWrongExpectedRevision(status)) {
    return Fail(grpc::StatusCode::ALREADY_EXISTS, "WrongExpectedVersion",
                ToDetail(*wrong, address.expectation), out);
  }
  if (GetStreamDeleted(status).has_value()) {
    client::StreamDeleted detail;
    *detail.mutable_stream_identifier() = *address.stream;
    return Fail(grpc::StatusCode::NOT_FOUND, "StreamDeleted", detail, out);
  }
  if (const auto too_large = GetMaximumAppendSizeExceeded(status)) {
    client::MaximumAppendSizeExceeded detail;
    detail.set_maxappendsize(
        static_cast<std::uint32_t>(std::min<std::uint64_t>(too_large->limit_bytes, UINT32_MAX)));
    return Fail(grpc::StatusCode::INVALID_ARGUMENT, "MaximumAppendSizeExceeded", detail, out);
  }
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument: {
      client::BadRequest detail;
      detail.set_message(std::string(status.message()));
      return Fail(grpc::StatusCode::INVALID_ARGUMENT, "BadRequest", detail, out);
    }
    case absl::StatusCode::kPermissionDenied:
      return Fail(grpc::StatusCode::PERMISSION_DENIED, "AccessDenied", client::AccessDenied(), out);
    case absl::StatusCode::kDeadlineExceeded:
      return Fail(grpc::StatusCode::DEADLINE_EXCEEDED, "Timeout", client::Timeout(), out);
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kUnauthenticated:  // The user was changed while the call goes on.
      // The original has no row for these; the code says more than its UNKNOWN.
      return Fail(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()),
                  client::Unknown(), out);
    default:
      return Fail(grpc::StatusCode::UNKNOWN, "Unknown", client::Unknown(), out);
  }
}

}  // namespace

BatchAppendResp ToBatchAnswer(const BatchAddress& address,
                              const absl::StatusOr<AppendResult>& result) {
  BatchAppendResp answer;
  if (address.correlation_id.has_value()) {
    *answer.mutable_correlation_id() = *address.correlation_id;
  }
  if (address.stream.has_value()) *answer.mutable_stream_identifier() = *address.stream;
  if (result.ok()) {
    Write(*result, *answer.mutable_success());
  } else {
    Write(result.status(), address, *answer.mutable_error());
  }
  return answer;
}

}  // namespace eventstoredb
