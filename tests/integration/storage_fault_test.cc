// Disks that fill up, lie, lose or change bytes: stopped with a reason rather than answered
// wrongly.
#include <csignal>
#include <filesystem>
#include <memory>
#include <ostream>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/service_test.h"
#include "tests/integration/shopper.h"

namespace orders::testing_support {
namespace {

using ::testing::HasSubstr;
using Code = grpc::StatusCode;

class StorageFault : public ::testing::Test {
 protected:
  std::string data() const { return scratch_.Path("data"); }
  std::string log() const { return data() + "/events.db"; }

  void Start(const OrderdOptions& options) {
    auto started = OrderdProcess::Start(options);
    ASSERT_TRUE(started.ok()) << started.status();
    process_ = *std::move(started);
  }
  void Start() { Start({.data = data()}); }

  /// Orders "order-0" to "order-(count - 1)", with a note that is easily found in a file.
  void StoreOrders(int count) {
    OrdersClient client(process_->address());
    for (int i = 0; i < count; ++i) {
      v1::CreateOrderRequest create =
          CreateRequest(absl::StrCat("order-", i), absl::StrCat("r-", i));
      create.set_note(absl::StrCat("findable-note-of-", i, "-end"));
      const CommandAnswer created = client.Send(create);
      ASSERT_TRUE(created.ok()) << Describe(created.status);
    }
  }

