#include "api/grpc/wire.h"

#include <string>
#include <vector>

#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"

#include "orders/v1/queries.pb.h"

namespace orders::api {
namespace {

TEST(Wire, BytesThatAreNoMessageAreRefused) {
  const grpc::Slice garbage(std::string("\x0a\xff\xff\xff\xff\x0f garbage"));
  v1::GetOrderRequest message;
  EXPECT_TRUE(absl::IsInvalidArgument(Decode(grpc::ByteBuffer(&garbage, 1), message)));
  EXPECT_TRUE(Decode(grpc::ByteBuffer(), message).ok() ||
              absl::IsInvalidArgument(Decode(grpc::ByteBuffer(), message)));
}

TEST(Wire, AMessageInManySlicesIsRead) {
  v1::GetOrderRequest sent;
  sent.set_order_id("order-with-a-longer-name");
  const std::string bytes = sent.SerializeAsString();
  std::vector<grpc::Slice> slices;
  for (const char c : bytes) slices.emplace_back(std::string(1, c));
  v1::GetOrderRequest received;
  ASSERT_TRUE(Decode(grpc::ByteBuffer(slices.data(), slices.size()), received).ok());
  EXPECT_EQ(received.order_id(), sent.order_id());
}

TEST(Wire, AStatusCarriesItsDetailsInBytes) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus(), "o1").ok());
  const grpc::Status status = ToGrpcStatus(absl::NotFoundError("no order o1"), "o1");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "no order o1");
  google::rpc::Status message;
  ASSERT_TRUE(message.ParseFromString(status.error_details()));
  EXPECT_EQ(message.details_size(), 2);
}

}  // namespace
}  // namespace orders::api
