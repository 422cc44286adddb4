// What no client of ours would send: the service says so, stores nothing and goes on.
#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "tests/integration/raw_http2.h"
#include "tests/integration/service_test.h"

namespace orders::testing_support {
namespace {

constexpr char kCreate[] = "/orders.v1.OrderCommands/CreateOrder";
constexpr char kGet[] = "/orders.v1.OrderQueries/GetOrder";

// Generous: it says that a call ends, not how fast.
constexpr absl::Duration kEndsWithin = absl::Seconds(30);

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
  // What this does to its own connection is gRPC's business; others must not notice.
  OrdersClient careless(address());
  const CommandAnswer answer =
      careless.Send(CreateRequest(NewOrderId()), [](grpc::ClientContext& context) {
        context.AddMetadata("x-large", std::string(9'000, 'm'));
      });
  EXPECT_EQ(answer.code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << Describe(answer.status);
  ExpectNothingStored();
}

void Replace(RawHeaders& headers, const std::string& name, const std::string& value) {
  for (auto& header : headers) {
    if (header.first == name) header.second = value;
  }
}

std::string GetMarker() {
  v1::GetOrderRequest request;
  request.set_order_id("marker");
  return request.SerializeAsString();
}

TEST_F(TransportInput, HeadersThatLieAboutTheTransportDoNotEndTheService) {
  ASSERT_EQ(CallRaw(address(), GoodHeaders(kGet), GetMarker(), kEndsWithin), RawEnd::kAnswered)
      << "the frames themselves are wrong";
  // Whether such a call passes is gRPC's business: it must end, and the next one must pass.
  std::vector<RawHeaders> rows;
  for (const auto& [name, value] : RawHeaders{{"te", "x"},
                                              {":scheme", "x"},
                                              {":method", "PATCH"},
                                              {":path", ""},
                                              {":path", std::string(9'000, '/')},
                                              {":authority", std::string(3, '\0')},
                                              {"content-type", "text/html"}}) {
    rows.push_back(GoodHeaders(kGet));
    Replace(rows.back(), name, value);
  }
  for (const auto& header : RawHeaders{{"grpclb_client_stats", "x"},
                                       {"grpc-encoding", "no-such"},
                                       {"grpc-encoding", ""},
                                       {"", "a header without a name"},
                                       {"UPPER", "x"},
                                       {"x\ny", "x"},
                                       {"x-value", "a\r\nb"},
                                       {"x-bin", "not base64!"},
                                       {"connection", "close"},
                                       {":path", "twice"}}) {
    rows.push_back(GoodHeaders(kGet));
    rows.back().push_back(header);
  }
  rows.push_back(GoodHeaders(kGet));
  for (int i = 0; i < 20; ++i) {
    rows.back().emplace_back(absl::StrCat("x-header-", i), std::string(1'000, 'h'));
  }
  rows.back().emplace_back("grpclb_client_stats", "x");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    SCOPED_TRACE(absl::StrCat("row ", i));
    const RawEnd end = CallRaw(address(), rows[i], GetMarker(), kEndsWithin);
    EXPECT_NE(end, RawEnd::kTimedOut);
    EXPECT_NE(end, RawEnd::kNoConnection);
  }
  ExpectNothingStored();
}

TEST_F(TransportInput, ATimeoutHeaderThatIsNoneNeverMeansForEver) {
  // A wait that only its deadline ends: the header is refused, or the service's own bound holds.
  for (const std::string timeout : {"99999999H", "-1S", "1x", "", "S", "999999999S", "1 S"}) {
    SCOPED_TRACE(timeout);
    RawHeaders headers = GoodHeaders("/orders.v1.OrderQueries/ListOrders");
    headers.emplace_back("grpc-timeout", timeout);
    EXPECT_NE(CallRaw(address(), headers, "", kEndsWithin), RawEnd::kTimedOut);
  }
  ExpectNothingStored();
}

TEST_F(TransportInput, WhatIsNotHttp2IsClosed) {
  EXPECT_TRUE(IsClosedAfter(address(), "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", kEndsWithin));
  EXPECT_TRUE(IsClosedAfter(
      address(), std::string("\x16\x03\x01\x02\x00\x01\x00\x01", 8) + std::string(512, 't'),
      kEndsWithin));
  EXPECT_TRUE(IsClosedAfter(address(), std::string(1'000, '\xa5'), kEndsWithin));
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
