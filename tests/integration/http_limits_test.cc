// Bounds of the HTTP port: who is slow, many, or in a hurry takes nothing from the others.
#include <atomic>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "nlohmann/json.hpp"
#include <gtest/gtest.h>

#include "application/queries/freshness.h"
#include "tests/support/http_client.h"
#include "tests/support/http_crowd.h"
#include "tests/support/orderd_process.h"
#include "tests/support/orders_client.h"
#include "tests/support/proc_number.h"

namespace orders::testing_support {
namespace {

using nlohmann::json;

class HttpLimits : public ::testing::Test {
 protected:
  void Start(std::vector<std::string> arguments = {}, const std::string& data = "") {
    arguments.insert(arguments.end(), {"--http-listen", "127.0.0.1:0"});
    auto started = OrderdProcess::Start({.data = data, .arguments = std::move(arguments)});
    ASSERT_TRUE(started.ok()) << started.status();
    process_ = *std::move(started);
  }
  void TearDown() override {
    if (process_ != nullptr && process_->IsRunning()) {
      EXPECT_EQ(CallHttp(address(), "GET", "/healthz/live").status, 200);
    }
  }
  std::string address() const { return process_->ReadyWord("http"); }
  static std::string Head(const std::string& line, const std::string& more = "") {
    return absl::StrCat(line, "\r\nHost: 127.0.0.1\r\n", more, "\r\n");
  }

