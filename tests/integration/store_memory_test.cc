// What the event store (`orderd store`, the real program) holds of the machine's memory while its
// clients do their worst. Numbered as the catalogue of faults (F).
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <sys/resource.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "tests/infrastructure/node/grpc/node_testing.h"
#include "tests/infrastructure/node/grpc/raw_socket.h"
#include "tests/support/orderd_process.h"
#include "tests/support/proc_number.h"

namespace orders::testing_support {
namespace {

namespace node = eventstoredb::testing_support;
namespace streams = event_store::client::streams;

constexpr int kEventsPerAppend = 10;
constexpr std::size_t kEventBytes = 100'000;
// More than the store keeps of recent events (64 MiB): from then on it has what it ever needs.
constexpr int kAppendsToWarmUp = 80;
// MB. An unbounded store would hold of it several times what the bounds below allow.
constexpr int kAppends = 150;
constexpr int kFlood = 5'000;

/// On a connection of its own, as another program would be.
std::shared_ptr<grpc::Channel> NewConnection(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

/// A call of Read whose messages are taken when the test likes.
class Reader {
 public:
  Reader(const std::shared_ptr<grpc::Channel>& channel, const streams::ReadReq& request)
      : stub_(streams::Streams::NewStub(channel)) {
    node::SetPatience(context_, absl::Minutes(4));
    call_ = stub_->Read(&context_, request);
  }
  ~Reader() {
    context_.TryCancel();
    if (!has_ended_) (void)call_->Finish();
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// False: the call has ended.
  bool Take(streams::ReadResp& message) { return call_->Read(&message); }
  bool IsConfirmed() {
    streams::ReadResp message;
    return Take(message) && message.has_confirmation();
  }
  /// The revision of the next event; other messages do not count.
  std::uint64_t TakeEvent() {
    streams::ReadResp message;
    while (Take(message)) {
      if (message.has_event()) return message.event().event().stream_revision();
    }
    ADD_FAILURE() << "the call has ended: " << End().error_message();
    return UINT64_MAX;
  }
  /// Only after its last message: what it ended with.
  grpc::Status End() {
    has_ended_ = true;
    return call_->Finish();
  }

 private:
  std::unique_ptr<streams::Streams::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<streams::ReadResp>> call_;
  bool has_ended_ = false;
};

class TheStoresMemory : public ::testing::Test {
 protected:
  void SetUp() override {
    // A socket for each client here, and one in the store, which inherits the limit.
    rlimit files{};
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &files), 0);
    files.rlim_cur = files.rlim_max;
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &files), 0);
    ASSERT_GE(files.rlim_cur, kFlood + 500U) << "raise the limit of open files: ulimit -Hn";
    auto started = OrderdProcess::Start({.store_alone = true, .data = scratch_.Path("data")});
    ASSERT_TRUE(started.ok()) << started.status();
    process_ = *std::move(started);
    stub_ = streams::Streams::NewStub(NewConnection(address()));
  }

