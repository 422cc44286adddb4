// The client and the node, each the real one, with a proxy between them that delays, cuts, falls
// silent and resets; and the node that goes away and comes back. ORDERS_ENDURANCE=full: 200 drops
// under 2,000 events a second for 20 subscribers, instead of a tenth of each.

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "eventstoredb/client.h"
#include "eventstoredb/connection_string.h"
#include "eventstoredb/node/embedded_event_store.h"
#include "eventstoredb/node/node_server.h"
#include "tests/chaos/tcp_proxy.h"
#include "tests/support/event_store_testing.h"

namespace eventstoredb {
namespace {

using testing_support::Id;
using testing_support::TcpProxy;

bool AtFullCounts() {
  const char* const set = std::getenv("ORDERS_ENDURANCE");
  return set != nullptr && std::string(set) == "full";
}

class Chaos : public ::testing::Test {
 protected:
  void SetUp() override {
    auto store = EmbeddedEventStore::Open({.in_memory = true});
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    ASSERT_NO_FATAL_FAILURE(StartNode());
    auto proxy = TcpProxy::Start(node_->port());
    ASSERT_TRUE(proxy.ok()) << proxy.status();
    proxy_ = *std::move(proxy);
  }
  /// The log goes on; the server in front of it is a new one.
  void StartNode() {
    auto node = NodeServer::Start({.address = "127.0.0.1:0"}, *store_);
    ASSERT_TRUE(node.ok()) << node.status();
    node_ = *std::move(node);
    if (proxy_ != nullptr) proxy_->SetTarget(node_->port());
  }
  std::unique_ptr<Client> MustConnect() { return MustConnect(*proxy_); }
  static std::unique_ptr<Client> MustConnect(const TcpProxy& proxy) {
    auto parsed = ParseConnectionString(absl::StrCat("esdb://", proxy.address(), "?tls=false"));
    EXPECT_TRUE(parsed.ok()) << parsed.status();
    auto client = Client::Create(parsed->options);
    EXPECT_TRUE(client.ok()) << client.status();
    return *std::move(client);
  }
  /// Appends until it is certain that it is there: the id makes a repeat harmless.
  static void MustAppend(Client& client, const std::string& stream, std::uint64_t number) {
    absl::Status status;
    for (int attempt = 0; attempt < 600; ++attempt) {
      AppendRequest request;
      request.stream = stream;
      request.events = {testing_support::Event(number)};
      request.deadline = absl::Now() + absl::Seconds(5);
      const auto answer = client.Append(std::move(request));
      status = answer.status();
      if (status.ok()) return;
      absl::SleepFor(absl::Milliseconds(20));
    }
    ADD_FAILURE() << "event " << number << " was never taken: " << status;
  }

  std::unique_ptr<EmbeddedEventStore> store_;
  std::unique_ptr<NodeServer> node_;
  std::unique_ptr<TcpProxy> proxy_;
};

/// Follows a stream, or $all, until it has seen `expected` events, and notes what is wrong.
class Follower {
 public:
  Follower(Client& client, std::string stream, std::uint64_t expected)
      : thread_([this, &client, stream = std::move(stream), expected] {
          Follow(client, stream, expected);
        }) {}
  ~Follower() {
    if (thread_.joinable()) thread_.join();
  }
  std::string Wait() {
    thread_.join();
    return wrong_;
  }

