// What no client of ours would send: the service says so, stores nothing and goes on.
#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "tests/integration/service_test.h"

namespace orders::testing_support {
namespace {

constexpr char kCreate[] = "/orders.v1.OrderCommands/CreateOrder";
constexpr char kGet[] = "/orders.v1.OrderQueries/GetOrder";

class TransportInput : public ServiceTest {};

TEST_F(TransportInput, AnUnknownMethodIsUnimplemented) {
  EXPECT_EQ(client().SendBytes("/orders.v1.OrderCommands/DropAllOrders", "").error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
  ExpectNothingStored();
}

TEST_F(TransportInput, AnUnknownServiceIsUnimplemented) {
  for (const std::string method :
       {"/orders.v2.OrderCommands/CreateOrder", "/grpc.admin.Nothing/Do", "/x/y"}) {
    SCOPED_TRACE(method);
    EXPECT_EQ(client().SendBytes(method, "").error_code(), grpc::StatusCode::UNIMPLEMENTED);
  }
  ExpectNothingStored();
}

// INTERNAL or INVALID_ARGUMENT, but never a word that sends the caller looking for another method.
void ExpectRefusedByTheCodec(const grpc::Status& status) {
  EXPECT_TRUE(status.error_code() == grpc::StatusCode::INVALID_ARGUMENT ||
              status.error_code() == grpc::StatusCode::INTERNAL)
      << Describe(status);
  EXPECT_FALSE(status.error_message().empty());
}

TEST_F(TransportInput, BytesThatAreNoMessageAreRefused) {
  const std::vector<std::string> rows = {
      std::string("\x00", 1),                                           // Field number 0.
      std::string("\x0a\x7f", 2),                                       // A length past the end.
      std::string("\x0a\xff\xff\xff\xff\x07", 6),                       // A length of 2 GiB.
      std::string("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11),  // A length of 2^64 - 1.
      std::string("\x0f", 1),                                           // Wire type 7.
      std::string("\x0c", 1),              // The end of a group that never began.
      std::string(64, '\xff'),             // A varint without an end.
      std::string("\x0a\x02\xc3\x28", 4),  // An order id that is not UTF-8.
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    SCOPED_TRACE(absl::StrCat("row ", i));
    ExpectRefusedByTheCodec(client().SendBytes(kCreate, rows[i]));
    ExpectRefusedByTheCodec(client().SendBytes(kGet, rows[i]));
  }
  ExpectNothingStored();
}

TEST_F(TransportInput, RandomBytesNeverStoreAnythingOrEndTheService) {
  const std::uint32_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937 random(seed);
  for (int i = 0; i < 500; ++i) {
    std::string bytes(random() % 200, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    const grpc::Status status = client().SendBytes(i % 2 == 0 ? kCreate : kGet, bytes);
    ASSERT_FALSE(status.ok());
    ASSERT_NE(status.error_code(), grpc::StatusCode::UNAVAILABLE) << Describe(status);
  }
  ExpectNothingStored();
}

TEST_F(TransportInput, AMessageNestedAHundredAndOneTimesDeepIsRefused) {
  // Field 100 is unknown: groups within groups, which a parser has to walk.
  std::string bytes;
  for (int i = 0; i < 101; ++i) bytes += "\xa3\x06";
  for (int i = 0; i < 101; ++i) bytes += "\xa4\x06";
  ExpectRefusedByTheCodec(client().SendBytes(kCreate, bytes));
  ExpectNothingStored();
}

TEST_F(TransportInput, AMessageOverFourMebibytesIsRefused) {
  v1::CreateOrderRequest request = CreateRequest(NewOrderId());
  request.set_note(std::string(4 * 1024 * 1024, 'n'));
  const CommandAnswer answer = client().Send(request);
  EXPECT_EQ(answer.code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << Describe(answer.status);
  ExpectNothingStored();
}

TEST_F(TransportInput, ASmallMessageThatInflatesOverFourMebibytesIsRefused) {
  v1::CreateOrderRequest request = CreateRequest(NewOrderId());
  request.set_note(std::string(16 * 1024 * 1024, 'n'));
  const CommandAnswer answer = client().Send(request, [](grpc::ClientContext& context) {
    context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
  });
  EXPECT_EQ(answer.code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << Describe(answer.status);
  ExpectNothingStored();
}

TEST_F(TransportInput, MetadataOfNineKilobytesIsRefused) {
  const CommandAnswer answer =
      client().Send(CreateRequest(NewOrderId()), [](grpc::ClientContext& context) {
        context.AddMetadata("x-large", std::string(9'000, 'm'));
      });
  EXPECT_EQ(answer.code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << Describe(answer.status);
  ExpectNothingStored();
}

TEST_F(TransportInput, MetadataThatLiesAboutTheTransportDoesNotEndTheService) {
  // Whether such a call passes is gRPC's business: it must end, and the next one must pass.
  for (const std::string key : {"grpclb_client_stats", "te", "content-type", "grpc-encoding"}) {
    SCOPED_TRACE(key);
    client().GetOrder("marker");
    v1::GetOrderRequest request;
    request.set_order_id("marker");
    client().Send(request, [&key](grpc::ClientContext& context) {
      context.AddMetadata(key, "x");
      for (int i = 0; i < 20; ++i) {
        context.AddMetadata(absl::StrCat("x-header-", i), std::string(1'000, 'h'));
      }
    });
  }
  ExpectNothingStored();
}

TEST_F(TransportInput, AnActorThatIsTooLongIsRefused) {
  const CommandAnswer answer = client().Send(
      CreateRequest(NewOrderId()),
      [](grpc::ClientContext& context) { context.AddMetadata("x-actor", std::string(129, 'a')); });
  ExpectInvalid(answer.status, "x-actor");
  ExpectNothingStored();
}

TEST_F(TransportInput, ADeadlineThatHasPassedLeavesNothingOrAKnownOutcome) {
  const std::string order_id = NewOrderId();
  const CommandAnswer answer =
      client().Send(CreateRequest(order_id, "late-1"), [](grpc::ClientContext& context) {
        context.set_deadline(std::chrono::system_clock::now() - std::chrono::seconds(5));
      });
  EXPECT_EQ(answer.code(), grpc::StatusCode::DEADLINE_EXCEEDED) << Describe(answer.status);
  ExpectNothingStored();
  // And the same request with time enough is done now, once.
  const CommandAnswer again = client().Send(CreateRequest(order_id, "late-1"));
  ASSERT_TRUE(again.ok()) << Describe(again.status);
  EXPECT_FALSE(again.response.replayed());
  EXPECT_EQ(TakeStored().size(), 1U);
}

TEST_F(TransportInput, ADeadlineThatIsAlmostOverEndsKnownOrRepeatable) {
  for (int i = 0; i < 50; ++i) {
    const std::string order_id = NewOrderId();
    const CommandAnswer hurried =
        client().Send(CreateRequest(order_id, "hurried"), [i](grpc::ClientContext& context) {
          context.set_deadline(std::chrono::system_clock::now() +
                               std::chrono::microseconds(100 * i));
        });
    if (!hurried.ok()) {
      ASSERT_EQ(hurried.code(), grpc::StatusCode::DEADLINE_EXCEEDED) << Describe(hurried.status);
    }
    const CommandAnswer again = client().Send(CreateRequest(order_id, "hurried"));
    ASSERT_TRUE(again.ok()) << Describe(again.status);
    EXPECT_EQ(again.response.order().revision(), 0U);
    ASSERT_EQ(TakeStored().size(), 1U);
  }
}

}  // namespace
}  // namespace orders::testing_support
