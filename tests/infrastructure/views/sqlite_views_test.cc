#include "infrastructure/views/sqlite_views.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "infrastructure/sqlite/database.h"
#include "infrastructure/views/view_directory.h"
#include "tests/support/memory_order_log.h"
#include "tests/support/order_histories.h"
#include "tests/support/read_side.h"
#include "tests/support/temp_directory.h"

namespace orders::infrastructure {
namespace {

using application::ProjectionState;
using application::Severity;
using eventstoredb::testing_support::TempDirectory;
using testing_support::MemoryOrderLog;
using testing_support::OrderHistories;
using testing_support::ReadSide;

namespace fs = std::filesystem;

ReadSide::Options In(const TempDirectory& directory, const std::string& boot_id = "boot-1") {
  ReadSide::Options options{.directory = directory.path(), .boot_id = boot_id};
  options.host.build_events_max = 40;
  options.host.feed.chunk_items_max = 20;
  return options;
}

class SqliteViewsTest : public testing::Test {
 protected:
  SqliteViewsTest() { log_.Append(histories_.Next(600)); }

  void Fill() {
    ReadSide side(log_, In(directory_));
    side.Start();
    ASSERT_TRUE(side.WaitUntilCurrent());
  }
  // As a crash leaves it: files copied while they are written.
  void CrashInto(const TempDirectory& crashed) {
    ReadSide side(log_, In(directory_));
    side.Start();
    while (side.StatusOf("orders").batches < 5) std::this_thread::yield();
    CopyFiles(crashed);
    side.Stop();
  }
  void CopyFiles(const TempDirectory& to) {
    for (const auto& entry : fs::directory_iterator(directory_.path())) {
      fs::copy(entry.path(), fs::path(to.path()) / entry.path().filename());
    }
  }
  // Catches up and compares; answers what was warned of.
  std::vector<std::string> Recover(const ReadSide::Options& options) {
    ReadSide side(log_, options);
    side.Start();
    EXPECT_TRUE(side.WaitUntilCurrent());
    EXPECT_EQ(side.Difference(log_.Events()), "");
    applied_ = side.StatusOf("orders").events_applied;
    return side.telemetry().Lines(Severity::kWarning);
  }
  std::string OrdersFile() const { return directory_.path() + "/orders-v3-g1.db"; }

