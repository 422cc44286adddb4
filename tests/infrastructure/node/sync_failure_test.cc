#include <atomic>
#include <string>
#include <vector>

#include <sqlite3.h>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "eventstoredb/node/embedded_event_store.h"
#include "tests/support/event_store_testing.h"
#include "tests/support/fault_vfs.h"
#include "tests/support/temp_directory.h"

// A sync or a write that fails is final: nobody is told more than is known, and nothing is answered
// from then on.
namespace eventstoredb {
namespace {

using namespace testing_support;  // NOLINT: the words of these tests.

constexpr std::uint64_t kAppends = 12;

class SyncFailure : public testing::Test {
 protected:
  struct Run {
    std::uint64_t answered = 0;  ///< Appends that were confirmed.
    absl::Status refusal;        ///< Of the first one that was not.
    int fatal = 0;
    bool opened = false;
  };

  EmbeddedEventStoreOptions Options(const FaultDisk& disk) {
    EmbeddedEventStoreOptions options;
    options.directory = directory_.path() + "/store";
    options.vfs = disk.vfs();
    options.witness_sync_interval = absl::ZeroDuration();
    options.wal_pages_idle_max = 20;
    options.wal_pages_busy_max = 20;
    return options;
  }

  static std::vector<ProposedEvent> Group(std::uint64_t n) { return EventRange(10 * n + 1, 3); }

  template <typename Inject>
  Run AppendUntilItFails(FaultDisk& disk, const Inject& inject) {
    Run run;
    std::atomic<int> fatal{0};
    EmbeddedEventStoreOptions options = Options(disk);
    options.on_fatal = [&](const absl::Status&) { ++fatal; };
    {
      auto store = EmbeddedEventStore::Open(options);
      if (!store.ok()) return run;
      run.opened = true;
      inject();
      for (std::uint64_t n = 0; n < kAppends; ++n) {
        const auto answer = Append(**store, "s", ExpectedRevision::Any(), Group(n));
        if (!answer.ok()) {
          run.refusal = answer.status();
          // Nothing is promised any more; what is there can still be read.
          EXPECT_TRUE(absl::IsUnavailable(
              Append(**store, "t", ExpectedRevision::Any(), Events({9'999})).status()));
          EXPECT_EQ((*store)->KnownHead("s"), std::nullopt);
          break;
        }
        ++run.answered;
      }
      disk.FailSync(0, 0);
      disk.FailWrite(0, 0);
    }
    run.fatal = fatal;
    return run;
  }

  // After a restart every confirmed group is there, and the one in doubt whole or not at all.
  void ExpectWholeGroups(FaultDisk& disk, const Run& run, PowerCut cut, std::uint64_t seed) {
    disk.CutPower(cut, seed);
    auto store = EmbeddedEventStore::Open(Options(disk));
    ASSERT_TRUE(store.ok()) << store.status();
    const ReadResult read = ReadStream(**store, "s");
    const std::size_t events = read.events.size();
    EXPECT_EQ(events % 3, 0U);
    EXPECT_GE(events / 3, run.answered);
    EXPECT_LE(events / 3, run.answered + 1);
    for (std::size_t i = 0; i < events; ++i)
      EXPECT_EQ(read.events[i].id, Id(10 * (i / 3) + i % 3 + 1));
    if (run.answered < kAppends) {
      const auto repeat = Append(**store, "s", ExpectedRevision::Any(), Group(run.answered));
      ASSERT_TRUE(repeat.ok()) << repeat.status();
      EXPECT_EQ(repeat->revision, 3 * run.answered + 2);
    }
    EXPECT_TRUE((*store)->Verify(absl::InfiniteFuture()).ok());
  }

  TempDirectory directory_{"/dev/shm"};
};

TEST_F(SyncFailure, OfAnySyncIsAnsweredAsUnknownAndIsFatal) {
  int failures = 0;
  for (std::uint64_t n = 1; n <= 40; ++n) {
    for (const PowerCut cut : {PowerCut::kDropAll, PowerCut::kKeepAll}) {
      SCOPED_TRACE(absl::StrCat("sync ", n));
      FaultDisk disk;
      const Run run = AppendUntilItFails(disk, [&] { disk.FailSync(n, SQLITE_IOERR_FSYNC); });
      ASSERT_TRUE(run.opened);
      if (!run.refusal.ok()) {
        ++failures;
        EXPECT_TRUE(absl::IsUnavailable(run.refusal)) << run.refusal;
        EXPECT_EQ(run.fatal, 1);
      }
      ExpectWholeGroups(disk, run, cut, n);
    }
  }
  EXPECT_GT(failures, 40) << "the sweep did not reach the syncs of appends";
}

TEST_F(SyncFailure, OfAnyWriteIsAnsweredAsUnknownAndIsFatal) {
  int failures = 0;
  for (std::uint64_t n = 1; n <= 150; ++n) {
    SCOPED_TRACE(absl::StrCat("write ", n));
    FaultDisk disk;
    const Run run = AppendUntilItFails(disk, [&] { disk.FailWrite(n, SQLITE_IOERR_WRITE); });
    ASSERT_TRUE(run.opened);
    if (!run.refusal.ok()) {
      ++failures;
      EXPECT_TRUE(absl::IsUnavailable(run.refusal)) << run.refusal;
      EXPECT_EQ(run.fatal, 1);
    }
    ExpectWholeGroups(disk, run, PowerCut::kTear, n);
  }
  EXPECT_GT(failures, 50);
}

TEST_F(SyncFailure, WhileOpeningIsAnErrorOfOpening) {
  int refused = 0;
  for (std::uint64_t n = 1; n <= 10; ++n) {
    FaultDisk disk;
    disk.FailSync(n, SQLITE_IOERR_FSYNC);
    const auto store = EmbeddedEventStore::Open(Options(disk));
    if (store.ok()) continue;
    ++refused;
    EXPECT_TRUE(absl::IsUnavailable(store.status())) << store.status();
  }
  EXPECT_GT(refused, 3);
}

TEST_F(SyncFailure, EveryoneInTheGroupAndInTheQueueIsToldThatItIsUnknown) {
  FaultDisk disk;
  std::atomic<int> fatal{0};
  EmbeddedEventStoreOptions options = Options(disk);
  options.on_fatal = [&](const absl::Status&) { ++fatal; };
  std::atomic<int> unknown{0};
  std::atomic<int> answered{0};
  {
    auto store = EmbeddedEventStore::Open(options);
    ASSERT_TRUE(store.ok()) << store.status();
    disk.FailSync(1, SQLITE_IOERR_FSYNC);
    for (std::uint64_t n = 0; n < 200; ++n) {
      AppendRequest request;
      request.stream = absl::StrCat("s", n % 3);
      request.events = Group(n);
      (*store)->StartAppend(request, [&](const absl::StatusOr<AppendResult>& answer) {
        ++answered;
        if (!answer.ok()) {
          EXPECT_TRUE(absl::IsUnavailable(answer.status())) << answer.status();
          ++unknown;
        }
      });
    }
  }
  EXPECT_EQ(answered, 200);
  EXPECT_EQ(unknown, 200);
  EXPECT_EQ(fatal, 1);
}

}  // namespace
}  // namespace eventstoredb
