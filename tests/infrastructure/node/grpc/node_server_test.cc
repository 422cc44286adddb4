// The port, and the HTTP/1.1 on it. Numbered as the protocol's server checks (S) and the catalogue
// of bad input (B).
#include "eventstoredb/node/node_server.h"

#include <random>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <gmock/gmock.h>

#include "tests/infrastructure/node/grpc/node_testing.h"
#include "tests/infrastructure/node/grpc/raw_socket.h"

namespace eventstoredb::testing_support {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const char kPreface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
// SETTINGS without any (RFC 9113 section 6.5).
const std::string kSettings("\0\0\0\4\0\0\0\0\0", 9);
// PING and its answer (section 6.7): eight bytes of any content.
const std::string kPing("\0\0\x8\6\0\0\0\0\0idlePING", 17);
const std::string kPingAnswer("\0\0\x8\6\1\0\0\0\0idlePING", 17);

int CountOf(const std::string& part, const std::string& bytes) {
  int count = 0;
  for (std::size_t at = bytes.find(part); at != std::string::npos; at = bytes.find(part, at + 1)) {
    ++count;
  }
  return count;
}

class TheNodesPort : public NodeTest {
 protected:
  std::string Http(const std::string& request) {
    RawSocket socket(node().port());
    EXPECT_TRUE(socket.Send(request));
    const RawSocket::Received received = socket.ReceiveAll();
    EXPECT_TRUE(received.is_closed);
    return received.bytes;
  }
  std::string Get(const std::string& target, const std::string& headers = "") {
    return Http(absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: x\r\n", headers, "\r\n"));
  }
  void ExpectGrpcWorks() { EXPECT_EQ(AppendEvents("s", 1).end.code, grpc::StatusCode::OK); }
};

TEST_F(TheNodesPort, S10_AnswersHealthBesideGrpc) {
  ExpectGrpcWorks();
  EXPECT_THAT(Get("/health/live"), StartsWith("HTTP/1.1 204 "));
  EXPECT_THAT(Get("/health/live?liveCode=200"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Http("HEAD /health/live HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 204 "));
  EXPECT_THAT(Http("POST /health/live HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 405 "));
  ExpectGrpcWorks();
}

TEST_F(TheNodesPort, S9_PingsOnAnIdleConnectionKeepItOpen) {
  // Given a client that says nothing and pings as often as the node does, longer than an abuser may
  StartNode({.ping_interval = absl::Seconds(1)});
  constexpr int kPings = 4;
  RawSocket socket(node().port());
  ASSERT_TRUE(socket.Send(kPreface + kSettings));
  for (int i = 0; i < kPings; ++i) {
    absl::SleepFor(absl::Seconds(1));
    ASSERT_TRUE(socket.Send(kPing));
  }

  // When it asks for no more, then each was answered and the connection is still there
  const RawSocket::Received received = socket.ReceiveAll(absl::Milliseconds(500));
  EXPECT_FALSE(received.is_closed);
  EXPECT_EQ(CountOf(kPingAnswer, received.bytes), kPings);
}

TEST_F(TheNodesPort, SaysThatItStopsBeforeItDoes) {
  node().Drain();
  EXPECT_THAT(Get("/health/live"), StartsWith("HTTP/1.1 503 "));
  ExpectGrpcWorks();
}

TEST_F(TheNodesPort, AnswersPingAndInfo) {
  EXPECT_THAT(Get("/ping"), EndsWith("Ping request successfully handled"));
  EXPECT_THAT(Get("/ping", "Accept: application/json\r\n"), HasSubstr("{\"text\":\"Ping"));
  const std::string info = Get("/info");
  EXPECT_THAT(info, HasSubstr("\"esVersion\":\"23.10.6\""));
  EXPECT_THAT(info, HasSubstr("\"state\":\"leader\""));
}

TEST_F(TheNodesPort, AHeadHasNoBody) {
  const std::string answer = Http("HEAD /ping HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 33"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(TheNodesPort, B39_OtherHttpIsRefusedAndClosed) {
  EXPECT_THAT(Get("/streams/s"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Http("GET / NONSENSE\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Get("/ping", "X: " + std::string(9'000, 'x') + "\r\n"), StartsWith("HTTP/1.1 431 "));
}

TEST_F(TheNodesPort, B39_RandomStartsAreClosedAndHarmNobody) {
  std::mt19937 random(39);
  std::uniform_int_distribution<int> byte(0, 255);
  for (int i = 0; i < 200; ++i) {
    RawSocket socket(node().port());
    std::string bytes;
    for (int k = 0; k < 32; ++k) bytes.push_back(static_cast<char>(byte(random)));
    socket.Send(bytes);
    EXPECT_TRUE(socket.ReceiveAll(absl::Seconds(5)).is_closed) << i;
  }
  ExpectGrpcWorks();
}

TEST_F(TheNodesPort, B39_ATlsHelloIsClosed) {
  RawSocket socket(node().port());
  socket.Send(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03", 11));
  const RawSocket::Received received = socket.ReceiveAll(absl::Seconds(5));
  EXPECT_TRUE(received.is_closed);
  EXPECT_EQ(received.bytes, "");
}

TEST_F(TheNodesPort, APrefaceByteByByteIsHttp2) {
  RawSocket socket(node().port());
  for (const char byte : std::string(kPreface)) {
    ASSERT_TRUE(socket.Send(std::string(1, byte)));
    absl::SleepFor(absl::Milliseconds(1));
  }
  socket.Send(kSettings);

  // The server's own SETTINGS come first: type 4.
  const std::string answer = socket.ReceiveSome();
  ASSERT_GE(answer.size(), 9u);
  EXPECT_EQ(answer[3], '\4');
}

TEST_F(TheNodesPort, WhoSaysNothingIsClosedWhenTheTimeIsOver) {
  StartNode({.undecided_max = absl::Milliseconds(200)});
  RawSocket silent(node().port());
  RawSocket half(node().port());
  half.Send("PRI *");
  RawSocket half_closed(node().port());
  half_closed.HalfClose();

  EXPECT_TRUE(half_closed.ReceiveAll().is_closed);
  EXPECT_TRUE(silent.ReceiveAll().is_closed);
  EXPECT_TRUE(half.ReceiveAll().is_closed);
  EXPECT_TRUE(Eventually([&] { return node().Stats().connections == 0; }));
}

TEST_F(TheNodesPort, ARequestThatFollowsThePrefaceAtOnceIsAnswered) {
  RawSocket socket(node().port());
  // A PING (type 6) whose answer has the ACK flag.
  socket.Send(kPreface + kSettings + std::string("\0\0\x08\6\0\0\0\0\0", 9) + "12345678");

  std::string answer;
  EXPECT_TRUE(Eventually([&] {
    answer += socket.ReceiveSome(absl::Milliseconds(100));
    return answer.find("12345678") != std::string::npos;
  }));
}

TEST_F(TheNodesPort, AnAddressInUseIsSaid) {
  const auto second =
      NodeServer::Start({.address = absl::StrCat("127.0.0.1:", node().port())}, store());
  EXPECT_TRUE(absl::IsAlreadyExists(second.status())) << second.status();
}

TEST_F(TheNodesPort, WhatIsNoAddressIsSaid) {
  for (const char* address : {"127.0.0.1", "no such host.invalid:1", "127.0.0.1:99999"}) {
    const auto node = NodeServer::Start({.address = address}, store());
    EXPECT_TRUE(absl::IsInvalidArgument(node.status())) << address << ": " << node.status();
  }
}

TEST_F(TheNodesPort, AnOptionOutOfRangeIsNamed) {
  const auto node = NodeServer::Start({.address = "127.0.0.1:0", .read_threads = 0}, store());
  EXPECT_TRUE(absl::IsInvalidArgument(node.status()));
  EXPECT_THAT(std::string(node.status().message()), HasSubstr("read_threads"));
}

TEST_F(TheNodesPort, StoppedTwiceItIsStillStopped) {
  ExpectGrpcWorks();
  node().Stop(absl::Seconds(5));
  node().Stop(absl::Seconds(5));
  EXPECT_NE(AppendEvents("s", 1).end.code, grpc::StatusCode::OK);
}

TEST_F(TheNodesPort, ANameOfThisMachineIsServed) {
  const auto node = NodeServer::Start({.address = "localhost:0"}, store());
  ASSERT_TRUE(node.ok()) << node.status();
  RawSocket socket((*node)->port());
  socket.Send("GET /ping HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(socket.ReceiveAll().bytes, StartsWith("HTTP/1.1 200 "));
}

}  // namespace
}  // namespace eventstoredb::testing_support
