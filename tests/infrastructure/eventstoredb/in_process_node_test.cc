#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/infrastructure/eventstoredb/node_fixture.h"
#include "tests/support/event_store_testing.h"

// Our client and our node in one process, without a socket between them.
namespace eventstoredb {
namespace {

using testing_support::EventRange;

const GroupId kWorkers{.stream = "shared", .group = "workers"};

class ANodeInThisProcess : public testing_support::NodeFixture {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(StartNode(""));
    ClientOptions options;
    options.make_channel = [this] { return node_->InProcessChannel(); };
    options.retry.attempts_max = 2;
    ASSERT_NO_FATAL_FAILURE(Connect(std::move(options)));
  }

  absl::StatusOr<AppendResult> Append(std::uint64_t first, std::uint64_t count) {
    AppendRequest request{.stream = *kWorkers.stream};
    request.events = EventRange(first, count);
    return client_->Append(std::move(request));
  }
};

TEST_F(ANodeInThisProcess, HasNoPort) { EXPECT_EQ(node_->port(), 0); }

TEST_F(ANodeInThisProcess, KeepsWhatItIsGiven) {
  ASSERT_TRUE(Append(0, 3).ok());
  const auto reader = client_->ReadStream({.stream = *kWorkers.stream});
  for (std::uint64_t revision = 0; revision < 3; ++revision) {
    const auto event = reader->Next();
    ASSERT_TRUE(event.ok() && event->has_value()) << event.status();
    EXPECT_EQ((*event)->event->revision, revision);
  }
  const auto end = reader->Next();
  EXPECT_TRUE(end.ok() && !end->has_value());
}

// A read must not end well without its last message: gRPC's transport within a process drops one
// that comes together with the end, now and then.
TEST_F(ANodeInThisProcess, NeverLosesTheLastMessageOfARead) {
  constexpr int kReaders = 4;
  constexpr int kReadsOfEach = 500;
  ASSERT_TRUE(Append(0, 3).ok());
  std::atomic<int> whole{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < kReaders; ++i) {
    readers.emplace_back([&] {
      for (int read = 0; read < kReadsOfEach; ++read) {
        const auto reader = client_->ReadStream({.stream = *kWorkers.stream});
        int events = 0;
        auto event = reader->Next();
        for (; event.ok() && event->has_value(); event = reader->Next()) ++events;
        if (event.ok() && events == 3) ++whole;
      }
    });
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(whole, kReaders * kReadsOfEach);
}

TEST_F(ANodeInThisProcess, HandsOutTheEventsOfAGroup) {
  ASSERT_TRUE(
      client_->CreateGroup({.id = kWorkers, .settings = {.start = GroupStart::Start()}}).ok());
  const auto consumer = client_->Consume(kWorkers);
  ASSERT_TRUE(consumer.ok()) << consumer.status();
  ASSERT_TRUE(Append(0, 5).ok());
  for (std::uint64_t revision = 0; revision < 5; ++revision) {
    const auto event = (*consumer)->Next(absl::Now() + absl::Seconds(20));
    ASSERT_TRUE(event.ok() && event->has_value()) << event.status();
  }
}

TEST_F(ANodeInThisProcess, ThatHasStoppedIsUnavailable) {
  ASSERT_TRUE(Append(0, 1).ok());
  node_->Stop(absl::ZeroDuration());
  EXPECT_EQ(node_->InProcessChannel(), nullptr);
  EXPECT_TRUE(absl::IsUnavailable(Append(1, 1).status()));
}

TEST(AClientInThisProcess, TakesNoEndpointBesideIt) {
  ClientOptions options;
  options.make_channel = []() -> std::shared_ptr<grpc::Channel> { return nullptr; };
  options.tls = false;
  ASSERT_TRUE(Validate(options).ok());
  options.endpoints = {{"127.0.0.1", 2113}};
  EXPECT_TRUE(absl::IsInvalidArgument(Validate(options)));
  options.endpoints.clear();
  options.tls = true;
  EXPECT_TRUE(absl::IsInvalidArgument(Validate(options)));
}

}  // namespace
}  // namespace eventstoredb
