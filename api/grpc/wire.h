#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/message_lite.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/slice.h"
#include "grpcpp/support/status.h"

namespace orders::api {

// The services take and give bytes. So a request that is no message is answered with what is wrong
// with it (gRPC's own handlers say UNIMPLEMENTED without a word), and bytes that many answers share
// are encoded once.

/// Error: InvalidArgument, the bytes are not a `message`.
absl::Status Decode(const grpc::ByteBuffer& bytes, google::protobuf::MessageLite& message);

grpc::Slice EncodeSlice(const google::protobuf::MessageLite& message);
grpc::ByteBuffer Encode(const google::protobuf::MessageLite& message);

/// `message` as field `number` (1 to 15) of the message around it.
grpc::Slice EncodeField(std::uint32_t number, const google::protobuf::MessageLite& message);

/// See ToRpcStatus.
grpc::Status ToGrpcStatus(const absl::Status& status, std::string_view resource);

}  // namespace orders::api
