// How the service stops: nothing that was acknowledged is lost, and who asks is told.
#include <atomic>
#include <csignal>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include <gtest/gtest.h>

#include "tests/integration/service_test.h"

namespace orders::testing_support {
namespace {

constexpr int kClients = 8;

class Stop : public ::testing::Test {
 protected:
  void Start() {
    auto started = OrderdProcess::Start({.data = scratch_.Path("data")});
    ASSERT_TRUE(started.ok()) << started.status();
    process_ = *std::move(started);
  }

  const ScratchFolder scratch_;
  std::unique_ptr<OrderdProcess> process_;
};

/// Creates orders until the service is gone, and remembers which were acknowledged.
class Load {
 public:
  explicit Load(const std::string& address) {
    for (int i = 0; i < kClients; ++i) {
      threads_.emplace_back([this, address, i] { Run(address, i); });
    }
  }
  ~Load() { Join(); }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  void Join() {
    stop_ = true;
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }
  int acknowledged() const { return acknowledged_; }
  /// After Join. Order id to its position token.
  const std::map<std::string, std::string>& answers() const { return answers_; }
  const std::vector<std::string>& strange() const { return strange_; }

 private:
  void Run(const std::string& address, int number) {
    OrdersClient client(address, absl::Seconds(20));
    for (int i = 0; !stop_; ++i) {
      const std::string id = absl::StrCat("load-", number, "-", i);
      const CommandAnswer answer = client.Send(CreateRequest(id, absl::StrCat("request-", id)));
      const absl::MutexLock lock(&mutex_);
      if (answer.ok()) {
        ++acknowledged_;
        answers_[id] = answer.response.position_token();
        continue;
      }
      // Going away is said as UNAVAILABLE, and as nothing else.
      if (answer.code() != grpc::StatusCode::UNAVAILABLE) {
        strange_.push_back(Describe(answer.status));
      }
      return;
    }
  }

  std::atomic<bool> stop_ = false;
  std::atomic<int> acknowledged_ = 0;
  absl::Mutex mutex_;
  std::map<std::string, std::string> answers_;
  std::vector<std::string> strange_;
  std::vector<std::thread> threads_;
};

TEST_F(Stop, KeepsAllThatWasAcknowledgedUnderLoadAndExitsWithZero) {
  ASSERT_NO_FATAL_FAILURE(Start());
  Load load(process_->address());
  while (load.acknowledged() < 200) absl::SleepFor(absl::Milliseconds(5));
  const ProcessEnd end = process_->Stop();
  load.Join();
  EXPECT_TRUE(end.ended);
  EXPECT_EQ(end.exit_code, 0) << end.err;
  for (const std::string& strange : load.strange()) ADD_FAILURE() << strange;

  ASSERT_NO_FATAL_FAILURE(Start());
  OrdersClient client(process_->address());
  for (const auto& [id, token] : load.answers()) {
    const auto history = client.ReadHistory(id);
    ASSERT_TRUE(history.ok()) << id << ": " << Describe(history.status);
    ASSERT_EQ(history.response.size(), 1U) << id;
    ASSERT_EQ(history.response[0].position_token(), token) << id;
  }
}

TEST_F(Stop, SaysNotServingBeforeThePortCloses) {
  ASSERT_NO_FATAL_FAILURE(Start());
  // Asks for health without a pause, over a connection that was open before.
  std::atomic<bool> asking = false;
  std::atomic<bool> saw_not_serving = false;
  std::atomic<bool> serving_after_not_serving = false;
  const std::string address = process_->address();
  std::thread asker([&] {
    OrdersClient client(address, absl::Seconds(20));
    while (true) {
      bool serving = false;
      if (!client.CheckHealth(serving).ok()) return;
      if (serving && saw_not_serving) serving_after_not_serving = true;
      if (!serving) saw_not_serving = true;
      asking = true;
    }
  });
  while (!asking) absl::SleepFor(absl::Milliseconds(1));
  const ProcessEnd end = process_->Stop();
  asker.join();
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_TRUE(saw_not_serving);
  EXPECT_FALSE(serving_after_not_serving);
}

TEST_F(Stop, WithAnOpenWatchAndAWaitingQueryIsNotHeldUp) {
  ASSERT_NO_FATAL_FAILURE(Start());
  OrdersClient client(process_->address());
  const CommandAnswer created = client.Send(CreateRequest("watched"));
  ASSERT_TRUE(created.ok()) << Describe(created.status);
  ChangeWatch watch(client, "", created.response.position_token());
  std::thread waiting([&] {
    // Ends with the service or before it; nobody can say when.
    client.GetOrder("watched", created.response.position_token());
    while (watch.Next().has_value()) {
    }
  });
  const ProcessEnd end = process_->Stop();
  waiting.join();
  EXPECT_TRUE(end.ended);
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_EQ(watch.status().error_code(), grpc::StatusCode::UNAVAILABLE) << Describe(watch.status());
}

TEST_F(Stop, AnsweredCommandsOfAClosingServiceSayWhyAndWhenToAskAgain) {
  ASSERT_NO_FATAL_FAILURE(Start());
  Load load(process_->address());
  while (load.acknowledged() < 50) absl::SleepFor(absl::Milliseconds(5));
  process_->SendSignal(SIGINT);  // As a terminal does it.
  const ProcessEnd end = process_->WaitForEnd(absl::Seconds(30));
  load.Join();
  EXPECT_EQ(end.exit_code, 0) << end.err;
  for (const std::string& strange : load.strange()) ADD_FAILURE() << strange;
}

TEST_F(Stop, ASecondSignalEndsTheServiceAtOnceAndLosesNothing) {
  ASSERT_NO_FATAL_FAILURE(Start());
  Load load(process_->address());
  while (load.acknowledged() < 100) absl::SleepFor(absl::Milliseconds(5));
  process_->SendSignal(SIGTERM);
  process_->SendSignal(SIGINT);
  const ProcessEnd end = process_->WaitForEnd(absl::Seconds(30));
  load.Join();
  EXPECT_TRUE(end.ended);
  // At once, or the first signal's way if that was faster.
  EXPECT_TRUE(end.exit_code == 128 + SIGTERM || end.exit_code == 128 + SIGINT || end.exit_code == 0)
      << "exit code " << end.exit_code << " signal " << end.signal << " " << end.err;

  ASSERT_NO_FATAL_FAILURE(Start());
  OrdersClient client(process_->address());
  for (const auto& [id, token] : load.answers()) {
    const auto history = client.ReadHistory(id);
    ASSERT_TRUE(history.ok()) << id << ": " << Describe(history.status);
    ASSERT_EQ(history.response.size(), 1U) << id;
  }
}

TEST_F(Stop, AndStartAgainAndAgainChangesNothing) {
  ASSERT_NO_FATAL_FAILURE(Start());
  std::string bytes;
  {
    OrdersClient client(process_->address());
    const CommandAnswer created = client.Send(CreateRequest("kept"));
    ASSERT_TRUE(created.ok()) << Describe(created.status);
    bytes = created.response.order().SerializeAsString();
  }
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(process_->Stop().exit_code, 0);
    ASSERT_NO_FATAL_FAILURE(Start());
    OrdersClient client(process_->address());
    const auto order = client.GetOrder("kept");
    // The read model may still be opening its file, but never shows another order.
    if (order.ok()) {
      EXPECT_EQ(order.response.order().SerializeAsString(), bytes);
    }
    const auto history = client.ReadHistory("kept");
    ASSERT_TRUE(history.ok()) << Describe(history.status);
    EXPECT_EQ(history.response.size(), 1U);
  }
}

}  // namespace
}  // namespace orders::testing_support