  const std::string& address() const { return process_->address(); }
  std::uint16_t port() const {
    int number = 0;
    EXPECT_TRUE(absl::SimpleAtoi(address().substr(address().rfind(':') + 1), &number));
    return static_cast<std::uint16_t>(number);
  }
  std::int64_t ResidentMib() const { return ResidentKib(process_->pid()) / 1'024; }
  /// Of the store, its sockets among them.
  std::int64_t OpenFiles() const {
    const std::filesystem::directory_iterator files(absl::StrCat("/proc/", process_->pid(), "/fd"));
    return std::distance(begin(files), end(files));
  }

  grpc::Status Append(const std::string& stream, int events, std::size_t bytes) {
    grpc::ClientContext context;
    node::SetPatience(context);
    streams::AppendResp response;
    const auto call = stub_->Append(&context, &response);
    call->Write(node::Options(stream));
    const std::string data(bytes, 'x');
    for (int i = 0; i < events; ++i) call->Write(node::Event(node::IdText(next_id_++), data));
    call->WritesDone();
    return call->Finish();
  }
  bool AppendMegabyte() { return Append("s", kEventsPerAppend, kEventBytes).ok(); }

  /// Fills what the store keeps of recent events, and what a reader needs.
  void WarmUp() {
    for (int i = 0; i < kAppendsToWarmUp; ++i) ASSERT_TRUE(AppendMegabyte());
    Reader reader(NewConnection(address()), node::ReadStreamFromStart("s", UINT64_MAX));
    for (int i = 0; i < kAppendsToWarmUp * kEventsPerAppend; ++i) reader.TakeEvent();
  }

  const ScratchFolder scratch_;
  std::unique_ptr<OrderdProcess> process_;
  std::unique_ptr<streams::Streams::Stub> stub_;
  std::uint64_t next_id_ = 1;
};

TEST_F(TheStoresMemory, F44_StaysFlatUnderASlowSubscriberThatGetsAllInOrder) {
  // Twice the most that was seen of allocator and caches (31 MiB), and half of
  // what the subscriber has not taken.
  constexpr std::int64_t kGrowthMibMax = 64;
  ASSERT_NO_FATAL_FAILURE(WarmUp());
  Reader subscriber(NewConnection(address()), node::SubscribeToStream("s"));
  ASSERT_TRUE(subscriber.IsConfirmed());
  const std::int64_t before = ResidentMib();

  // When it takes one event while ten are written
  std::uint64_t expected = 0;
  std::int64_t highest = before;
  for (int i = 0; i < kAppends; ++i) {
    ASSERT_TRUE(AppendMegabyte());
    ASSERT_EQ(subscriber.TakeEvent(), expected++);
    highest = std::max(highest, ResidentMib());
  }

  // Then what it has not taken waits on the disk, and none of it is missing
  EXPECT_LT(highest - before, kGrowthMibMax);
  while (expected < (kAppendsToWarmUp + kAppends) * kEventsPerAppend) {
    ASSERT_EQ(subscriber.TakeEvent(), expected++);
  }
}

TEST_F(TheStoresMemory, F45_StaysFlatUnderSubscribersThatTakeNothing) {
  constexpr int kSubscribers = 20;
  // A few of each: two pages of 256 KiB, what gRPC has on its way, and their copies.
  constexpr std::int64_t kGrowthMibMax = 64;
  ASSERT_NO_FATAL_FAILURE(WarmUp());
  const std::int64_t before = ResidentMib();
  std::vector<std::unique_ptr<Reader>> subscribers;
  for (int i = 0; i < kSubscribers; ++i) {
    subscribers.push_back(
        std::make_unique<Reader>(NewConnection(address()), node::SubscribeToStream("s")));
    ASSERT_TRUE(subscribers.back()->IsConfirmed());
  }

  std::int64_t highest = before;
  for (int i = 0; i < kAppends; ++i) {
    ASSERT_TRUE(AppendMegabyte());
    highest = std::max(highest, ResidentMib());
  }

  EXPECT_LT(highest - before, kGrowthMibMax);
}

TEST_F(TheStoresMemory, F52_IsBoundedUnderFiveThousandConnectionsAndGivenToTheNextOnes) {
  constexpr std::int64_t kResidentMibMax = 192;
  constexpr std::int64_t kGrowthOfAnotherFloodMibMax = 32;
  const std::string hello("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33);
  std::int64_t after_first = 0;
  for (int wave = 0; wave < 3; ++wave) {
    std::vector<std::unique_ptr<node::RawSocket>> sockets;
    int served = 0;
    for (int i = 0; i < kFlood; ++i) {
      sockets.push_back(std::make_unique<node::RawSocket>(port()));
      // Each tenth never says what it speaks.
      if (i % 10 == 9) continue;
      ASSERT_TRUE(sockets.back()->Send(hello));
      if (!sockets.back()->ReceiveSome().empty()) ++served;
    }
    EXPECT_EQ(served, kFlood / 10 * 9);
    EXPECT_TRUE(Append("s", 1, 100).ok());
    EXPECT_LT(ResidentMib(), kResidentMibMax);
    if (wave == 0) after_first = ResidentMib();
    // Those that are still closing would count with the next.
    sockets.clear();
    ASSERT_TRUE(node::Eventually([this] { return OpenFiles() < kFlood / 10; }));
  }
  EXPECT_LT(ResidentMib() - after_first, kGrowthOfAnotherFloodMibMax);
}

TEST_F(TheStoresMemory, F52_IsBoundedUnderFiveThousandSubscriptionsOfWhichAThousandAreTaken) {
  constexpr int kConnections = 50;
  constexpr int kTaken = 1'000;
  constexpr std::int64_t kGrowthMibMax = 96;
  ASSERT_TRUE(Append("s", 1, 100).ok());
  const std::int64_t before = ResidentMib();
  std::vector<std::shared_ptr<grpc::Channel>> connections;
  for (int i = 0; i < kConnections; ++i) connections.push_back(NewConnection(address()));

  std::vector<std::unique_ptr<Reader>> taken;
  for (int i = 0; i < kFlood; ++i) {
    auto subscriber =
        std::make_unique<Reader>(connections[i % kConnections], node::SubscribeToStream("s"));
    if (subscriber->IsConfirmed()) {
      taken.push_back(std::move(subscriber));
    } else {
      ASSERT_EQ(subscriber->End().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    }
  }

  EXPECT_EQ(taken.size(), kTaken);
  EXPECT_LT(ResidentMib() - before, kGrowthMibMax);
  ASSERT_TRUE(Append("s", 1, 100).ok());
  for (const auto& subscriber : taken) {
    EXPECT_EQ(subscriber->TakeEvent(), 0U);
    EXPECT_EQ(subscriber->TakeEvent(), 1U);
  }
}

}  // namespace
}  // namespace orders::testing_support
