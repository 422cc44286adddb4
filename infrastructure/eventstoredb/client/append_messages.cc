#include <algorithm>
#include <utility>

#include "infrastructure/eventstoredb/client/messages.h"

namespace eventstoredb::client {
namespace {

constexpr char kBinaryContentType[] = "application/octet-stream";

/// The empty messages of the two packages are alike on the wire, not in C++.
template <typename Options>
void SetExpected(const ExpectedRevision& expected, Options& out) {
  switch (expected.kind()) {
    case ExpectedRevision::Kind::kAny:
      out.mutable_any();
      return;
    case ExpectedRevision::Kind::kNoStream:
      out.mutable_no_stream();
      return;
    case ExpectedRevision::Kind::kStreamExists:
      out.mutable_stream_exists();
      return;
    case ExpectedRevision::Kind::kExact:
      if constexpr (requires { out.set_stream_position(0); }) {
        out.set_stream_position(expected.revision());
      } else {
        out.set_revision(expected.revision());
      }
      return;
  }
}

template <typename Proposed>
void SetEvent(const ProposedEvent& event, Proposed& out) {
  SetUuid(event.id, *out.mutable_id());
  (*out.mutable_metadata())["type"] = event.type;
  (*out.mutable_metadata())["content-type"] = event.is_json ? kJsonContentType : kBinaryContentType;
  out.set_data(event.data);
  out.set_custom_metadata(event.metadata);
}

template <typename Success>
AppendResult ToResult(const Success& success) {
  AppendResult result;
  if (success.current_revision_option_case() == Success::kCurrentRevision) {
    result.revision = success.current_revision();
  }
  if (success.position_option_case() == Success::kPosition) {
    result.position = Position{.commit = success.position().commit_position(),
                               .prepare = success.position().prepare_position()};
  }
  return result;
}

void SetDeadline(absl::Time deadline, absl::Time now, bool duration_is_known,
                 streams_wire::BatchAppendReq::Options& out) {
  if (deadline == absl::InfiniteFuture()) return;
  const auto split = [](absl::Duration whole, auto& to) {
    absl::Duration rest = whole;
    to.set_seconds(absl::IDivDuration(rest, absl::Seconds(1), &rest));
    to.set_nanos(static_cast<std::int32_t>(absl::ToInt64Nanoseconds(rest)));
  };
  if (duration_is_known) {
    split(std::max(deadline - now, absl::Milliseconds(1)), *out.mutable_deadline());
  } else {
    split(deadline - absl::UnixEpoch(), *out.mutable_deadline_21_10_0());
  }
}

template <typename Request>
Request ToDeletion(const DeleteRequest& request) {
  Request message;
  auto& options = *message.mutable_options();
  options.mutable_stream_identifier()->set_stream_name(request.stream);
  SetExpected(request.expected, options);
  return message;
}

}  // namespace

streams_wire::AppendReq ToAppendOptions(const AppendRequest& request) {
  streams_wire::AppendReq message;
  auto& options = *message.mutable_options();
  options.mutable_stream_identifier()->set_stream_name(request.stream);
  SetExpected(request.expected, options);
  return message;
}

streams_wire::AppendReq ToAppendMessage(const ProposedEvent& event) {
  streams_wire::AppendReq message;
  SetEvent(event, *message.mutable_proposed_message());
  return message;
}

AppendResult ToAppendResult(const streams_wire::AppendResp::Success& success) {
  return ToResult(success);
}
AppendResult ToAppendResult(const streams_wire::BatchAppendResp::Success& success) {
  return ToResult(success);
}

std::vector<streams_wire::BatchAppendReq> ToBatchAppend(const AppendRequest& request,
                                                        const Uuid& correlation, absl::Time now,
                                                        bool duration_is_known,
                                                        std::size_t bytes_max) {
  std::vector<streams_wire::BatchAppendReq> messages(1);
  auto& options = *messages.front().mutable_options();
  options.mutable_stream_identifier()->set_stream_name(request.stream);
  SetExpected(request.expected, options);
  SetDeadline(request.deadline, now, duration_is_known, options);
  std::size_t bytes = 0;
  for (const ProposedEvent& event : request.events) {
    streams_wire::BatchAppendReq::ProposedMessage proposed;
    SetEvent(event, proposed);
    const std::size_t size = proposed.ByteSizeLong();
    if (messages.back().proposed_messages_size() > 0 && bytes + size >= bytes_max) {
      messages.emplace_back();
      bytes = 0;
    }
    bytes += size;
    *messages.back().add_proposed_messages() = std::move(proposed);
  }
  for (streams_wire::BatchAppendReq& message : messages) {
    SetUuid(correlation, *message.mutable_correlation_id());
  }
  messages.back().set_is_final(true);
  return messages;
}

streams_wire::DeleteReq ToDelete(const DeleteRequest& request) {
  return ToDeletion<streams_wire::DeleteReq>(request);
}
streams_wire::TombstoneReq ToTombstone(const DeleteRequest& request) {
  return ToDeletion<streams_wire::TombstoneReq>(request);
}

}  // namespace eventstoredb::client
