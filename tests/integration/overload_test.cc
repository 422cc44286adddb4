// More than the service takes: refused at once and whole, and nobody else pays for it.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/support/channel_arguments.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/service_test.h"
#include "tests/support/proc_number.h"

namespace orders::testing_support {
namespace {

using ::testing::IsEmpty;
using Code = grpc::StatusCode;

class Overload : public ::testing::Test {
 protected:
  void Start(const std::vector<std::string>& arguments) {
    auto started = OrderdProcess::Start({.data = scratch_.Path("data"), .arguments = arguments});
    ASSERT_TRUE(started.ok()) << started.status();
    process_ = *std::move(started);
  }
  void TearDown() override {
    process_.reset();
    if (tracer_.joinable()) tracer_.join();
  }

  /// From here on each sync of the disk takes a third of a second.
  void SlowDownSyncs() {
    tracer_ = std::thread([this, pid = process_->pid()] {
      tracer_end_ =
          RunToEnd({"strace", "-f", "-qq", "-p", absl::StrCat(pid), "-o", "/dev/null", "-e",
                    "trace=fdatasync,fsync", "-e", "inject=fdatasync,fsync:delay_enter=300000"},
                   absl::Seconds(240));
    });
    const auto is_traced = [this] {
      const std::string tasks = absl::StrCat("/proc/", process_->pid(), "/task");
      for (const auto& task : std::filesystem::directory_iterator(tasks)) {
        if (ProcNumber(task.path().string() + "/status", "TracerPid") == 0) return false;
      }
      return true;
    };
    for (int i = 0; i < 3'000 && !is_traced(); ++i) absl::SleepFor(absl::Milliseconds(10));
    ASSERT_TRUE(is_traced()) << "this test needs strace and the right to trace";
  }

  struct Outcome {
    int number = 0;
    CommandAnswer answer;
  };
  /// `send(client, i)` for each i below `count`, all at once; in the order of their answers.
  template <typename Send>
  std::vector<Outcome> SendAtOnce(int count, const Send& send) {
    constexpr int kCallsPerConnection = 64;
    std::vector<std::unique_ptr<OrdersClient>> clients;
    for (int i = 0; i < count; i += kCallsPerConnection) {
      clients.push_back(std::make_unique<OrdersClient>(process_->address(), absl::Seconds(60)));
    }
    absl::Mutex mutex;
    std::vector<Outcome> outcomes;
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) {
      threads.emplace_back([&, i] {
        CommandAnswer answer = send(*clients[static_cast<std::size_t>(i / kCallsPerConnection)], i);
        const absl::MutexLock lock(&mutex);
        outcomes.push_back({i, std::move(answer)});
      });
    }
    for (std::thread& thread : threads) thread.join();
    return outcomes;
  }

  /// The first answer of all was a refusal: it did not wait for those that were taken. Each other
  /// one is an answer or the same refusal.
  static void ExpectRefusedAtOnce(const std::vector<Outcome>& outcomes) {
    EXPECT_FALSE(outcomes.front().answer.ok()) << "the refusals waited";
    for (const Outcome& outcome : outcomes) {
      if (outcome.answer.ok()) continue;
      ExpectError(outcome.answer.status, Code::RESOURCE_EXHAUSTED, "OVERLOADED");
      EXPECT_TRUE(outcome.answer.details().retry_after.has_value());
    }
  }