  const ScratchFolder scratch_;
  std::unique_ptr<OrderdProcess> process_;
};

/// Sends `bytes` one by one, with pauses, until the service has enough of it.
HttpAnswer Drip(const std::string& address, const std::string& first, char drop) {
  HttpClient http(address);
  EXPECT_TRUE(http.Send(first));
  for (int i = 0; i < 600; ++i) {
    if (!http.Send(std::string(1, drop))) break;
    const HttpAnswer answer = http.ReceiveHead(absl::Milliseconds(50));
    if (answer.status != 0) return answer;
  }
  return http.ReceiveHead();
}

TEST_F(HttpLimits, B67AHeadThatDripsInIs408) {
  Start({"--http-head-max", "500ms"});
  const HttpAnswer answer = Drip(address(), "GET /v1/orders HTTP/1.1\r\nX: ", 'x');
  EXPECT_EQ(answer.status, 408);
  EXPECT_EQ(answer.Get("Connection"), "close");
}

TEST_F(HttpLimits, B67ABodyThatDripsInIs408) {
  Start({"--http-body-max", "500ms"});
  const HttpAnswer answer =
      Drip(address(),
           Head("POST /v1/orders HTTP/1.1",
                "Content-Type: application/json\r\nContent-Length: 100000\r\n"),
           ' ');
  EXPECT_EQ(answer.status, 408);
}

TEST_F(HttpLimits, B70ABodyThatIsAnnouncedAndNeverComesIs408) {
  Start({"--http-body-max", "500ms"});
  HttpClient http(address());
  ASSERT_TRUE(http.Send(Head("POST /v1/orders HTTP/1.1",
                             "Content-Type: application/json\r\nExpect: 100-continue\r\n"
                             "Content-Length: 10\r\n")));
  EXPECT_EQ(http.ReceiveHead().status, 100);
  EXPECT_EQ(http.ReceiveHead().status, 408);
}

TEST_F(HttpLimits, B67WhoReadsNothingIsCutOff) {
  Start({"--http-stall-max", "500ms"});
  HttpClient deaf(address());
  std::string requests;
  for (int i = 0; i < 1'000; ++i) requests += Head("GET /metrics HTTP/1.1");
  ASSERT_TRUE(deaf.Send(requests));
  // More than both sockets hold is to be sent; then there is one connection again, that which asks.
  const auto is_alone = [this] {
    return CallHttp(address(), "GET", "/metrics").body.find("\norders_http_connections 1\n") !=
           std::string::npos;
  };
  bool was_alone = is_alone();
  for (int tries = 0; !was_alone && tries < 300; ++tries) {
    absl::SleepFor(absl::Milliseconds(100));
    was_alone = is_alone();
  }
  EXPECT_TRUE(was_alone);  // Asked again at once it might see the connection of the last question.
}

TEST_F(HttpLimits, AConnectionThatSaysNothingIsClosed) {
  Start({"--http-idle-max", "500ms"});
  HttpClient never(address());
  EXPECT_TRUE(never.IsClosed());
  HttpClient once(address());
  EXPECT_EQ(once.Get("/healthz/live").status, 200);
  EXPECT_TRUE(once.IsClosed());
}

TEST_F(HttpLimits, B68EndlessBytesWithoutALineEndCostNothing) {
  Start();
  (void)CallHttp(address(), "GET", "/healthz/live");
  const std::int64_t before = ResidentKib(process_->pid());
  HttpClient http(address());
  const std::string block(1 << 16, 'a');
  int status = 0;
  for (int i = 0; i < (256 << 20) / (1 << 16) && status == 0; ++i) {
    if (!http.Send(block)) break;
    status = http.ReceiveHead(absl::ZeroDuration()).status;
  }
  if (status == 0) status = http.ReceiveHead(absl::Seconds(5)).status;
  EXPECT_EQ(status, 431);
  EXPECT_LE(ResidentKib(process_->pid()) - before, 1'024) << "KiB";
}

TEST_F(HttpLimits, B71PipelinedRequestsAreAnsweredInOrder) {
  Start();
  constexpr int kRequests = 10'000;
  HttpClient http(address());
  std::thread sender([&] {
    std::string block;
    for (int i = 0; i < kRequests; ++i) {
      block += absl::StrCat("GET /v1/orders/none HTTP/1.1\r\nHost: 127.0.0.1\r\nRequest-Id: r", i,
                            "\r\n\r\n");
    }
    EXPECT_TRUE(http.Send(block));
  });
  for (int i = 0; i < kRequests; ++i) {
    const HttpAnswer answer = http.Receive();
    if (answer.status != 404 || answer.Get("Request-Id") != absl::StrCat("r", i)) {
      ADD_FAILURE() << "answer " << i << ": " << answer.status << " " << answer.Get("Request-Id");
      break;
    }
  }
  sender.join();
}

TEST_F(HttpLimits, APipelinedCommandIsDoneBeforeTheNextRequestIsLookedAt) {
  Start();
  HttpClient http(address());
  const std::string body = R"({"order_id":"a","customer_id":"ada","currency_code":"EUR"})";
  ASSERT_TRUE(http.Send(absl::StrCat(
      Head("POST /v1/orders HTTP/1.1", absl::StrCat("Content-Type: application/json\r\n",
                                                    "Content-Length: ", body.size(), "\r\n")),
      body, Head("GET /v1/orders/a?as_of_revision=0 HTTP/1.1"))));
  EXPECT_EQ(http.Receive().status, 201);
  EXPECT_EQ(http.Receive().status, 200);
}

TEST_F(HttpLimits, FiveThousandIdleConnectionsHinderNobody) {
  constexpr int kConnections = 5'000;
  ASSERT_TRUE(HttpCrowd::RaiseLimit(kConnections)) << "this machine allows too few open files";
  Start({"--http-idle-max", "10m"});
  const std::int64_t before = ResidentKib(process_->pid());
  std::list<HttpClient> idle;
  for (int i = 0; i < kConnections; ++i) {
    idle.emplace_back(address());
    ASSERT_TRUE(idle.back().is_connected()) << i;
    if (i % 10 == 0) {
      ASSERT_EQ(idle.back().Get("/healthz/live").status, 200) << i;
    }
  }
  EXPECT_LE(ResidentKib(process_->pid()) - before, 100 << 10) << "KiB for all of them";
  HttpClient http(address());
  const HttpAnswer made =
      http.Post("/v1/orders", R"({"order_id":"a","customer_id":"ada","currency_code":"EUR"})");
  EXPECT_EQ(made.status, 201) << made.body;
  for (HttpClient& one : idle) {
    ASSERT_EQ(one.Get("/healthz/live").status, 200);
  }
}

TEST_F(HttpLimits, AConnectionTooManyIsToldSo) {
  Start({"--http-connections-max", "2"});
  HttpClient first(address());
  std::optional<HttpClient> second(std::in_place, address());
  ASSERT_EQ(first.Get("/healthz/live").status, 200);
  ASSERT_EQ(second->Get("/healthz/live").status, 200);
  HttpClient third(address());
  const HttpAnswer refused = third.Receive();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.Get("Retry-After"), "1");
  EXPECT_EQ(json::parse(refused.body)["reason"], "OVERLOADED");
  EXPECT_TRUE(third.IsClosed());
  second.reset();
  int status = 0;
  for (int i = 0; i < 600 && status != 200; ++i) {
    status = CallHttp(address(), "GET", "/healthz/live").status;
    absl::SleepFor(absl::Milliseconds(20));
  }
  EXPECT_EQ(status, 200);
}

TEST_F(HttpLimits, ARequestTooManyIsToldToComeLater) {
  Start({"--http-requests-in-flight-max", "1"});
  const json store = json::parse(CallHttp(address(), "GET", "/v1/health").body)["store"];
  // A position that the log does not reach: who asks for it waits.
  const std::string token = application::EncodePositionToken(
      {.id = store["store_id"].get<std::string>(),
       .generation = std::stoull(store["generation"].get<std::string>())},
      {.commit = 1'000'000, .prepare = 1'000'000});
  HttpClient waiting(address());
  ASSERT_TRUE(
      waiting.Send(Head("GET /v1/orders HTTP/1.1",
                        absl::StrCat("Prefer: wait=3\r\nConsistency-Token: ", token, "\r\n"))));
  // Looking at the metrics takes no place of theirs.
  bool is_waiting = false;
  for (int i = 0; i < 100 && !is_waiting; ++i) {
    is_waiting = absl::StrContains(CallHttp(address(), "GET", "/metrics").body,
                                   "\norders_http_requests_in_flight 1\n");
  }
  ASSERT_TRUE(is_waiting);
  const HttpAnswer refused = CallHttp(address(), "GET", "/v1/orders/none");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.Get("Retry-After"), "1");
  EXPECT_EQ(json::parse(refused.body)["reason"], "OVERLOADED");
  const HttpAnswer late = waiting.Receive();
  EXPECT_EQ(late.status, 504);
  EXPECT_EQ(json::parse(late.body)["reason"], "NOT_YET_VISIBLE");
  EXPECT_EQ(CallHttp(address(), "GET", "/v1/orders/none").status, 404);
}

TEST_F(HttpLimits, AStopAnswersWhatIsInFlightAndTellsLateCallers) {
  const std::string data = scratch_.Path("data");
  Start({}, data);
  HttpClient idle(address());
  ASSERT_EQ(idle.Get("/healthz/live").status, 200);
  std::atomic<bool> stop = false;
  std::vector<std::string> acknowledged;
  std::atomic<int> acknowledged_count = 0;
  std::thread load([&] {
    for (int i = 0; !stop; ++i) {
      const std::string id = absl::StrCat("order-", i);
      HttpClient http(address());
      const HttpAnswer answer = http.Post(
          "/v1/orders",
          absl::StrCat(R"({"order_id":")", id, R"(","customer_id":"ada","currency_code":"EUR"})"));
      if (answer.status == 0) return;
      if (answer.status == 201) {
        acknowledged.push_back(id);
        ++acknowledged_count;
        continue;
      }
      // Late, and told so: never half an answer, never another word.
      EXPECT_EQ(answer.status, 503) << answer.body;
      EXPECT_EQ(json::parse(answer.body)["reason"], "SHUTTING_DOWN");
      EXPECT_EQ(answer.Get("Connection"), "close");
      EXPECT_NE(answer.Get("Retry-After"), "");
    }
  });
  while (acknowledged_count < 50) absl::SleepFor(absl::Milliseconds(5));
  const ProcessEnd end = process_->Stop();
  stop = true;
  load.join();
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_TRUE(idle.IsClosed());
  Start({}, data);
  for (const std::string& id : acknowledged) {
    EXPECT_EQ(
        CallHttp(address(), "GET", absl::StrCat("/v1/orders/", id, "?as_of_revision=0")).status,
        200)
        << id;
  }
}

TEST_F(HttpLimits, B85AnAddressBeyondLoopbackIsRefused) {
  std::vector<std::string> arguments = ServeArguments("");
  arguments.insert(arguments.end(), {"--http-listen", "0.0.0.0:0"});
  const ProcessEnd end = RunOrderd(arguments);
  EXPECT_EQ(end.exit_code, 78) << end.err;
  EXPECT_NE(end.err.find("http-listen"), std::string::npos);
}

TEST_F(HttpLimits, B83AnAddressThatIsTakenIsNamed) {
  Start();
  std::vector<std::string> arguments = ServeArguments("");
  arguments.insert(arguments.end(), {"--http-listen", address()});
  const ProcessEnd end = RunOrderd(arguments);
  EXPECT_EQ(end.exit_code, 69) << end.err;
  EXPECT_NE(end.err.find(address()), std::string::npos) << end.err;
}

}  // namespace
}  // namespace orders::testing_support