  const ScratchFolder scratch_;
  std::unique_ptr<OrderdProcess> process_;
};

// --- Bytes that changed on the disk.

TEST_F(StorageFault, AFlippedByteInAnEventIsNeverServed) {
  ASSERT_NO_FATAL_FAILURE(Start());
  ASSERT_NO_FATAL_FAILURE(StoreOrders(50));
  ASSERT_EQ(process_->Stop().exit_code, 0);
  // The read models must not hide it: they are made from the log again.
  std::filesystem::remove_all(data() + "/views");
  std::string bytes = ReadWholeFile(log());
  const std::size_t at = bytes.find("findable-note-of-7-end");
  ASSERT_NE(at, std::string::npos);
  bytes[at] = static_cast<char>(bytes[at] ^ 0x01);
  WriteWholeFile(log(), bytes);

  auto started = OrderdProcess::Start({.data = data()});
  if (!started.ok()) {
    // Refusing to start is as good.
    EXPECT_THAT(std::string(started.status().message()), HasSubstr("exit code 65"));
    return;
  }
  process_ = *std::move(started);
  OrdersClient client(process_->address(), absl::Seconds(5));
  const auto history = client.ReadHistory("order-7");
  EXPECT_EQ(history.code(), Code::DATA_LOSS) << Describe(history.status);
  const CommandAnswer note = client.Send(NoteRequest("order-7", "new"));
  EXPECT_EQ(note.code(), Code::DATA_LOSS) << Describe(note.status);
  // Whoever asks for what is beyond it does not hear that the order never was, nor a changed text.
  const auto newest = client.ReadHistory("order-49");
  ASSERT_TRUE(newest.ok()) << Describe(newest.status);
  const auto read = client.GetOrder("order-7", newest.response[0].position_token());
  EXPECT_FALSE(read.ok()) << read.response.DebugString();
  EXPECT_NE(read.code(), Code::NOT_FOUND) << "an order that exists was denied";
  // Lists hold what there was, and say that it is not all.
  const auto listed = client.Send(v1::ListOrdersRequest());
  ASSERT_TRUE(listed.ok()) << Describe(listed.status);
  EXPECT_EQ(listed.response.freshness().state(), v1::Freshness::STOPPED);
  EXPECT_GT(listed.response.freshness().lag_events(), 0U);
  v1::ListOrdersRequest all;
  all.mutable_options()->set_min_position(newest.response[0].position_token());
  ExpectError(client.Send(all).status, Code::UNAVAILABLE, "VIEW_STOPPED");
  const ProcessEnd table =
      RunToEnd({ORDERCTL_BINARY, "--server", process_->address(), "list"}, absl::Seconds(60));
  EXPECT_EQ(table.exit_code, 0) << table.err;
  EXPECT_THAT(table.err, HasSubstr("orderctl: warning: the read model has stopped"));
  // Orders in other pages of the file go on.
  const auto other = client.ReadHistory("order-40");
  ASSERT_TRUE(other.ok()) << Describe(other.status);
  EXPECT_THAT(other.response[0].data_json(), HasSubstr("findable-note-of-40-end"));
  const CommandAnswer created = client.Send(CreateRequest("after-the-flip"));
  EXPECT_TRUE(created.ok()) << Describe(created.status);
}

TEST_F(StorageFault, RandomFlipsInTheLogAreNoticedOrHarmless) {
  ASSERT_NO_FATAL_FAILURE(Start());
  ASSERT_NO_FATAL_FAILURE(StoreOrders(30));
  std::vector<std::string> intact;
  {
    OrdersClient client(process_->address());
    for (int i = 0; i < 30; ++i) {
      const auto history = client.ReadHistory(absl::StrCat("order-", i));
      ASSERT_TRUE(history.ok());
      intact.push_back(history.response.at(0).SerializeAsString());
    }
  }
  ASSERT_EQ(process_->Stop().exit_code, 0);
  std::filesystem::remove_all(data() + "/views");
  const std::string bytes = ReadWholeFile(log());
  const std::string witness = ReadWholeFile(data() + "/head.witness");
  const std::uint32_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937 random(seed);
  int noticed = 0;
  for (int flip = 0; flip < 25; ++flip) {
    const std::size_t at = random() % bytes.size();
    const auto bit = static_cast<unsigned>(random() % 8);
    SCOPED_TRACE(absl::StrCat("byte ", at, " bit ", bit));
    std::string changed = bytes;
    changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ (1U << bit));
    for (const char* file : {"/events.db-wal", "/events.db-shm", "/views"}) {
      std::filesystem::remove_all(data() + file);
    }
    WriteWholeFile(log(), changed);
    WriteWholeFile(data() + "/head.witness", witness);
    auto started = OrderdProcess::Start({.data = data()});
    if (!started.ok()) {
      ++noticed;
      EXPECT_THAT(std::string(started.status().message()),
                  ::testing::ContainsRegex("exit code (65|78)"));
      continue;
    }
    OrdersClient client((*started)->address(), absl::Seconds(10));
    for (int i = 0; i < 30; ++i) {
      const auto history = client.ReadHistory(absl::StrCat("order-", i));
      if (!history.ok()) {
        ++noticed;
        EXPECT_EQ(history.code(), Code::DATA_LOSS) << i << ": " << Describe(history.status);
        continue;
      }
      ASSERT_EQ(history.response.size(), 1U) << i;
      EXPECT_EQ(history.response[0].SerializeAsString(), intact[static_cast<std::size_t>(i)])
          << "changed bytes were served";
    }
  }
  std::printf("%d refusals by flips\n", noticed);
}

class LostTail : public StorageFault {
 protected:
  /// Acknowledged orders in the write-ahead log alone, and a service that was killed.
  void StoreAndKill() {
    ASSERT_NO_FATAL_FAILURE(Start());
    ASSERT_NO_FATAL_FAILURE(StoreOrders(20));
    process_->KillNow();
    ASSERT_TRUE(std::filesystem::exists(log() + "-wal")) << "nothing is left to be lost";
    ASSERT_GT(std::filesystem::file_size(log() + "-wal"), 0U);
  }
  void ExpectRefusal() {
    const ProcessEnd end = RunOrderd(ServeArguments(data()));
    EXPECT_EQ(end.exit_code, 65) << end.err;
    // Where it ends, and where it should.
    EXPECT_THAT(end.err, ::testing::ContainsRegex("position [0-9]+"));
    EXPECT_THAT(end.err, HasSubstr(data()));
    // And again: nothing was repaired behind the operator's back.
    EXPECT_EQ(RunOrderd(ServeArguments(data())).exit_code, 65);
  }
};

TEST_F(LostTail, AWriteAheadLogThatIsGoneAfterAKillIsNoticed) {
  ASSERT_NO_FATAL_FAILURE(StoreAndKill());
  std::filesystem::remove(log() + "-wal");
  std::filesystem::remove(log() + "-shm");
  ExpectRefusal();
}

TEST_F(LostTail, AWriteAheadLogCutShortAfterAKillIsNoticed) {
  ASSERT_NO_FATAL_FAILURE(StoreAndKill());
  std::filesystem::resize_file(log() + "-wal", std::filesystem::file_size(log() + "-wal") / 2);
  ExpectRefusal();
}

TEST_F(LostTail, AFlippedByteInTheWriteAheadLogIsNoticed) {
  ASSERT_NO_FATAL_FAILURE(StoreAndKill());
  std::string bytes = ReadWholeFile(log() + "-wal");
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x10);
  WriteWholeFile(log() + "-wal", bytes);
  ExpectRefusal();
}