  const TempDirectory directory_;
  MemoryOrderLog log_;
  OrderHistories histories_{17, 8, 6};
  std::uint64_t applied_ = 0;
};

TEST_F(SqliteViewsTest, ClosedCleanlyTheyGoOnAlsoAfterAnotherBoot) {
  Fill();
  log_.Append(histories_.Next(50));
  EXPECT_THAT(Recover(In(directory_, "boot-2")), testing::IsEmpty());
  EXPECT_LT(applied_, 100U);
}

TEST_F(SqliteViewsTest, AfterACrashOfTheProcessTheyGoOnWhereTheyWere) {
  pid_t child = fork();
  if (child == 0) {
    ReadSide side(log_, In(directory_));
    side.Start();
    side.WaitUntilCurrent();
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_THAT(Recover(In(directory_)), testing::IsEmpty());
  EXPECT_LT(applied_, log_.size());
}

TEST_F(SqliteViewsTest, KilledAtAnyMomentNothingIsAppliedTwiceOrLost) {
  for (int round = 0; round < 15; ++round) {
    log_.Append(histories_.Next(150));
    const pid_t child = fork();
    if (child == 0) {
      ReadSide side(log_, In(directory_));
      side.Start();
      absl::SleepFor(absl::Milliseconds(3 * (round % 6)));
      kill(getpid(), SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
  }
  EXPECT_THAT(Recover(In(directory_)), testing::IsEmpty());
}

TEST_F(SqliteViewsTest, NotClosedCleanlyAndAnotherBootTheyAreBuiltAnew) {
  pid_t child = fork();
  if (child == 0) {
    ReadSide side(log_, In(directory_));
    side.Start();
    side.WaitUntilCurrent();
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_THAT(
      Recover(In(directory_, "boot-2")),
      testing::AllOf(testing::SizeIs(4), testing::Each(testing::HasSubstr("machine went down"))));
  EXPECT_EQ(applied_, log_.size());
}

TEST_F(SqliteViewsTest, OfAnotherStoreTheyAreBuiltAnewWithAWarning) {
  Fill();
  MemoryOrderLog other({"0aaaaaaa-0000-4000-8000-000000000002", 1});
  OrderHistories histories(99, 3, 3);
  other.Append(histories.Next(100));
  ReadSide side(other, In(directory_));
  EXPECT_THAT(side.telemetry().Lines(Severity::kWarning),
              testing::Each(testing::HasSubstr("belongs to store")));
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  EXPECT_EQ(side.Difference(other.Events()), "");
}

TEST_F(SqliteViewsTest, OfALaterVersionTheyAreBuiltAnewWithAWarning) {
  Fill();
  {
    auto database = *sqlite::Database::Open({.path = OrdersFile()});
    ASSERT_TRUE(database->Execute("PRAGMA user_version=9;").ok());
  }
  EXPECT_THAT(Recover(In(directory_)),
              testing::ElementsAre(testing::HasSubstr("it is of version 9")));
}

TEST_F(SqliteViewsTest, CutShortAtManyLengthsTheyAreBuiltAnewOrRefusedNeverWrong) {
  Fill();
  const auto size = fs::file_size(OrdersFile());
  for (std::uintmax_t length = 0; length < size; length += size / 9) {
    fs::resize_file(OrdersFile(), length);
    ReadSide side(log_, In(directory_));
    side.Start();
    if (side.WaitUntilCurrent() && side.Difference(log_.Events()) == "") continue;
    // Found damaged only when it was read: built anew by the next start.
    side.Stop();
    log_.Append(histories_.Next(200));
    ReadSide next(log_, In(directory_));
    next.Start();
    if (!next.WaitUntilCurrent()) {
      next.Stop();
      Recover(In(directory_));
    }
  }
}

TEST_F(SqliteViewsTest, GarbageInPlaceOfTheFileIsDeletedWithAWarning) {
  Fill();
  std::ofstream(OrdersFile()) << std::string(10'000, 'x');
  EXPECT_THAT(Recover(In(directory_)), testing::ElementsAre(testing::HasSubstr("deleted")));
}

TEST_F(SqliteViewsTest, WithoutNamesThatCanBeReadTheyAreBuiltAnew) {
  Fill();
  std::ofstream(directory_.path() + "/views.json") << "{\"orders\": \"?\"";
  EXPECT_THAT(Recover(In(directory_)), testing::IsEmpty());
  EXPECT_EQ(applied_, log_.size());
  EXPECT_FALSE(fs::exists(OrdersFile())) << "what nobody names is deleted";
}

TEST_F(SqliteViewsTest, OfAnOlderVersionTheyServeUntilTheirSuccessorIsBuilt) {
  Fill();
  {
    auto database = *sqlite::Database::Open({.path = OrdersFile()});
    ASSERT_TRUE(database->Execute("PRAGMA user_version=1;").ok());
  }
  const domain::OrderId id = log_.Events().front().order_id;
  ReadSide side(log_, In(directory_));
  EXPECT_THAT(side.telemetry().Lines(Severity::kWarning),
              testing::ElementsAre(testing::HasSubstr("of an older version")));
  // Before anything runs.
  EXPECT_TRUE(side.queries().GetOrder({}, id).ok());
  EXPECT_EQ(side.orders_gate().Current().position, log_.last_position());
  EXPECT_EQ(side.orders_gate().Current().state, application::ViewState::kFilling);
  EXPECT_TRUE(absl::IsUnavailable(side.queries().GetOrder({}, {"o-none"}).status()))
      << "what it lacks may exist";
  EXPECT_TRUE(
      absl::IsUnavailable(side.queries().ListOrders({}, {.filter = "work = TO_SHIP"}).status()))
      << "its rows have no work lists";

  log_.Append(histories_.Next(50));
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  EXPECT_EQ(side.Difference(log_.Events()), "");
  EXPECT_TRUE(absl::IsNotFound(side.queries().GetOrder({}, {"o-none"}).status()));
  EXPECT_TRUE(side.queries().ListOrders({}, {.filter = "work = TO_SHIP"}).ok());
}

TEST_F(SqliteViewsTest, ADamagedRowStopsTheProjectionAndIsBuiltAnewByTheNextStart) {
  Fill();
  const domain::OrderId id = log_.Events().front().order_id;
  {
    auto database = *sqlite::Database::Open({.path = OrdersFile()});
    ASSERT_TRUE(
        database->Execute("UPDATE orders SET doc=zeroblob(100) WHERE order_id='" + id.value + "';")
            .ok());
  }
  const std::uint64_t revision = [&] {
    std::uint64_t last = 0;
    for (const auto& event : log_.Events()) {
      if (event.order_id == id) last = event.revision;
    }
    return last;
  }();
  {
    ReadSide side(log_, In(directory_));
    EXPECT_TRUE(absl::IsDataLoss(side.queries().GetOrder({}, id).status()));
    log_.Append({.order_id = id,
                 .revision = revision + 1,
                 .event = domain::NoteSet{"x"},
                 .metadata = {.time = absl::FromUnixSeconds(1'800'000'000)}});
    side.Start();
    EXPECT_TRUE(absl::IsDataLoss(side.WaitUntilStopped("orders")));
  }
  EXPECT_THAT(Recover(In(directory_)), testing::ElementsAre(testing::HasSubstr("found damaged")));
}

TEST_F(SqliteViewsTest, ATemporaryFolderGoesWhenTheyClose) {
  std::string directory;
  {
    ReadSide side(log_, {});
    side.Start();
    ASSERT_TRUE(side.WaitUntilCurrent());
    directory = side.views().directory();
    EXPECT_TRUE(fs::exists(directory + "/orders-v3-g1.db"));
  }
  EXPECT_FALSE(fs::exists(directory));
}

TEST_F(SqliteViewsTest, TheFileSaysWhatItIsToAnyoneWithSqlite) {
  Fill();
  auto database =
      *sqlite::Database::Open({.path = OrdersFile(), .mode = sqlite::OpenMode::kQueryOnly});
  EXPECT_EQ(*database->QueryInt64("SELECT clean FROM meta"), 1);
  EXPECT_EQ(*database->QueryInt64("SELECT building FROM meta"), 0);
  EXPECT_EQ(*database->QueryText("SELECT store_id FROM meta"), log_.identity().id);
  EXPECT_EQ(*database->QueryInt64("SELECT commit_position FROM checkpoint"),
            static_cast<std::int64_t>(log_.last_position().commit));
  EXPECT_EQ(*database->QueryText("PRAGMA integrity_check"), "ok");
}

TEST_F(SqliteViewsTest, TheSkusOfADraftFollowItsLines) {
  MemoryOrderLog log;
  auto append = [&, revision = std::uint64_t{0}](domain::OrderEvent event) mutable {
    log.Append({.order_id = {"o1"},
                .revision = revision++,
                .event = std::move(event),
                .metadata = {.time = absl::FromUnixSeconds(1'700'000'000)}});
  };
  const auto line = [](int id, const char* sku) {
    return domain::Line{.id = {id}, .sku = {sku}, .quantity = 1};
  };
  append(domain::OrderCreated{.order_id = {"o1"},
                              .customer_id = {"c"},
                              .currency = *domain::Currency::Parse("EUR"),
                              .lines = {line(1, "a"), line(2, "a"), line(3, "b")}});
  ReadSide side(log, {});
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  const auto found = [&](const std::string& sku) {
    return side.queries().ListOrders({}, {.filter = "sku = " + sku})->orders.size();
  };
  EXPECT_EQ(found("a"), 1U);
  append(domain::ItemRemoved{{3}});
  append(domain::ItemRemoved{{1}});
  append(domain::ItemAdded{line(4, "c"), 1});
  ASSERT_TRUE(side.WaitUntilCurrent());
  EXPECT_EQ(found("a"), 1U);
  EXPECT_EQ(found("b"), 0U);
  EXPECT_EQ(found("c"), 1U);
  append(domain::ItemRemoved{{2}});
  ASSERT_TRUE(side.WaitUntilCurrent());
  EXPECT_EQ(found("a"), 0U);
}

TEST_F(SqliteViewsTest, AListThatWalksEverythingIsInterruptedAtItsDeadline) {
  ReadSide side(log_, {});
  // Millions of rows, without indexes to help.
  auto database = *sqlite::Database::Open({.path = side.views().directory() + "/orders-v3-g1.db"});
  ASSERT_TRUE(database
                  ->Execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE "
                            "i<2000000) INSERT INTO orders SELECT i,'o'||i,'c',1,0,0,0,1,0,'EUR',i,"
                            "1,0,i,i,x'' FROM n;")
                  .ok());
  const auto page = side.queries().ListOrders({.deadline = absl::Now() + absl::Milliseconds(20)},
                                              {.filter = "currency = USD"});
  EXPECT_TRUE(absl::IsDeadlineExceeded(page.status())) << page.status();
  // Its connection serves the next one.
  EXPECT_TRUE(side.queries().ListOrders({}, {.page_size = 1, .order_by = "order_id"}).ok());
}

TEST_F(SqliteViewsTest, AListWaitsForAFreeConnectionNoLongerThanItsDeadline) {
  ReaderPool pool(OrdersFile(), 1, 1'024);
  Fill();
  const auto taken = pool.Take(absl::InfiniteFuture());
  ASSERT_TRUE(taken.ok()) << taken.status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(pool.Take(absl::Now() + absl::Milliseconds(1)).status()));
}

TEST(ViewDirectory, WhatIsNamedIsReadBackAndNoNameIsGivenTwice) {
  const TempDirectory directory;
  ViewDirectory views(directory.path());
  EXPECT_EQ(views.NamesOf("orders"), ViewFileNames{});
  EXPECT_EQ(views.NewName("orders", 2), "orders-v2-g1.db");
  ASSERT_TRUE(views.Name("orders", {.live = "orders-v2-g7.db", .beside = "orders-v3-g8.db"}).ok());
  ASSERT_TRUE(views.Name("customers", {.live = "customers-v2-g1.db"}).ok());
  const ViewDirectory again(directory.path());
  EXPECT_EQ(again.NamesOf("orders"), views.NamesOf("orders"));
  EXPECT_EQ(again.NamesOf("customers"), views.NamesOf("customers"));
  EXPECT_EQ(again.NewName("orders", 3), "orders-v3-g9.db");
  std::ofstream(directory.path() + "/orders-v3-g12.db-wal") << "left by somebody";
  EXPECT_EQ(again.NewName("orders", 3), "orders-v3-g13.db");
}

TEST(ViewDirectory, ReadsWhatEarlierVersionsWrote) {
  const TempDirectory directory;
  std::ofstream(directory.path() + "/views.json") << "{\"orders\": 4}";
  EXPECT_EQ(ViewDirectory(directory.path()).NamesOf("orders").live, "orders-v1-g4.db");
}

TEST(ViewDirectory, ANameThatCannotBeWrittenIsNotGiven) {
  ViewDirectory views("/nowhere/at/all");
  EXPECT_FALSE(views.Name("orders", {.live = "orders-v2-g1.db"}).ok());
  EXPECT_EQ(views.NamesOf("orders"), ViewFileNames{});
}

TEST(ViewDirectory, DeletesWhatIsNotNamedOfOneReadModel) {
  const TempDirectory directory;
  ViewDirectory views(directory.path());
  ASSERT_TRUE(views.Name("orders", {.live = "orders-v2-g2.db"}).ok());
  for (const char* const name : {"orders-v2-g1.db", "orders-v2-g1.db-wal", "orders-v2-g2.db",
                                 "orders-v2-g2.db-wal", "customers-v2-g1.db", "notes.txt"}) {
    std::ofstream(directory.path() + "/" + name) << "x";
  }
  views.DeleteOthers("orders");
  std::vector<std::string> left;
  for (const auto& entry : fs::directory_iterator(directory.path())) {
    left.push_back(entry.path().filename().string());
  }
  EXPECT_THAT(left,
              testing::UnorderedElementsAre("views.json", "orders-v2-g2.db", "orders-v2-g2.db-wal",
                                            "customers-v2-g1.db", "notes.txt"));
}

}  // namespace
}  // namespace orders::infrastructure
