// Too many of everything. Numbered as the catalogues of faults (F) and bad input (B).
#include <memory>
#include <vector>

#include <gmock/gmock.h>

#include "tests/infrastructure/node/grpc/node_testing.h"
#include "tests/infrastructure/node/grpc/raw_socket.h"

namespace eventstoredb::testing_support {
namespace {

class AFlood : public NodeTest {};

TEST_F(AFlood, F52_OfConnectionsThatSayNothingLeavesRoomForOneThatDoes) {
  StartNode({.undecided_connections_max = 50});
  std::vector<std::unique_ptr<RawSocket>> sockets;
  for (int i = 0; i < 500; ++i) {
    sockets.push_back(std::make_unique<RawSocket>(node().port()));
    if (i % 10 == 0) sockets.back()->Send("PRI");
  }

  EXPECT_EQ(AppendEvents("s", 1).end.code, grpc::StatusCode::OK);
  EXPECT_TRUE(Eventually([&] { return node().Stats().connections <= 51; }));
}

TEST_F(AFlood, F52_OfConnectionsIsBoundedAndRoomComesBackWithTheirEnd) {
  StartNode({.connections_max = 20});
  const std::string hello("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33);
  std::vector<std::unique_ptr<RawSocket>> sockets;
  int served = 0;
  for (int i = 0; i < 60; ++i) {
    sockets.push_back(std::make_unique<RawSocket>(node().port()));
    sockets.back()->Send(hello);
    if (!sockets.back()->ReceiveSome().empty()) ++served;
    EXPECT_LE(node().Stats().connections, 20u);
  }
  EXPECT_EQ(served, 20);

  sockets.clear();

  EXPECT_TRUE(Eventually([&] { return node().Stats().connections == 0; }));
  EXPECT_EQ(AppendEvents("s", 1).end.code, grpc::StatusCode::OK);
}

TEST_F(AFlood, OfReadsIsExhaustedAndRoomComesBack) {
  StartNode({.reads_max = 4});
  for (std::uint64_t i = 0; i < 64; ++i) {
    Append({Options("s"), Event(IdText(i + 1), std::string(1'000'000, 'x'))});
  }
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<streams::ReadResp>>> calls;
  for (int i = 0; i < 4; ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    calls.push_back(stub().Read(contexts.back().get(), ReadStreamFromStart("s", UINT64_MAX)));
    streams::ReadResp message;
    EXPECT_TRUE(calls.back()->Read(&message));
  }

  EXPECT_EQ(Read(ReadStreamFromStart("s", 1)).end.code, grpc::StatusCode::RESOURCE_EXHAUSTED);

  for (int i = 0; i < 4; ++i) {
    contexts[i]->TryCancel();
    (void)calls[i]->Finish();
  }
  EXPECT_TRUE(Eventually([&] { return node().Stats().reads == 0; }));
  EXPECT_EQ(Read(ReadStreamFromStart("s", 1)).end.code, grpc::StatusCode::OK);
}

TEST_F(AFlood, OfSubscriptionsThatComeAndGoLeavesNothingBehind) {
  for (int i = 0; i < 500; ++i) {
    grpc::ClientContext context;
    const auto call = stub().Read(&context, SubscribeToAll());
    if (i % 2 == 0) {
      streams::ReadResp message;
      EXPECT_TRUE(call->Read(&message));
    }
    if (i % 10 == 0) AppendEvents("s", 1);
    context.TryCancel();
    (void)call->Finish();
  }
  EXPECT_TRUE(Eventually([&] { return node().Stats().subscriptions == 0; }));
}

}  // namespace
}  // namespace eventstoredb::testing_support
