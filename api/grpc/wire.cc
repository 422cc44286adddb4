#include "api/grpc/wire.h"

#include <cassert>
#include <limits>

#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"

#include "api/calls/status_mapping.h"

namespace orders::api {
namespace {

constexpr std::uint32_t kLengthDelimited = 2;
constexpr std::size_t kVarintBytesMax = 5;

}  // namespace

absl::Status Decode(const grpc::ByteBuffer& bytes, google::protobuf::MessageLite& message) {
  grpc::Slice slice;
  grpc::ByteBuffer copy = bytes;  // Shares the slices.
  const bool is_read = copy.TrySingleSlice(&slice).ok() || copy.DumpToSingleSlice(&slice).ok();
  if (!is_read || slice.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
      !message.ParseFromArray(slice.begin(), static_cast<int>(slice.size()))) {
    return absl::InvalidArgumentError(
        absl::StrCat("the request's bytes are no ", message.GetTypeName()));
  }
  return absl::OkStatus();
}

grpc::Slice EncodeSlice(const google::protobuf::MessageLite& message) {
  const std::size_t size = message.ByteSizeLong();
  grpc_slice slice = grpc_slice_malloc(size);
  message.SerializeWithCachedSizesToArray(GRPC_SLICE_START_PTR(slice));
  return grpc::Slice(slice, grpc::Slice::STEAL_REF);
}

grpc::ByteBuffer Encode(const google::protobuf::MessageLite& message) {
  const grpc::Slice slice = EncodeSlice(message);
  return grpc::ByteBuffer(&slice, 1);
}

grpc::Slice EncodeField(std::uint32_t number, const google::protobuf::MessageLite& message) {
  assert(number >= 1 && number <= 15);  // The tag is one byte.
  using google::protobuf::io::CodedOutputStream;
  const std::size_t size = message.ByteSizeLong();
  std::uint8_t head[1 + kVarintBytesMax];
  head[0] = static_cast<std::uint8_t>((number << 3U) | kLengthDelimited);
  const std::uint8_t* end =
      CodedOutputStream::WriteVarint32ToArray(static_cast<std::uint32_t>(size), head + 1);
  const std::size_t head_size = static_cast<std::size_t>(end - head);
  grpc_slice slice = grpc_slice_malloc(head_size + size);
  std::uint8_t* out = GRPC_SLICE_START_PTR(slice);
  std::copy(head, head + head_size, out);
  message.SerializeWithCachedSizesToArray(out + head_size);
  return grpc::Slice(slice, grpc::Slice::STEAL_REF);
}

grpc::Status ToGrpcStatus(const absl::Status& status, std::string_view resource) {
  if (status.ok()) return grpc::Status::OK;
  const google::rpc::Status message = ToRpcStatus(status, resource);
  return grpc::Status(static_cast<grpc::StatusCode>(message.code()), message.message(),
                      message.SerializeAsString());
}

}  // namespace orders::api
