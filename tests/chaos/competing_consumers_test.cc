// Ten consumers of one group, each behind a network of its own that is cut, and a node that is
// killed: no event is lost, and what comes twice is bounded by what was in flight.
// ORDERS_ENDURANCE=full: 2,000 events a second for two minutes and five kills of the node, instead
// of a tenth of each, and one kill.

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include <gtest/gtest.h>

#include "eventstoredb/client.h"
#include "tests/chaos/tcp_proxy.h"
#include "tests/support/event_store_testing.h"
#include "tests/support/orderd_process.h"

namespace eventstoredb {
namespace {

using orders::testing_support::OrderdProcess;
using orders::testing_support::ScratchFolder;
using testing_support::TcpProxy;

constexpr std::size_t kConsumers = 10;
constexpr int kBuffer = 10;
constexpr int kCheckpointMax = 100;
constexpr std::uint64_t kBatch = 20;  // Of one append.

bool InFull() {
  const char* const set = std::getenv("ORDERS_ENDURANCE");
  return set != nullptr && std::string(set) == "full";
}

const GroupId kGroup{.stream = "competed-for", .group = "consumers"};

std::unique_ptr<Client> ClientOf(std::uint16_t port) {
  ClientOptions options;
  options.endpoints = {{"127.0.0.1", port}};
  options.tls = false;
  auto client = Client::Create(options);
  EXPECT_TRUE(client.ok()) << client.status();
  return client.ok() ? *std::move(client) : nullptr;
}

/// How often each event of the stream was handled.
class Handled {
 public:
  explicit Handled(std::uint64_t events) : counts_(events) {}
  void Add(std::uint64_t revision) {
    if (revision >= counts_.size()) return;
    if (counts_[revision].fetch_add(1) == 0) ++distinct_;
    ++total_;
  }
  std::uint64_t distinct() const { return distinct_; }
  std::uint64_t repeats() const { return total_ - distinct_; }
  bool All() const { return distinct_ == counts_.size(); }

 private:
  std::vector<std::atomic<int>> counts_;
  std::atomic<std::uint64_t> distinct_{0};
  std::atomic<std::uint64_t> total_{0};
};

/// One of the competing consumers: a client, a network and a thread of its own.
class Competitor {
 public:
  Competitor(std::uint16_t node_port, Handled& handled) : handled_(handled) {
    auto proxy = TcpProxy::Start(node_port);
    EXPECT_TRUE(proxy.ok()) << proxy.status();
    proxy_ = *std::move(proxy);
    client_ = ClientOf(proxy_->port());
    ConsumerOptions options{.buffer_size = kBuffer};
    options.resume.backoff_min = absl::Milliseconds(20);
    options.resume.backoff_max = absl::Milliseconds(500);
    auto consumer = client_->Consume(kGroup, options);
    EXPECT_TRUE(consumer.ok()) << consumer.status();
    consumer_ = *std::move(consumer);
    thread_ = std::thread([this] {
      ended_ = consumer_->Run([this](const GroupEvent& event) {
        handled_.Add(event.event.Original().revision);
        return EventAnswer::Ack();
      });
    });
  }
  ~Competitor() {
    if (thread_.joinable()) End().IgnoreError();
  }
  void Cut() { proxy_->ResetAll(); }
  /// How its consumer ended, which only the end of the test may have done.
  absl::Status End() {
    consumer_->Cancel();
    thread_.join();
    return ended_;
  }
  const PersistentConsumer& consumer() const { return *consumer_; }