  const ScratchFolder scratch_;
  std::unique_ptr<OrderdProcess> process_;
  std::thread tracer_;
  ProcessEnd tracer_end_;
};

TEST_F(Overload, OfOneOrderIsRefusedAtOnceAndNothingIsHalfDone) {
  ASSERT_NO_FATAL_FAILURE(Start({"--commands-per-order-max", "4"}));
  OrdersClient client(process_->address(), absl::Seconds(60));
  ASSERT_TRUE(client.Send(CreateRequest("busy", "create")).ok());
  ASSERT_NO_FATAL_FAILURE(SlowDownSyncs());
  const auto note = [](OrdersClient& by, int i) {
    return by.Send(NoteRequest("busy", absl::StrCat("note ", i), absl::StrCat("note-", i)));
  };
  const std::vector<Outcome> outcomes = SendAtOnce(64, note);
  ExpectRefusedAtOnce(outcomes);
  std::set<std::string> done = {"create"};
  int refused = -1;
  int accepted = -1;
  for (const Outcome& outcome : outcomes) {
    if (outcome.answer.ok()) {
      EXPECT_EQ(outcome.answer.response.events_recorded(), 1U);
      done.insert(absl::StrCat("note-", outcome.number));
      accepted = outcome.number;
    } else {
      refused = outcome.number;
    }
  }
  EXPECT_GE(done.size(), 5U) << "the four that may wait, and the create";
  ASSERT_GE(refused, 0);
  ASSERT_GE(accepted, 0);

  const auto history = client.ReadHistory("busy");
  ASSERT_TRUE(history.ok()) << Describe(history.status);
  std::set<std::string> stored;
  for (const v1::OrderHistoryEntry& entry : history.response) {
    EXPECT_TRUE(stored.insert(entry.request_id()).second) << "twice: " << entry.request_id();
  }
  EXPECT_EQ(stored, done);

  // And well again: what was refused is taken, what was done is known.
  const CommandAnswer again = note(client, refused);
  ASSERT_TRUE(again.ok()) << Describe(again.status);
  EXPECT_FALSE(again.response.replayed());
  const CommandAnswer repeated = note(client, accepted);
  ASSERT_TRUE(repeated.ok()) << Describe(repeated.status);
  EXPECT_TRUE(repeated.response.replayed());
}

TEST_F(Overload, OfAllOrdersIsRefusedAtOnceAndMemoryStaysBounded) {
  ASSERT_NO_FATAL_FAILURE(Start({"--commands-in-flight-max", "16"}));
  OrdersClient client(process_->address(), absl::Seconds(60));
  ASSERT_TRUE(client.Send(CreateRequest("before")).ok());
  ASSERT_NO_FATAL_FAILURE(SlowDownSyncs());
  const std::int64_t resident_before = ResidentKib(process_->pid());
  std::set<std::string> made;
  std::set<std::string> refused;
  for (int round = 0; round < 5; ++round) {
    const auto id = [round](int i) { return absl::StrCat("flood-", round, "-", i); };
    const std::vector<Outcome> outcomes = SendAtOnce(256, [&](OrdersClient& by, int i) {
      v1::CreateOrderRequest create = CreateRequest(id(i), "create");
      create.set_note(std::string(4'000, 'n'));
      return by.Send(create);
    });
    ExpectRefusedAtOnce(outcomes);
    for (const Outcome& outcome : outcomes) {
      (outcome.answer.ok() ? made : refused).insert(id(outcome.number));
    }
  }
  EXPECT_GE(made.size(), 5U * 16U);
  EXPECT_THAT(refused, ::testing::Not(IsEmpty()));
#ifdef ORDERS_THREAD_SANITIZER
  constexpr std::int64_t kGrowthKibMax =
      256 * 1024;  // Shadow memory is several times what is used.
#else
  constexpr std::int64_t kGrowthKibMax = 64 * 1024;
#endif
  EXPECT_LT(ResidentKib(process_->pid()) - resident_before, kGrowthKibMax);

  for (const std::string& order : made) {
    const auto history = client.ReadHistory(order);
    ASSERT_TRUE(history.ok()) << order << ": " << Describe(history.status);
    EXPECT_EQ(history.response.size(), 1U) << order;
  }
  for (const std::string& order : refused) {
    EXPECT_EQ(client.ReadHistory(order).code(), Code::NOT_FOUND) << order;
  }
  bool serving = false;
  EXPECT_TRUE(client.CheckHealth(serving).ok());
  EXPECT_TRUE(serving);
  EXPECT_TRUE(client.Send(CreateRequest(*refused.begin(), "create")).ok());
}

// --- Watches that nobody reads.

class StalledWatch : public Overload {
 protected:
  static constexpr int kNotes = 100;  // 4,000 bytes each: more than any window below.

  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(Start({"--watches-max", "1", "--watch-stall-max", "1s"}));
    client_ = std::make_unique<OrdersClient>(process_->address());
    const CommandAnswer created = client_->Send(CreateRequest("told"));
    ASSERT_TRUE(created.ok()) << Describe(created.status);
    start_ = created.response.position_token();
    for (int i = 0; i < kNotes; ++i) {
      ASSERT_TRUE(
          client_->Send(NoteRequest("told", absl::StrCat(i, std::string(3'900, 'n')))).ok());
    }
    // A window that does not grow, so that what is not read is not sent.
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    stub_ = v1::OrderQueries::NewStub(grpc::CreateCustomChannel(
        process_->address(), grpc::InsecureChannelCredentials(), arguments));
  }

  /// A watch of all since `start_`; its messages lie until they are read.
  std::unique_ptr<grpc::ClientReader<v1::WatchOrdersResponse>> Open(grpc::ClientContext& context) {
    v1::WatchOrdersRequest request;
    request.set_resume_token(start_);
    auto reader = stub_->WatchOrders(&context, request);
    reader->WaitForInitialMetadata();
    return reader;
  }
  /// Whether a further watch is taken; one that is not must be refused as documented.
  bool IsThereRoom() {
    ChangeWatch other(*client_, "", start_);
    if (other.Next().has_value()) return true;
    ExpectError(other.status(), Code::RESOURCE_EXHAUSTED, "OVERLOADED");
    return false;
  }
  /// Reads to the end: the revisions seen, and how it ended.
  static grpc::Status ReadRest(grpc::ClientReader<v1::WatchOrdersResponse>& reader,
                               std::vector<std::uint64_t>& revisions, std::string& resume_token) {
    v1::WatchOrdersResponse message;
    while (reader.Read(&message)) {
      if (!message.has_change()) {
        if (message.progress().caught_up()) break;
        continue;
      }
      revisions.push_back(message.change().revision());
      resume_token = message.change().position_token();
    }
    return reader.Finish();
  }

  std::unique_ptr<OrdersClient> client_;
  std::unique_ptr<v1::OrderQueries::Stub> stub_;
  std::string start_;
};

TEST_F(StalledWatch, IsEndedAndItsPlaceIsFreeAndNothingIsMissedAfterwards) {
  grpc::ClientContext context;
  const auto reader = Open(context);
  EXPECT_FALSE(IsThereRoom());
  bool is_free = false;
  for (int i = 0; i < 600 && !is_free; ++i) {
    absl::SleepFor(absl::Milliseconds(100));
    is_free = IsThereRoom();
  }
  ASSERT_TRUE(is_free) << "a watch that nobody reads holds its place";

  // What had been sent is still there; then the end, and the rest by its token.
  std::vector<std::uint64_t> revisions;
  std::string resume_token = start_;
  const grpc::Status ended = ReadRest(*reader, revisions, resume_token);
  EXPECT_FALSE(ended.ok());
  ASSERT_LT(revisions.size(), static_cast<std::size_t>(kNotes));
  // The one place may still be held by the watch that asked whether there is room.
  std::vector<v1::OrderHistoryEntry> rest;
  for (int i = 0; i < 100 && rest.empty(); ++i) {
    if (i > 0) absl::SleepFor(absl::Milliseconds(100));
    rest = ChangeWatch(*client_, "", resume_token).TakeUntilCaughtUp();
  }
  for (const v1::OrderHistoryEntry& change : rest) revisions.push_back(change.revision());
  ASSERT_EQ(revisions.size(), static_cast<std::size_t>(kNotes));
  for (std::size_t i = 0; i < revisions.size(); ++i) EXPECT_EQ(revisions[i], i + 1);
}

TEST_F(StalledWatch, HearsWhyWhenItReadsOn) {
  grpc::Status ended;
  // Read too early it is a slow watch, too late it is cut off: then once more.
  for (int attempt = 0; attempt < 5 && ended.error_code() != Code::ABORTED; ++attempt) {
    for (int i = 0; i < 600 && !IsThereRoom(); ++i) absl::SleepFor(absl::Milliseconds(100));
    absl::SleepFor(absl::Milliseconds(500));  // The watch that asked gives its place back.
    grpc::ClientContext context;
    const auto reader = Open(context);
    absl::SleepFor(absl::Seconds(3));
    v1::WatchOrdersResponse message;
    bool is_caught_up = false;
    while (!is_caught_up && reader->Read(&message)) is_caught_up = message.has_progress();
    if (is_caught_up) context.TryCancel();
    ended = reader->Finish();
  }
  ExpectError(ended, Code::ABORTED, "WATCH_STALLED");
}

}  // namespace
}  // namespace orders::testing_support
