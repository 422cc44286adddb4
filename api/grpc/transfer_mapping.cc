#include "api/grpc/transfer_mapping.h"

#include <utility>

namespace orders::api {
namespace {

constexpr std::int64_t kFirstSecond = -62'135'596'800;  // Of the year 1.
constexpr std::int64_t kLastSecond = 253'402'300'799;   // Of the year 9999.
constexpr std::int32_t kNanosPerSecond = 1'000'000'000;

}  // namespace

void SetStoredEvent(application::TransferredEvent event, v1::StoredEvent& message) {
  message.set_stream(std::move(event.stream));
  message.set_revision(event.revision);
  message.set_event_id(std::move(event.id));
  message.set_type(std::move(event.type));
  const std::int64_t seconds = absl::ToUnixSeconds(event.created);
  message.mutable_create_time()->set_seconds(seconds);
  message.mutable_create_time()->set_nanos(static_cast<std::int32_t>(
      absl::ToInt64Nanoseconds(event.created - absl::FromUnixSeconds(seconds))));
  message.set_is_json(event.is_json);
  message.set_data(std::move(event.data));
  message.set_metadata(std::move(event.metadata));
}

absl::StatusOr<application::TransferredEvent> ToTransferredEvent(v1::StoredEvent message) {
  const auto& time = message.create_time();
  if (!message.has_create_time() || time.seconds() < kFirstSecond || time.seconds() > kLastSecond ||
      time.nanos() < 0 || time.nanos() >= kNanosPerSecond) {
    return absl::InvalidArgumentError("created: must be a time of the years 1 to 9999");
  }
  return application::TransferredEvent{
      .stream = std::move(*message.mutable_stream()),
      .revision = message.revision(),
      .id = std::move(*message.mutable_event_id()),
      .type = std::move(*message.mutable_type()),
      .is_json = message.is_json(),
      .created = absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos()),
      .data = std::move(*message.mutable_data()),
      .metadata = std::move(*message.mutable_metadata())};
}

}  // namespace orders::api
