#include "infrastructure/node/grpc/read_response_encoder.h"

#include <array>
#include <cstddef>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "grpcpp/support/slice.h"

#include "event_store/client/shared.pb.h"
#include "event_store/client/streams.pb.h"
#include "infrastructure/node/grpc/message_mapping.h"

namespace eventstoredb {
namespace {

using event_store::client::UUID;
using event_store::client::streams::ReadResp;
using Recorded = ReadResp::ReadEvent::RecordedEvent;

// Protocol buffers' encoding: a key is the field number and the wire type.
constexpr std::uint32_t kVarint = 0;
constexpr std::uint32_t kLengthDelimited = 2;
constexpr std::size_t kVarintBytesMax = 10;
constexpr std::uint32_t Key(int field, std::uint32_t wire_type) {
  return static_cast<std::uint32_t>(field) << 3 | wire_type;
}

// Of a map entry.
constexpr int kMapKey = 1;
constexpr int kMapValue = 2;
// Of StreamIdentifier and of UUID.
constexpr int kStreamName = 3;
constexpr std::size_t kUuidTextBytes = 36;

constexpr std::string_view kType = "type";
constexpr std::string_view kCreated = "created";
constexpr std::string_view kContentType = "content-type";

std::size_t VarintBytes(std::uint64_t value) {
  std::size_t bytes = 1;
  for (; value >= 0x80; value >>= 7) ++bytes;
  return bytes;
}

void AppendVarint(std::uint64_t value, std::string& out) {
  std::array<char, kVarintBytesMax> bytes;
  std::size_t count = 0;
  for (; value >= 0x80; value >>= 7) bytes[count++] = static_cast<char>(value | 0x80);
  bytes[count++] = static_cast<char>(value);
  out.append(bytes.data(), count);
}

void AppendNumber(int field, std::uint64_t value, std::string& out) {
  AppendVarint(Key(field, kVarint), out);
  AppendVarint(value, out);
}

void AppendHeader(int field, std::size_t bytes, std::string& out) {
  AppendVarint(Key(field, kLengthDelimited), out);
  AppendVarint(bytes, out);
}

void AppendBytes(int field, std::string_view bytes, std::string& out) {
  AppendHeader(field, bytes.size(), out);
  out.append(bytes);
}

std::size_t NumberBytes(int field, std::uint64_t value) {
  return VarintBytes(Key(field, kVarint)) + VarintBytes(value);
}

std::size_t FieldBytes(int field, std::size_t bytes) {
  return VarintBytes(Key(field, kLengthDelimited)) + VarintBytes(bytes) + bytes;
}

std::size_t MapEntryBytes(std::string_view key, std::string_view value) {
  return FieldBytes(kMapKey, key.size()) + FieldBytes(kMapValue, value.size());
}

void AppendMapEntry(std::string_view key, std::string_view value, std::string& out) {
  AppendHeader(Recorded::kMetadataFieldNumber, MapEntryBytes(key, value), out);
  AppendBytes(kMapKey, key, out);
  AppendBytes(kMapValue, value, out);
}

std::string_view ContentType(const RecordedEvent& event) {
  return event.is_json ? kJsonContentType : kBinaryContentType;
}

/// In units of 100 ns since 1970.
std::string Ticks(absl::Time time) { return absl::StrCat(absl::ToUnixNanos(time) / 100); }

std::size_t IdBytes(const Uuid& id, UuidForm form) {
  if (form == UuidForm::kText) return FieldBytes(UUID::kStringFieldNumber, kUuidTextBytes);
  UUID message;
  SetStructured(id, message);
  return message.ByteSizeLong();
}

void AppendId(const Uuid& id, UuidForm form, std::string& out) {
  if (form == UuidForm::kText) {
    return AppendBytes(UUID::kStringFieldNumber, id.ToString(), out);
  }
  UUID message;
  SetStructured(id, message);
  message.AppendToString(&out);
}

grpc::ByteBuffer ToBuffer(std::string_view bytes) {
  const grpc::Slice slice(bytes.data(), bytes.size());
  return grpc::ByteBuffer(&slice, 1);
}

grpc::ByteBuffer ToBuffer(const ReadResp& message) {
  return ToBuffer(std::string_view(message.SerializeAsString()));
}

}  // namespace

std::size_t ReadResponseEncoder::RecordBytes(const RecordedEvent& event) const {
  std::size_t bytes = FieldBytes(Recorded::kIdFieldNumber, IdBytes(event.id, uuid_form_));
  bytes += FieldBytes(Recorded::kStreamIdentifierFieldNumber,
                      FieldBytes(kStreamName, event.stream.size()));
  bytes += NumberBytes(Recorded::kStreamRevisionFieldNumber, event.revision);
  bytes += NumberBytes(Recorded::kPreparePositionFieldNumber, event.position.prepare);
  bytes += NumberBytes(Recorded::kCommitPositionFieldNumber, event.position.commit);
  bytes += FieldBytes(Recorded::kMetadataFieldNumber, MapEntryBytes(kType, event.type));
  bytes +=
      FieldBytes(Recorded::kMetadataFieldNumber, MapEntryBytes(kCreated, Ticks(event.created)));
  bytes +=
      FieldBytes(Recorded::kMetadataFieldNumber, MapEntryBytes(kContentType, ContentType(event)));
  bytes += FieldBytes(Recorded::kCustomMetadataFieldNumber, event.metadata.size());
  return bytes + FieldBytes(Recorded::kDataFieldNumber, event.data.size());
}

void ReadResponseEncoder::AppendRecord(const RecordedEvent& event) {
  AppendHeader(Recorded::kIdFieldNumber, IdBytes(event.id, uuid_form_), scratch_);
  AppendId(event.id, uuid_form_, scratch_);
  AppendHeader(Recorded::kStreamIdentifierFieldNumber, FieldBytes(kStreamName, event.stream.size()),
               scratch_);
  AppendBytes(kStreamName, event.stream, scratch_);
  AppendNumber(Recorded::kStreamRevisionFieldNumber, event.revision, scratch_);
  AppendNumber(Recorded::kPreparePositionFieldNumber, event.position.prepare, scratch_);
  AppendNumber(Recorded::kCommitPositionFieldNumber, event.position.commit, scratch_);
  AppendMapEntry(kType, event.type, scratch_);
  AppendMapEntry(kCreated, Ticks(event.created), scratch_);
  AppendMapEntry(kContentType, ContentType(event), scratch_);
  AppendBytes(Recorded::kCustomMetadataFieldNumber, event.metadata, scratch_);
  AppendBytes(Recorded::kDataFieldNumber, event.data, scratch_);
}

grpc::ByteBuffer ReadResponseEncoder::Event(const RecordedEvent& event) {
  return EventOf(&event, nullptr);
}

grpc::ByteBuffer ReadResponseEncoder::Event(const ResolvedEvent& event) {
  return EventOf(event.event.has_value() ? &*event.event : nullptr,
                 event.link.has_value() ? &*event.link : nullptr);
}

grpc::ByteBuffer ReadResponseEncoder::EventOf(const RecordedEvent* event,
                                              const RecordedEvent* link) {
  const std::uint64_t commit = (link != nullptr ? link : event)->position.commit;
  std::size_t bytes = NumberBytes(ReadResp::ReadEvent::kCommitPositionFieldNumber, commit);
  const std::size_t event_bytes = event != nullptr ? RecordBytes(*event) : 0;
  const std::size_t link_bytes = link != nullptr ? RecordBytes(*link) : 0;
  if (event != nullptr) bytes += FieldBytes(ReadResp::ReadEvent::kEventFieldNumber, event_bytes);
  if (link != nullptr) bytes += FieldBytes(ReadResp::ReadEvent::kLinkFieldNumber, link_bytes);

  scratch_.clear();
  AppendHeader(ReadResp::kEventFieldNumber, bytes, scratch_);
  if (event != nullptr) {
    AppendHeader(ReadResp::ReadEvent::kEventFieldNumber, event_bytes, scratch_);
    AppendRecord(*event);
  }
  if (link != nullptr) {
    AppendHeader(ReadResp::ReadEvent::kLinkFieldNumber, link_bytes, scratch_);
    AppendRecord(*link);
  }
  AppendNumber(ReadResp::ReadEvent::kCommitPositionFieldNumber, commit, scratch_);
  return ToBuffer(scratch_);
}

grpc::ByteBuffer ReadResponseEncoder::Confirmation(std::string_view subscription_id) {
  ReadResp message;
  message.mutable_confirmation()->set_subscription_id(std::string(subscription_id));
  return ToBuffer(message);
}

grpc::ByteBuffer ReadResponseEncoder::AtCheckpoint(const Position& position) {
  ReadResp message;
  message.mutable_checkpoint()->set_commit_position(position.commit);
  message.mutable_checkpoint()->set_prepare_position(position.prepare);
  return ToBuffer(message);
}

grpc::ByteBuffer ReadResponseEncoder::StreamNotFound(std::string_view stream) {
  ReadResp message;
  message.mutable_stream_not_found()->mutable_stream_identifier()->set_stream_name(
      std::string(stream));
  return ToBuffer(message);
}

grpc::ByteBuffer ReadResponseEncoder::FirstStreamPosition(std::uint64_t revision) {
  ReadResp message;
  message.set_first_stream_position(revision);
  return ToBuffer(message);
}

grpc::ByteBuffer ReadResponseEncoder::LastStreamPosition(std::uint64_t revision) {
  ReadResp message;
  message.set_last_stream_position(revision);
  return ToBuffer(message);
}

grpc::ByteBuffer ReadResponseEncoder::IsCaughtUp() {
  ReadResp message;
  message.mutable_caught_up();
  return ToBuffer(message);
}

}  // namespace eventstoredb