TEST_F(LostTail, AnOlderCopyOfTheLogIsNoticed) {
  ASSERT_NO_FATAL_FAILURE(Start());
  ASSERT_NO_FATAL_FAILURE(StoreOrders(5));
  ASSERT_EQ(process_->Stop().exit_code, 0);
  const std::string older = ReadWholeFile(log());
  ASSERT_NO_FATAL_FAILURE(Start());
  {
    OrdersClient client(process_->address());
    ASSERT_TRUE(client.Send(CreateRequest("newer")).ok());
  }
  ASSERT_EQ(process_->Stop().exit_code, 0);
  WriteWholeFile(log(), older);
  ExpectRefusal();
}

TEST_F(LostTail, AnEmptyLogBesideItsWitnessIsNoticed) {
  ASSERT_NO_FATAL_FAILURE(StoreAndKill());
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(log() + end);
  const ProcessEnd end = RunOrderd(ServeArguments(data()));
  EXPECT_EQ(end.exit_code, 65) << end.err;
}

TEST_F(LostTail, IsGoneOnWithoutOnlyByTheWordsOfTheRefusal) {
  ASSERT_NO_FATAL_FAILURE(Start());
  ASSERT_NO_FATAL_FAILURE(StoreOrders(5));
  ASSERT_EQ(process_->Stop().exit_code, 0);
  const std::string older = ReadWholeFile(log());
  ASSERT_NO_FATAL_FAILURE(Start());
  std::string lost_token;
  {
    OrdersClient client(process_->address());
    for (int i = 0; i < 3; ++i) {
      const CommandAnswer lost = client.Send(CreateRequest(absl::StrCat("lost-", i)));
      ASSERT_TRUE(lost.ok()) << Describe(lost.status);
      lost_token = lost.response.position_token();
    }
  }
  ASSERT_EQ(process_->Stop().exit_code, 0);
  WriteWholeFile(log(), older);

  const std::vector<std::string> serve = ServeArguments(data());
  const auto with = [&serve](const std::string& position) {
    std::vector<std::string> arguments = serve;
    arguments.insert(arguments.end(), {"--accept-truncation", position});
    return arguments;
  };
  const ProcessEnd refused = RunOrderd(serve);
  EXPECT_EQ(refused.exit_code, 65) << refused.err;
  // Five creates are positions 1 to 5, three more were acknowledged.
  EXPECT_THAT(refused.err, HasSubstr("ends at position 5 "));
  EXPECT_THAT(refused.err, HasSubstr("but position 8 "));
  EXPECT_THAT(refused.err,
              HasSubstr(absl::StrCat("orderd serve --data '", data(), "' --accept-truncation 5")));
  for (const char* wrong : {"4", "6", "8", "0"}) {
    const ProcessEnd end = RunOrderd(with(wrong));
    EXPECT_EQ(end.exit_code, 65) << wrong << ": " << end.err;
    EXPECT_THAT(end.err, HasSubstr("--accept-truncation 5")) << wrong;
  }
  EXPECT_TRUE(ReadWholeFile(log()) == older) << "a refused start changed the log";

  ASSERT_NO_FATAL_FAILURE(Start({.data = data(), .arguments = {"--accept-truncation", "5"}}));
  EXPECT_THAT(process_->err(), HasSubstr("the end of the log was given up"));
  {
    OrdersClient client(process_->address());
    ExpectError(client.GetOrder("order-0", lost_token).status, Code::FAILED_PRECONDITION,
                "STORE_CHANGED");
    ChangeWatch stale(client, "", lost_token);
    EXPECT_FALSE(stale.Next().has_value());
    ExpectError(stale.status(), Code::FAILED_PRECONDITION, "STORE_CHANGED");
    // Kept orders are there, lost ones are not, and their ids are free.
    const CommandAnswer created = client.Send(CreateRequest("lost-0", "again"));
    ASSERT_TRUE(created.ok()) << Describe(created.status);
    EXPECT_FALSE(created.response.replayed());
    const auto listed = client.ListAll("", created.response.position_token());
    ASSERT_TRUE(listed.ok()) << Describe(listed.status);
    EXPECT_EQ(listed.response.size(), 6U);
    const auto history = client.ReadHistory("order-4");
    EXPECT_TRUE(history.ok()) << Describe(history.status);
  }
  ASSERT_EQ(process_->Stop().exit_code, 0);

  // The lost positions, 6 to 8, are not handed out again.
  const ProcessEnd last =
      RunToEnd({"sqlite3", log(), "SELECT group_concat(position) FROM events"}, absl::Seconds(30));
  ASSERT_EQ(last.exit_code, 0) << last.err << " (this test needs sqlite3)";
  EXPECT_EQ(last.out, "1,2,3,4,5,9\n");
  // For one start: a log that is whole has nothing to accept.
  const ProcessEnd again = RunOrderd(with("9"));
  EXPECT_EQ(again.exit_code, 78) << again.err;
  EXPECT_THAT(again.err, HasSubstr("no truncation to accept"));
  ASSERT_NO_FATAL_FAILURE(Start());
}

