#include "infrastructure/telemetry/metrics_server.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/infrastructure/node/grpc/raw_socket.h"

namespace orders::infrastructure {
namespace {

using eventstoredb::testing_support::RawSocket;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class MetricsServerTest : public ::testing::Test {
 protected:
  void Start(MetricsServerOptions options = {}) {
    options.address = "127.0.0.1:0";
    auto opened = MetricsServer::Open(options);
    ASSERT_TRUE(opened.ok()) << opened.status();
    server_ = *std::move(opened);
    server_->Serve([this] {
      ++collected_;
      return MetricFamilies{CounterFamily("tests_total", "Tests.", {{7}})};
    });
  }
  /// All that is answered until the server closes.
  std::string Ask(const std::string& bytes) {
    RawSocket socket(server_->port());
    socket.Send(bytes);
    const RawSocket::Received received = socket.ReceiveAll();
    EXPECT_TRUE(received.is_closed);
    return received.bytes;
  }
  static std::string Request(const std::string& method, const std::string& target) {
    return absl::StrCat(method, " ", target, " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  static std::string BodyOf(const std::string& answer) {
    return answer.substr(answer.find("\r\n\r\n") + 4);
  }

  std::atomic<int> collected_ = 0;
  std::unique_ptr<MetricsServer> server_;
};

constexpr char kBody[] = "# HELP tests_total Tests.\n# TYPE tests_total counter\ntests_total 7\n";

TEST_F(MetricsServerTest, AnswersAScrapeInPrometheussFormat) {
  Start();
  const std::string answer = Ask(Request("GET", "/metrics"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  EXPECT_EQ(BodyOf(answer), kBody);
}

TEST_F(MetricsServerTest, IgnoresAQueryAndTheBytesThatComeInParts) {
  Start();
  RawSocket socket(server_->port());
  for (const char c : Request("GET", "/metrics?name=x")) socket.Send(std::string(1, c));
  EXPECT_EQ(BodyOf(socket.ReceiveAll().bytes), kBody);
}

TEST_F(MetricsServerTest, AnswersAHeadWithTheLengthAndWithoutTheBody) {
  Start();
  const std::string answer = Ask(Request("HEAD", "/metrics"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr(absl::StrCat("Content-Length: ", sizeof(kBody) - 1, "\r\n")));
  EXPECT_THAT(BodyOf(answer), IsEmpty());
}

TEST_F(MetricsServerTest, OtherPagesAreNotFoundAndNothingIsCollected) {
  Start();
  for (const std::string target :
       {"/", "/metrics/", "/metricsx", "/METRICS", "*", "/health/live"}) {
    EXPECT_THAT(Ask(Request("GET", target)), StartsWith("HTTP/1.1 404 ")) << target;
  }
  EXPECT_EQ(collected_, 0);
}

TEST_F(MetricsServerTest, OtherMethodsAreRefusedWithThoseThatAreAllowed) {
  Start();
  for (const std::string method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH"}) {
    const std::string answer = Ask(Request(method, "/metrics"));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 405 ")) << method;
    EXPECT_THAT(answer, HasSubstr("Allow: GET, HEAD\r\n")) << method;
  }
  EXPECT_EQ(collected_, 0);
}

TEST_F(MetricsServerTest, ABodyIsNotReadAndDoesNotCutTheAnswer) {
  Start();
  const std::string answer =
      Ask(absl::StrCat("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 30000\r\n\r\n",
                       std::string(30'000, 'x')));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 405 "));
}

TEST_F(MetricsServerTest, AHeaderThatIsTooLongIs431) {
  Start();
  EXPECT_THAT(
      Ask(absl::StrCat("GET /metrics HTTP/1.1\r\nCookie: ", std::string(9'000, 'x'), "\r\n\r\n")),
      StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(Ask(absl::StrCat("GET /", std::string(9'000, 'x'), " HTTP/1.1\r\n\r\n")),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_EQ(collected_, 0);
}

TEST_F(MetricsServerTest, WhatIsNoHttpIsRefusedOrClosed) {
  Start();
  EXPECT_THAT(Ask("GET /metrics HTTP/9.9\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Ask("GET /metrics\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Ask("GET /metrics HTTP/1.1\r\nno colon\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Ask("\x16\x03\x01\x02"), IsEmpty());
  EXPECT_THAT(Ask("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), IsEmpty()) << "HTTP/2 is not spoken here";
  EXPECT_EQ(collected_, 0);
  EXPECT_THAT(Ask(Request("GET", "/metrics")), EndsWith(kBody));
}

TEST_F(MetricsServerTest, WhoSaysNothingOrTooLittleIsClosed) {
  Start({.patience = absl::Milliseconds(100)});
  EXPECT_THAT(Ask(""), IsEmpty());
  EXPECT_THAT(Ask("GE"), IsEmpty());
  EXPECT_THAT(Ask("GET /metrics HTTP/1.1\r\nHost: x\r\n"), IsEmpty());
  EXPECT_EQ(collected_, 0);
}

TEST_F(MetricsServerTest, IdleConnectionsBeyondTheBoundCannotKeepAScrapeOut) {
  Start({.connections_max = 4, .patience = absl::Milliseconds(200)});
  std::vector<std::unique_ptr<RawSocket>> idle;
  for (int i = 0; i < 100; ++i) idle.push_back(std::make_unique<RawSocket>(server_->port()));
  // All of them are closed after a while, whether they had a place or not.
  for (const auto& socket : idle) EXPECT_TRUE(socket->ReceiveAll().is_closed);
  EXPECT_THAT(Ask(Request("GET", "/metrics")), EndsWith(kBody));
}

TEST_F(MetricsServerTest, ManyScrapesAtOnceAreEachAnsweredOrClosed) {
  Start();
  std::atomic<int> answered = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 25; ++j) {
        const std::string answer = Ask(Request("GET", "/metrics"));
        if (answer.empty()) continue;
        EXPECT_THAT(answer, EndsWith(kBody));
        ++answered;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(answered, 0);
  EXPECT_EQ(answered, collected_);
}

TEST_F(MetricsServerTest, EndsWhileClientsAreConnected) {
  Start();
  RawSocket idle(server_->port());
  RawSocket half(server_->port());
  half.Send("GET /metrics HTTP/1.1\r\n");
  server_.reset();
  EXPECT_THAT(half.ReceiveAll().bytes, IsEmpty());
}

TEST_F(MetricsServerTest, AnAddressThatIsTakenOrIsNoneIsRefused) {
  Start();
  EXPECT_TRUE(absl::IsAlreadyExists(
      MetricsServer::Open({.address = absl::StrCat("127.0.0.1:", server_->port())}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(MetricsServer::Open({.address = "192.0.2.1:0"}).status()));
}

}  // namespace
}  // namespace orders::infrastructure