 private:
  void Follow(Client& client, const std::string& stream, std::uint64_t expected) {
    SubscribeRequest request;
    if (stream.empty()) {
      request.filter = Filter::StreamPrefixes({"chaos-"});
    } else {
      request.stream = stream;
    }
    auto subscription = client.Subscribe(std::move(request));
    if (!subscription.ok()) {
      wrong_ = subscription.status().ToString();
      return;
    }
    std::map<std::string, std::uint64_t> next;
    Position last;
    std::uint64_t seen = 0;
    const absl::Time patience = absl::Now() + absl::Minutes(5);
    while (seen < expected) {
      std::vector<ClientMessage> messages;
      const absl::Status status = (*subscription)->Next(100, absl::Seconds(1), messages);
      if (!status.ok()) {
        wrong_ = status.ToString();
        return;
      }
      if (absl::Now() > patience) {
        wrong_ = absl::StrCat("saw only ", seen, " of ", expected);
        return;
      }
      for (const ClientMessage& message : messages) {
        const auto* const resolved = std::get_if<ResolvedEvent>(&message);
        if (resolved == nullptr) continue;
        const RecordedEvent& event = *resolved->event;
        if (event.revision != next[event.stream]++ || !(last < event.position)) {
          wrong_ = absl::StrCat("stream ", event.stream, " revision ", event.revision, ", wanted ",
                                next[event.stream] - 1);
          return;
        }
        last = event.position;
        ++seen;
      }
    }
  }

  std::string wrong_;  ///< Read after the thread has ended.
  std::thread thread_;
};

TEST_F(Chaos, DropsUnderLoadLeaveNoGapNoRepeatNoReorderingAndNoDoubledAppend) {
  const int drops = AtFullCounts() ? 200 : 20;
  const int followers = AtFullCounts() ? 20 : 8;
  constexpr int kWriters = 4;
  const std::uint64_t events_each = AtFullCounts() ? 25'000 : 1'000;
  const std::unique_ptr<Client> writing = MustConnect();
  const std::unique_ptr<Client> reading = MustConnect();

  std::vector<std::unique_ptr<Follower>> follows;
  for (int i = 0; i < followers; ++i) {
    const bool all = i % 2 == 0;
    follows.push_back(std::make_unique<Follower>(*reading,
                                                 all ? "" : absl::StrCat("chaos-", i % kWriters),
                                                 all ? kWriters * events_each : events_each));
  }
  std::atomic<int> writers_left = kWriters;
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      for (std::uint64_t i = 0; i < events_each; ++i) {
        MustAppend(*writing, absl::StrCat("chaos-", w), 1 + w * events_each + i);
      }
      --writers_left;
    });
  }
  int dropped = 0;
  for (int i = 0; i < drops; ++i) {
    absl::SleepFor(absl::Milliseconds(50));
    switch (i % 4) {
      case 0:
        proxy_->ResetAll();
        break;
      case 1:
        proxy_->CutNextAfter(static_cast<std::uint64_t>(37 * i + 1));
        proxy_->ResetAll();
        break;
      case 2:
        proxy_->SetDelay(absl::Milliseconds(5));
        proxy_->ResetAll();
        break;
      default:
        proxy_->SetDelay(absl::ZeroDuration());
        proxy_->SetBlackHole(true);
        absl::SleepFor(absl::Milliseconds(100));
        proxy_->SetBlackHole(false);
        proxy_->ResetAll();
        break;
    }
    ++dropped;
  }
  for (std::thread& writer : writers) writer.join();
  for (const std::unique_ptr<Follower>& follow : follows) EXPECT_EQ(follow->Wait(), "");
  EXPECT_EQ(dropped, drops);
  for (int w = 0; w < kWriters; ++w) {
    const auto read = testing_support::ReadStream(*store_, absl::StrCat("chaos-", w));
    ASSERT_TRUE(read.status.ok()) << read.status;
    EXPECT_EQ(read.events.size(), events_each) << "an append was doubled or lost";
  }
}

