#include "infrastructure/node/grpc/message_mapping.h"

#include <string_view>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace eventstoredb {
namespace {

namespace client = event_store::client;
namespace streams = event_store::client::streams;

constexpr char kMissingMetadataUrl[] = "eventstoredb/missing-required-metadata-property";

std::uint64_t Half(const Uuid& id, std::size_t begin) {
  std::uint64_t half = 0;
  for (std::size_t i = begin; i < begin + 8; ++i) half = half << 8 | id.bytes[i];
  return half;
}

void SetHalf(std::uint64_t half, std::size_t begin, Uuid& id) {
  for (std::size_t i = begin + 8; i > begin; --i) {
    id.bytes[i - 1] = static_cast<std::uint8_t>(half);
    half >>= 8;
  }
}

std::optional<Uuid> ParseText(std::string_view text) {
  if (text.size() >= 2 && ((text.front() == '{' && text.back() == '}') ||
                           (text.front() == '(' && text.back() == ')'))) {
    text = text.substr(1, text.size() - 2);
  }
  if (text.size() != 32) return Uuid::Parse(text);
  std::string hyphenated;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) hyphenated.push_back('-');
    hyphenated.push_back(text[i]);
  }
  return Uuid::Parse(hyphenated);
}

absl::StatusOr<ExpectedRevision> Exact(std::uint64_t revision) {
  if (revision > kRevisionMax && revision != kNoRevision) {
    return absl::InvalidArgumentError(
        absl::StrCat("the expected revision ", revision, " is above 2^63 - 1"));
  }
  return revision == kNoRevision ? ExpectedRevision::NoStream() : ExpectedRevision::Exact(revision);
}

absl::Status NoExpectation() {
  return absl::InvalidArgumentError(
      "the expected revision is not set: give a revision, no_stream, any or stream_exists");
}

template <typename Options>
absl::StatusOr<ExpectedRevision> ToExpectedRevision(const Options& options) {
  switch (options.expected_stream_revision_case()) {
    case Options::kRevision:
      return Exact(options.revision());
    case Options::kNoStream:
      return ExpectedRevision::NoStream();
    case Options::kAny:
      return ExpectedRevision::Any();
    case Options::kStreamExists:
      return ExpectedRevision::StreamExists();
    case Options::EXPECTED_STREAM_REVISION_NOT_SET:
      break;
  }
  return NoExpectation();
}

template <typename Message>
absl::StatusOr<ProposedEvent> ToEvent(Message& message) {
  auto& metadata = *message.mutable_metadata();
  const auto type = metadata.find("type");
  const auto content_type = metadata.find("content-type");
  if (type == metadata.end() || content_type == metadata.end()) {
    absl::Status status =
        absl::InvalidArgumentError("an event's metadata must have type and content-type");
    status.SetPayload(kMissingMetadataUrl, absl::Cord());
    return status;
  }
  if (!message.has_id()) return absl::InvalidArgumentError("an event has no id");
  absl::StatusOr<Uuid> id = ToUuid(message.id());
  if (!id.ok()) return id.status();
  if (id->IsZero()) return absl::InvalidArgumentError("an event's id is zero");
  if (type->second.empty()) return absl::InvalidArgumentError("an event's type is empty");
  return ProposedEvent{.id = *id,
                       .type = std::move(type->second),
                       .is_json = content_type->second == kJsonContentType,
                       .data = std::move(*message.mutable_data()),
                       .metadata = std::move(*message.mutable_custom_metadata())};
}

}  // namespace

absl::StatusOr<Uuid> ToUuid(const client::UUID& id) {
  switch (id.value_case()) {
    case client::UUID::kStructured: {
      Uuid uuid;
      SetHalf(static_cast<std::uint64_t>(id.structured().most_significant_bits()), 0, uuid);
      SetHalf(static_cast<std::uint64_t>(id.structured().least_significant_bits()), 8, uuid);
      return uuid;
    }
    case client::UUID::kString: {
      const std::optional<Uuid> uuid = ParseText(id.string());
      if (!uuid.has_value()) return absl::InvalidArgumentError("an id is not the text of a UUID");
      return *uuid;
    }
    case client::UUID::VALUE_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("an id is neither structured nor text");
}

void SetStructured(const Uuid& id, client::UUID& out) {
  out.mutable_structured()->set_most_significant_bits(static_cast<std::int64_t>(Half(id, 0)));
  out.mutable_structured()->set_least_significant_bits(static_cast<std::int64_t>(Half(id, 8)));
}

absl::StatusOr<std::string> ToStreamName(bool has_identifier,
                                         const client::StreamIdentifier& identifier) {
  if (!has_identifier) return absl::InvalidArgumentError("the stream identifier is missing");
  if (identifier.stream_name().empty())
    return absl::InvalidArgumentError("the stream name is empty");
  return identifier.stream_name();
}

absl::StatusOr<ExpectedRevision> ToExpected(const streams::AppendReq::Options& options) {
  return ToExpectedRevision(options);
}
absl::StatusOr<ExpectedRevision> ToExpected(const streams::DeleteReq::Options& options) {
  return ToExpectedRevision(options);
}
absl::StatusOr<ExpectedRevision> ToExpected(const streams::TombstoneReq::Options& options) {
  return ToExpectedRevision(options);
}

absl::StatusOr<ExpectedRevision> ToExpected(const streams::BatchAppendReq::Options& options) {
  using Options = streams::BatchAppendReq::Options;
  switch (options.expected_stream_position_case()) {
    case Options::kStreamPosition:
      return Exact(options.stream_position());
    case Options::kNoStream:
      return ExpectedRevision::NoStream();
    case Options::kAny:
      return ExpectedRevision::Any();
    case Options::kStreamExists:
      return ExpectedRevision::StreamExists();
    case Options::EXPECTED_STREAM_POSITION_NOT_SET:
      break;
  }
  return NoExpectation();
}

absl::StatusOr<ProposedEvent> TakeEvent(streams::AppendReq::ProposedMessage& message) {
  return ToEvent(message);
}
absl::StatusOr<ProposedEvent> TakeEvent(streams::BatchAppendReq::ProposedMessage& message) {
  return ToEvent(message);
}

bool IsMissingMetadata(const absl::Status& status) {
  return status.GetPayload(kMissingMetadataUrl).has_value();
}

std::size_t HeldBytes(const ProposedEvent& event) {
  return sizeof(ProposedEvent) + event.type.size() + event.data.size() + event.metadata.size();
}

}  // namespace eventstoredb
