#include <filesystem>
#include <fstream>
#include <string>

#include <sys/mount.h>

#include "absl/time/clock.h"
#include <gtest/gtest.h>

#include "eventstoredb/node/embedded_event_store.h"
#include "tests/support/event_store_testing.h"
#include "tests/support/temp_directory.h"

namespace eventstoredb {
namespace {

using namespace testing_support;  // NOLINT: the words of these tests.

// A small file system of its own.
class DiskFull : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(mount("tmpfs", directory_.path().c_str(), "tmpfs", 0, "size=6m"), 0)
        << "this test mounts a file system: run it as root";
  }
  void TearDown() override {
    store_.reset();
    EXPECT_EQ(umount(directory_.path().c_str()), 0);
  }
  void Open(std::uint64_t free_space_min_bytes) {
    EmbeddedEventStoreOptions options;
    options.directory = directory_.path() + "/store";
    options.free_space_min_bytes = free_space_min_bytes;
    options.free_space_min_percent = 0;
    options.on_fatal = [](const absl::Status& status) { ADD_FAILURE() << status; };
    store_.reset();
    auto opened = EmbeddedEventStore::Open(options);
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }
  absl::StatusOr<AppendResult> AppendLarge(std::uint64_t n) {
    ProposedEvent event = Event(n);
    event.data = std::string(50'000, 'x');
    return Append(*store_, "s", ExpectedRevision::Any(), {event});
  }
  // Appends until refused; answers how many were taken.
  std::uint64_t Fill(std::uint64_t first) {
    for (std::uint64_t i = 0; i < 1'000; ++i) {
      const auto answer = AppendLarge(first + i);
      if (answer.ok()) continue;
      EXPECT_EQ(answer.status().code(), absl::StatusCode::kResourceExhausted) << answer.status();
      EXPECT_GT(store_->Stats().appends_no_space, 0U);
      EXPECT_EQ(store_->Stats().appends_overloaded, 0U);
      return i;
    }
    ADD_FAILURE() << "the disk never became full";
    return 0;
  }

  TempDirectory directory_;
  std::unique_ptr<EmbeddedEventStore> store_;
};

TEST_F(DiskFull, RefusesAppendsServesReadsAndRecoversWhenSpaceReturns) {
  Open(0);
  const std::string ballast = directory_.path() + "/ballast";
  std::ofstream(ballast) << std::string(2'000'000, 'b');
  const std::uint64_t taken = Fill(1);
  EXPECT_GT(taken, 5U);
  const ReadResult read = ReadStream(*store_, "s");
  EXPECT_TRUE(read.status.ok()) << read.status;
  EXPECT_EQ(read.events.size(), taken) << "a refused append left a trace, or one is missing";
  EXPECT_FALSE(AppendLarge(10'000).ok());

  std::filesystem::remove(ballast);
  const auto recovered = AppendLarge(20'000);
  ASSERT_TRUE(recovered.ok()) << recovered.status();
  EXPECT_EQ(recovered->revision, taken);
  EXPECT_TRUE(store_->Verify(absl::InfiniteFuture()).ok());
  Open(0);
  EXPECT_EQ(ReadStream(*store_, "s").events.size(), taken + 1);
}

TEST_F(DiskFull, RefusesAppendsBeforeTheLastSpaceIsGone) {
  constexpr std::uint64_t kReserve = 3'000'000;
  Open(kReserve);
  const std::uint64_t taken = Fill(1);
  EXPECT_GT(taken, 5U);
  EXPECT_GT(std::filesystem::space(directory_.path()).available, kReserve - 500'000);
  EXPECT_EQ(ReadStream(*store_, "s").events.size(), taken);
}

}  // namespace
}  // namespace eventstoredb