TEST_F(Chaos, ACutAtAnyByteIsNoPartialEventAndIsGoneOnFrom) {
  constexpr std::uint64_t kEvents = 12;
  constexpr std::uint64_t kCutMax = 2'000;
  for (std::uint64_t i = 0; i < kEvents; ++i) {
    ASSERT_TRUE(testing_support::Append(*store_, "chaos-cut", ExpectedRevision::Any(),
                                        {testing_support::Event(i + 1)})
                    .ok());
  }
  // A connection that was cut is made again after about a second, so many are cut at one time, each
  // with a proxy of its own.
  const std::uint64_t step = AtFullCounts() ? 1 : 23;
  constexpr int kAtOneTime = 60;
  std::atomic<std::uint64_t> next = 0;
  absl::Mutex mutex;
  std::string wrong;
  std::vector<std::thread> cutters;
  for (int i = 0; i < kAtOneTime; ++i) {
    cutters.emplace_back([&] {
      auto proxy = TcpProxy::Start(node_->port());
      ASSERT_TRUE(proxy.ok()) << proxy.status();
      for (std::uint64_t bytes = next.fetch_add(step); bytes <= kCutMax;
           bytes = next.fetch_add(step)) {
        const std::unique_ptr<Client> client = MustConnect(**proxy);
        (*proxy)->CutNextAfter(bytes);
        Follower follow(*client, "chaos-cut", kEvents);
        const std::string heard = follow.Wait();
        const absl::MutexLock lock(&mutex);
        if (!heard.empty()) absl::StrAppend(&wrong, "cut after ", bytes, " bytes: ", heard, "\n");
      }
    });
  }
  for (std::thread& cutter : cutters) cutter.join();
  EXPECT_EQ(wrong, "");
}

TEST_F(Chaos, ANodeThatRestartsIsFoundAgain) {
  const std::unique_ptr<Client> client = MustConnect();
  constexpr std::uint64_t kEvents = 300;
  Follower follow(*client, "", kEvents);
  for (std::uint64_t i = 0; i < kEvents; ++i) {
    if (i % 100 == 50) {
      node_->Stop(absl::ZeroDuration());
      node_.reset();
      absl::SleepFor(absl::Milliseconds(300));
      ASSERT_NO_FATAL_FAILURE(StartNode());
    }
    MustAppend(*client, "chaos-restart", i + 1);
  }
  EXPECT_EQ(follow.Wait(), "");
}

TEST_F(Chaos, ASilentNetworkEndsACallAtItsDeadline) {
  const std::unique_ptr<Client> client = MustConnect();
  MustAppend(*client, "chaos-silent", 1);
  proxy_->SetBlackHole(true);
  AppendRequest request;
  request.stream = "chaos-silent";
  request.events = {testing_support::Event(2)};
  request.deadline = absl::Now() + absl::Seconds(1);
  const absl::Time begun = absl::Now();
  const auto answer = client->Append(std::move(request));
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kDeadlineExceeded) << answer.status();
  EXPECT_LT(absl::Now() - begun, absl::Seconds(20));
  proxy_->SetBlackHole(false);
  proxy_->ResetAll();
  MustAppend(*client, "chaos-silent", 2);
  EXPECT_EQ(testing_support::ReadStream(*store_, "chaos-silent").events.size(), 2U);
}

TEST_F(Chaos, AThousandAppendsAreAFreshConnectionsFirstThing) {
  const std::unique_ptr<Client> client = MustConnect();
  constexpr int kAppends = 1'500;
  absl::Mutex mutex;
  int answered = 0;
  int taken = 0;
  for (int i = 0; i < kAppends; ++i) {
    AppendRequest request;
    request.stream = absl::StrCat("first-", i);
    request.events = {testing_support::Event(static_cast<std::uint64_t>(i + 1))};
    request.deadline = absl::Now() + absl::Seconds(60);
    client->StartAppend(std::move(request), [&](absl::StatusOr<AppendResult> answer) {
      const absl::MutexLock lock(&mutex);
      ++answered;
      taken += answer.ok() ? 1 : 0;
    });
  }
  const absl::MutexLock lock(&mutex);
  const auto all = [&] { return answered == kAppends; };
  EXPECT_TRUE(mutex.AwaitWithTimeout(absl::Condition(&all), absl::Seconds(90)));
  EXPECT_EQ(taken, kAppends);
}

}  // namespace
}  // namespace eventstoredb
