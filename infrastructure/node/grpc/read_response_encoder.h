#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "grpcpp/support/byte_buffer.h"

#include "eventstoredb/types.h"
#include "infrastructure/node/grpc/read_request.h"

namespace eventstoredb {

/// The messages of a Read call, each as the bytes of one ReadResp. Events are written field by
/// field: a message object with its map of metadata costs several times the rest of an event's
/// way. Not thread-safe: `scratch_` is used again.
class ReadResponseEncoder {
 public:
  explicit ReadResponseEncoder(UuidForm uuid_form) : uuid_form_(uuid_form) {}

  grpc::ByteBuffer Event(const RecordedEvent& event);
  grpc::ByteBuffer Event(const ResolvedEvent& event);
  grpc::ByteBuffer Confirmation(std::string_view subscription_id);
  grpc::ByteBuffer AtCheckpoint(const Position& position);
  grpc::ByteBuffer StreamNotFound(std::string_view stream);
  grpc::ByteBuffer FirstStreamPosition(std::uint64_t revision);
  grpc::ByteBuffer LastStreamPosition(std::uint64_t revision);
  grpc::ByteBuffer IsCaughtUp();

 private:
  grpc::ByteBuffer EventOf(const RecordedEvent* event, const RecordedEvent* link);
  std::size_t RecordBytes(const RecordedEvent& event) const;
  void AppendRecord(const RecordedEvent& event);

  const UuidForm uuid_form_;
  std::string scratch_;
};

}  // namespace eventstoredb