TEST_F(StorageFault, ReadModelsThatAreDamagedAreMadeAgain) {
  ASSERT_NO_FATAL_FAILURE(Start());
  ASSERT_NO_FATAL_FAILURE(StoreOrders(20));
  ASSERT_EQ(process_->Stop().exit_code, 0);
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(data() + "/views")) {
    WriteWholeFile(entry.path(), std::string(5'000, 'x'));
    ++files;
  }
  ASSERT_GT(files, 0);
  ASSERT_NO_FATAL_FAILURE(Start());
  OrdersClient client(process_->address());
  const CommandAnswer last = client.Send(CreateRequest("last"));
  ASSERT_TRUE(last.ok()) << Describe(last.status);
  const auto listed = client.ListAll("", last.response.position_token());
  ASSERT_TRUE(listed.ok()) << Describe(listed.status);
  EXPECT_EQ(listed.response.size(), 21U);
}

// --- A disk that is full.

/// A small disk of its own, in memory.
class FullDisk : public StorageFault {
 protected:
  void SetUp() override {
    disk_ = scratch_.Path("disk");
    std::filesystem::create_directory(disk_);
    const ProcessEnd mounted =
        RunToEnd({"mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", disk_}, absl::Seconds(30));
    ASSERT_EQ(mounted.exit_code, 0)
        << "this test needs the right to mount a tmpfs: " << mounted.err;
    mounted_ = true;
  }
  void TearDown() override {
    process_.reset();
    if (!mounted_) return;
    EXPECT_EQ(RunToEnd({"umount", disk_}, absl::Seconds(30)).exit_code, 0);
  }

  void StartOnDisk(const std::string& reserve) {
    Start({.data = disk_ + "/data",
           .arguments = {"--free-space-min", reserve, "--free-space-min-percent", "0"}});
  }
  void FillUp() {
    // As far as it goes: the last write fails.
    RunToEnd({"dd", "if=/dev/zero", "of=" + disk_ + "/ballast", "bs=64k"}, absl::Seconds(60));
    RunToEnd({"dd", "if=/dev/zero", "of=" + disk_ + "/ballast2", "bs=1k"}, absl::Seconds(60));
  }
  void FreeUp() const {
    std::filesystem::remove(disk_ + "/ballast");
    std::filesystem::remove(disk_ + "/ballast2");
  }
  /// Sends creates with large notes until one is refused; the ids that were acknowledged.
  std::vector<std::string> FillWithOrders(OrdersClient& client, CommandAnswer& refusal) {
    std::vector<std::string> made;
    for (int i = 0; i < 20'000; ++i) {
      v1::CreateOrderRequest create =
          CreateRequest(absl::StrCat("fill-", i), absl::StrCat("fill-r-", i));
      create.set_note(std::string(4'000, 'n'));
      refusal = client.Send(create);
      if (!refusal.ok()) break;
      made.push_back(create.order_id());
    }
    return made;
  }
  void ExpectFullThenRecovery(const std::vector<std::string>& made, OrdersClient& client) {
    // Questions go on.
    const auto history = client.ReadHistory(made.front());
    EXPECT_TRUE(history.ok()) << Describe(history.status);
    ASSERT_TRUE(process_->IsRunning()) << process_->err();

    FreeUp();
    CommandAnswer recovered;
    for (int i = 0; i < 300; ++i) {
      recovered = client.Send(CreateRequest("recovered", "recovered-r"));
      if (recovered.ok()) break;
      EXPECT_EQ(recovered.code(), Code::RESOURCE_EXHAUSTED) << Describe(recovered.status);
      absl::SleepFor(absl::Milliseconds(100));
    }
    ASSERT_TRUE(recovered.ok()) << "no recovery: " << Describe(recovered.status);
    EXPECT_FALSE(recovered.response.replayed()) << "a refused command was recorded";
    for (const std::string& id : made) {
      const auto kept = client.ReadHistory(id);
      ASSERT_TRUE(kept.ok()) << id << ": " << Describe(kept.status);
      ASSERT_EQ(kept.response.size(), 1U) << id;
    }
  }

  std::string disk_;
  bool mounted_ = false;
};

TEST_F(FullDisk, BelowTheReserveCommandsAreRefusedAndQuestionsGoOn) {
  ASSERT_NO_FATAL_FAILURE(StartOnDisk("16MiB"));
  OrdersClient client(process_->address());
  CommandAnswer first = client.Send(CreateRequest("before"));
  ASSERT_TRUE(first.ok()) << Describe(first.status);
  // Leaves about 8 MiB: below the reserve, and room enough to write if one wanted to.
  ASSERT_EQ(RunToEnd({"dd", "if=/dev/zero", "of=" + disk_ + "/ballast", "bs=1M", "count=36"},
                     absl::Seconds(60))
                .exit_code,
            0);
  CommandAnswer refusal;
  std::vector<std::string> made = FillWithOrders(client, refusal);
  ExpectError(refusal.status, Code::RESOURCE_EXHAUSTED, "STORE_FULL");
  EXPECT_TRUE(refusal.details().retry_after.has_value());
  made.emplace_back("before");
  ExpectFullThenRecovery(made, client);
}

TEST_F(FullDisk, WithoutAReserveAFullDiskIsNoLossEither) {
  ASSERT_NO_FATAL_FAILURE(StartOnDisk("0B"));
  OrdersClient client(process_->address());
  ASSERT_TRUE(client.Send(CreateRequest("before")).ok());
  FillUp();
  CommandAnswer refusal;
  std::vector<std::string> made = FillWithOrders(client, refusal);
  ExpectError(refusal.status, Code::RESOURCE_EXHAUSTED, "STORE_FULL");
  made.emplace_back("before");
  ExpectFullThenRecovery(made, client);
}

TEST_F(FullDisk, AStartOnAFullDiskSaysSoAndWorksWhenThereIsRoom) {
  FillUp();
  const ProcessEnd end =
      RunOrderd({"serve", "--data", disk_ + "/data", "--grpc-listen", "127.0.0.1:0",
                 "--free-space-min", "0B", "--free-space-min-percent", "0"});
  EXPECT_TRUE(end.exit_code == 74 || end.exit_code == 73) << end.exit_code << " " << end.err;
  EXPECT_THAT(end.err, HasSubstr(disk_));
  FreeUp();
  ASSERT_NO_FATAL_FAILURE(StartOnDisk("0B"));
  OrdersClient client(process_->address());
  EXPECT_TRUE(client.Send(CreateRequest("after")).ok());
}

TEST_F(FullDisk, ThatIsReadOnlyIsRefusedAndServedAgainWhenItIsNot) {
  ASSERT_NO_FATAL_FAILURE(StartOnDisk("0B"));
  {
    OrdersClient client(process_->address());
    ASSERT_TRUE(client.Send(CreateRequest("before")).ok());
  }
  ASSERT_EQ(process_->Stop().exit_code, 0);
  ASSERT_EQ(RunToEnd({"mount", "-o", "remount,ro", disk_}, absl::Seconds(30)).exit_code, 0);
  for (const char* folder : {"/data", "/new"}) {
    const ProcessEnd end = RunOrderd({"serve", "--data", disk_ + folder, "--grpc-listen",
                                      "127.0.0.1:0", "--free-space-min", "0B"});
    EXPECT_TRUE(end.exit_code == 77 || end.exit_code == 73) << end.exit_code << " " << end.err;
    EXPECT_THAT(end.err, HasSubstr(disk_ + folder));
  }
  ASSERT_EQ(RunToEnd({"mount", "-o", "remount,rw", disk_}, absl::Seconds(30)).exit_code, 0);
  ASSERT_NO_FATAL_FAILURE(StartOnDisk("0B"));
  OrdersClient client(process_->address());
  EXPECT_TRUE(client.ReadHistory("before").ok());
  EXPECT_TRUE(client.Send(CreateRequest("after")).ok());
}

// --- A sync that fails.

struct SyncFault {
  int nth;           ///< Counted from when the service was ready.
  const char* then;  ///< "": once. "+": from then on.
};
void PrintTo(const SyncFault& fault, std::ostream* out) { *out << fault.nth << fault.then; }

class FailedSync : public StorageFault, public ::testing::WithParamInterface<SyncFault> {};

TEST_P(FailedSync, EndsTheServiceWithCode74AndEveryRequestHasOneEffect) {
  ASSERT_NO_FATAL_FAILURE(Start());
  ProcessEnd tracer_end;
  std::thread tracer([&, pid = process_->pid()] {
    tracer_end = RunToEnd(
        {"strace", "-f", "-qq", "-p", absl::StrCat(pid), "-o", "/dev/null", "-e",
         "trace=fdatasync,fsync", "-e",
         absl::StrCat("inject=fdatasync,fsync:error=EIO:when=", GetParam().nth, GetParam().then)},
        absl::Seconds(120));
  });
  std::vector<std::unique_ptr<Shopper>> shoppers;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    shoppers.push_back(std::make_unique<Shopper>(i, 77U + static_cast<std::uint32_t>(i),
                                                 std::vector<std::string>{"shared-1", "shared-2"}));
  }
  for (auto& shopper : shoppers) {
    threads.emplace_back([this, &shopper] {
      OrdersClient client(process_->address());
      shopper->RunUntilCutOff(client);
    });
  }
  const ProcessEnd end = process_->WaitForEnd(absl::Seconds(60));
  for (std::thread& thread : threads) thread.join();
  tracer.join();
  EXPECT_TRUE(end.ended) << "a failed sync did not end the service; strace (needed here) said: "
                         << tracer_end.err;
  EXPECT_EQ(end.exit_code, 74) << "signal " << end.signal << " " << end.err;

  ASSERT_NO_FATAL_FAILURE(Start());
  OrdersClient client(process_->address());
  for (auto& shopper : shoppers) {
    EXPECT_TRUE(shopper->FinishPending(client));
    shopper->ExpectSameAnswers(client, shopper->acknowledged().size());
  }
  // One effect for each request, wherever it is.
  std::set<std::string> ids = {"shared-1", "shared-2"};
  for (auto& shopper : shoppers) {
    ids.insert(shopper->order_ids().begin(), shopper->order_ids().end());
  }
  for (const std::string& id : ids) {
    const auto history = client.ReadHistory(id);
    if (history.code() == Code::NOT_FOUND) continue;
    ASSERT_TRUE(history.ok()) << Describe(history.status);
    std::set<std::string> closed;
    for (std::size_t i = 0; i < history.response.size(); ++i) {
      ASSERT_EQ(history.response[i].revision(), i) << id;
      const std::string& request = history.response[i].request_id();
      if (i > 0 && history.response[i - 1].request_id() != request) {
        ASSERT_TRUE(closed.insert(history.response[i - 1].request_id()).second) << id;
      }
      ASSERT_FALSE(closed.contains(request)) << id << ": " << request << " was done twice";
    }
  }
}

// strace counts for each thread: the log's writer syncs its groups, the witness and checkpoints.
INSTANTIATE_TEST_SUITE_P(AtTheNthCall, FailedSync,
                         ::testing::Values(SyncFault{1, ""}, SyncFault{2, ""}, SyncFault{10, ""},
                                           SyncFault{1, "+"}, SyncFault{50, "+"}));

}  // namespace
}  // namespace orders::testing_support