 private:
  Handled& handled_;
  std::unique_ptr<TcpProxy> proxy_;
  std::unique_ptr<Client> client_;
  std::unique_ptr<PersistentConsumer> consumer_;
  absl::Status ended_;
  std::thread thread_;
};

/// Appends all events at a steady pace; each is written once, whatever happens to the node.
void Write(Client& client, std::uint64_t events, std::uint64_t per_second) {
  const absl::Time begin = absl::Now();
  for (std::uint64_t first = 0; first < events; first += kBatch) {
    absl::SleepFor(begin + absl::Seconds(first) / static_cast<double>(per_second) - absl::Now());
    absl::Status status;
    for (int attempt = 0; attempt < 600; ++attempt) {
      AppendRequest request{.stream = *kGroup.stream};
      request.expected =
          first == 0 ? ExpectedRevision::NoStream() : ExpectedRevision::Exact(first - 1);
      request.events = testing_support::EventRange(first + 1, kBatch);
      request.deadline = absl::Now() + absl::Seconds(10);
      status = client.Append(std::move(request)).status();
      if (status.ok()) break;
      absl::SleepFor(absl::Milliseconds(50));
    }
    ASSERT_TRUE(status.ok()) << "events from " << first << " on were never taken: " << status;
  }
}

class CompetingConsumers : public ::testing::Test {
 protected:
  /// At the same port each time.
  void StartNode() {
    auto started = OrderdProcess::Start(
        {.store_alone = true,
         .data = scratch_.Path("data"),
         .listen = port_ == 0 ? "127.0.0.1:0" : absl::StrCat("127.0.0.1:", port_)});
    ASSERT_TRUE(started.ok()) << started.status();
    node_ = *std::move(started);
    const std::string& address = node_->address();
    int port = 0;
    ASSERT_TRUE(absl::SimpleAtoi(address.substr(address.rfind(':') + 1), &port)) << address;
    port_ = static_cast<std::uint16_t>(port);
  }

  const ScratchFolder scratch_;
  std::uint16_t port_ = 0;
  std::unique_ptr<OrderdProcess> node_;
};

TEST_F(CompetingConsumers, LoseNoEventAndRepeatNoMoreThanWasInFlight) {
  const int seconds = InFull() ? 120 : 12;
  const int kills = InFull() ? 5 : 1;
  const std::uint64_t per_second = InFull() ? 2'000 : 200;
  const std::uint64_t events = per_second * static_cast<std::uint64_t>(seconds);
  ASSERT_NO_FATAL_FAILURE(StartNode());
  const auto client = ClientOf(port_);
  const absl::Status created =
      client->CreateGroup({.id = kGroup,
                           .settings = {.start = GroupStart::Start(),
                                        .message_timeout = absl::Minutes(2),
                                        .retries_max = 1'000,
                                        .checkpoint_after = absl::Seconds(1),
                                        .checkpoint_events_max = kCheckpointMax}});
  ASSERT_TRUE(created.ok()) << created;

  Handled handled(events);
  std::vector<std::unique_ptr<Competitor>> competitors;
  for (std::size_t i = 0; i < kConsumers; ++i) {
    competitors.push_back(std::make_unique<Competitor>(port_, handled));
  }
  std::jthread writer([&] { Write(*client, events, per_second); });
  int killed = 0;
  for (int second = 1; second <= seconds; ++second) {
    absl::SleepFor(absl::Seconds(1));
    competitors[static_cast<std::size_t>(second) % kConsumers]->Cut();
    if (killed < kills && second >= (killed + 1) * seconds / (kills + 1)) {
      ++killed;
      node_->KillNow();
      ASSERT_NO_FATAL_FAILURE(StartNode());
    }
  }
  writer.join();
  const absl::Time patience = absl::Now() + absl::Seconds(120);
  while (!handled.All() && absl::Now() < patience) absl::SleepFor(absl::Milliseconds(20));
  const auto info = client->GetGroupInfo(kGroup);

  std::uint64_t resumes = 0;
  std::uint64_t told = 0;
  for (const auto& competitor : competitors) {
    const absl::Status ended = competitor->End();
    EXPECT_TRUE(absl::IsCancelled(ended)) << ended;
    resumes += competitor->consumer().resumes();
    told += competitor->consumer().repeats();
  }
  std::printf("%llu events handled, %llu of them again (%llu said so), %llu resumes, %d kills\n",
              static_cast<unsigned long long>(handled.distinct()),
              static_cast<unsigned long long>(handled.repeats()),
              static_cast<unsigned long long>(told), static_cast<unsigned long long>(resumes),
              killed);
  EXPECT_EQ(handled.distinct(), events);
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->parked, 0);
  // A cut gives back what one consumer had in its buffer. A killed node forgets what was answered
  // since its last checkpoint, which it writes after so many answers, while as many more come.
  const std::uint64_t by_cuts = static_cast<std::uint64_t>(seconds) * kBuffer;
  const std::uint64_t by_kills =
      static_cast<std::uint64_t>(killed) * (2 * kCheckpointMax + kConsumers * kBuffer);
  EXPECT_LE(handled.repeats(), by_cuts + by_kills);
  EXPECT_GE(resumes, static_cast<std::uint64_t>(seconds) / 2);  // Not each was connected when cut.
}

}  // namespace
}  // namespace eventstoredb
