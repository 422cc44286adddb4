#include <optional>
#include <string>

#include "absl/strings/str_cat.h"

#include "infrastructure/eventstoredb/client/rpc_error.h"

namespace eventstoredb::client {
namespace {

using absl::StatusCode;

absl::Status ToStatus(const event_store::client::WrongExpectedVersion& refusal,
                      std::string_view stream) {
  using Refusal = event_store::client::WrongExpectedVersion;
  std::optional<ExpectedRevision> expected;
  switch (refusal.expected_stream_position_option_case()) {
    case Refusal::kExpectedStreamPosition:
      expected = ExpectedRevision::Exact(refusal.expected_stream_position());
      break;
    case Refusal::kExpectedAny:
      expected = ExpectedRevision::Any();
      break;
    case Refusal::kExpectedStreamExists:
      expected = ExpectedRevision::StreamExists();
      break;
    case Refusal::kExpectedNoStream:
      expected = ExpectedRevision::NoStream();
      break;
    case Refusal::EXPECTED_STREAM_POSITION_OPTION_NOT_SET:
      break;
  }
  std::optional<std::uint64_t> actual;
  if (refusal.current_stream_revision_option_case() == Refusal::kCurrentStreamRevision) {
    actual = refusal.current_stream_revision();
  }
  return WrongExpectedRevisionError(stream, actual, expected);
}

/// Unpacks by the name alone: the part of the type URL before it is free.
template <typename Message>
std::optional<Message> Unpacked(const google::rpc::Status& error) {
  Message message;
  if (error.details_size() == 0 || !error.details(0).Is<Message>() ||
      !error.details(0).UnpackTo(&message)) {
    return std::nullopt;
  }
  return message;
}

}  // namespace

absl::Status ToStatus(const event_store::client::streams::AppendResp::WrongExpectedVersion& refusal,
                      std::string_view stream) {
  using Refusal = event_store::client::streams::AppendResp::WrongExpectedVersion;
  std::optional<ExpectedRevision> expected;
  switch (refusal.expected_revision_option_case()) {
    case Refusal::kExpectedRevision:
      expected = ExpectedRevision::Exact(refusal.expected_revision());
      break;
    case Refusal::kExpectedAny:
      expected = ExpectedRevision::Any();
      break;
    case Refusal::kExpectedStreamExists:
      expected = ExpectedRevision::StreamExists();
      break;
    case Refusal::kExpectedNoStream:
      expected = ExpectedRevision::NoStream();
      break;
    case Refusal::EXPECTED_REVISION_OPTION_NOT_SET:
      break;
  }
  std::optional<std::uint64_t> actual;
  if (refusal.current_revision_option_case() == Refusal::kCurrentRevision) {
    actual = refusal.current_revision();
  }
  return WrongExpectedRevisionError(stream, actual, expected);
}

absl::Status ToStatus(const google::rpc::Status& error, std::string_view stream) {
  namespace wire = event_store::client;
  const auto make = [&](StatusCode code, ErrorKind kind) {
    return MakeError(code, absl::StrCat("stream ", std::string(stream), ": ", error.message()),
                     {.kind = kind, .stream = std::string(stream)});
  };
  if (const auto wrong = Unpacked<wire::WrongExpectedVersion>(error)) {
    return ToStatus(*wrong, stream);
  }
  if (Unpacked<wire::StreamDeleted>(error)) return StreamDeletedError(stream);
  if (Unpacked<wire::AccessDenied>(error)) {
    return make(StatusCode::kPermissionDenied, ErrorKind::kAccessDenied);
  }
  if (Unpacked<wire::Timeout>(error)) {
    return make(StatusCode::kDeadlineExceeded, ErrorKind::kServerTimeout);
  }
  if (const auto size = Unpacked<wire::MaximumAppendSizeExceeded>(error)) {
    return MakeError(StatusCode::kInvalidArgument,
                     absl::StrCat("an append has at most ", size->maxappendsize(), " bytes"),
                     {.kind = ErrorKind::kMaximumAppendSizeExceeded,
                      .stream = std::string(stream),
                      .bytes_max = size->maxappendsize()});
  }
  if (const auto size = Unpacked<wire::MaximumAppendEventSizeExceeded>(error)) {
    return MakeError(StatusCode::kInvalidArgument,
                     absl::StrCat("an event has at most ", size->maxappendeventsize(), " bytes"),
                     {.kind = ErrorKind::kMaximumAppendSizeExceeded,
                      .stream = std::string(stream),
                      .bytes_max = size->maxappendeventsize(),
                      .event_bytes = size->proposedeventsize(),
                      .event_id = size->eventid()});
  }
  if (const auto bad = Unpacked<wire::BadRequest>(error)) {
    return MakeError(StatusCode::kInvalidArgument, bad->message(),
                     {.kind = ErrorKind::kInvalidArgument, .stream = std::string(stream)});
  }
  if (error.code() == 0) return make(StatusCode::kUnavailable, ErrorKind::kNotReady);
  if (error.code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
    return make(StatusCode::kResourceExhausted, ErrorKind::kOther);
  }
  if (error.code() == grpc::StatusCode::UNAVAILABLE) {
    return make(StatusCode::kUnavailable, ErrorKind::kUnavailable);
  }
  return make(StatusCode::kUnknown, ErrorKind::kOther);
}

}  // namespace eventstoredb::client
