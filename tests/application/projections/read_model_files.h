#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "gtest/gtest.h"

#include "infrastructure/sqlite/database.h"
#include "tests/support/memory_order_log.h"
#include "tests/support/order_histories.h"
#include "tests/support/read_side.h"
#include "tests/support/temp_directory.h"

namespace orders::testing_support {

/// A log of a few orders, and a folder for their read models, whose files a test may look at and
/// spoil.
class ReadModelFiles : public testing::Test {
 protected:
  ReadModelFiles() { log_.Append(histories_.Next(800)); }

  ReadSide::Options Options() {
    ReadSide::Options options{.directory = directory_.path()};
    options.host.build_events_max = 50;
    options.host.feed.chunk_items_max = 20;
    options.host.retired_grace = absl::ZeroDuration();
    return options;
  }
  /// Names of the databases in the folder.
  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
      if (entry.path().extension() == ".db") files.push_back(entry.path().filename().string());
    }
    return files;
  }
  void Change(const std::string& file, const std::string& sql) {
    auto database = *sqlite::Database::Open({.path = directory_.path() + "/" + file});
    ASSERT_TRUE(database->Execute(sql).ok());
  }
  static void WaitFor(const std::function<bool()>& condition) {
    const absl::Time until = absl::Now() + absl::Seconds(60);
    while (!condition()) {
      ASSERT_LT(absl::Now(), until);
      absl::SleepFor(absl::Milliseconds(1));
    }
  }

  /// Appends events all the time, until its end; at most `burst` of them after each Allow, so that
  /// on a slow machine too a reader can catch up.
  class Writer {
   public:
    explicit Writer(ReadModelFiles& files)
        : files_(files), allowed_(files.log_.size()), thread_([this] { Run(); }) {}
    ~Writer() { Stop(); }
    void Stop() {
      stop_ = true;
      if (thread_.joinable()) thread_.join();
    }
    void Allow(std::size_t burst) { allowed_ = files_.log_.size() + burst; }

   private:
    void Run() {
      while (!stop_) {
        if (files_.log_.size() < allowed_) files_.log_.Append(files_.histories_.Next(20));
        absl::SleepFor(absl::Milliseconds(1));
      }
    }

    ReadModelFiles& files_;
    std::atomic<bool> stop_ = false;
    std::atomic<std::size_t> allowed_;
    std::thread thread_;
  };
  static constexpr std::size_t kBurst = 500;

  const eventstoredb::testing_support::TempDirectory directory_;
  MemoryOrderLog log_;
  OrderHistories histories_{29, 8, 6};
};

}  // namespace orders::testing_support
