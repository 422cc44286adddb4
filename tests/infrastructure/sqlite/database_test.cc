#include "infrastructure/sqlite/database.h"

#include <string>

#include <sqlite3.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infrastructure/sqlite/status.h"
#include "infrastructure/sqlite/transaction.h"
#include "tests/support/fault_vfs.h"

namespace sqlite {
namespace {

using eventstoredb::testing_support::FaultDisk;
using testing::HasSubstr;

class DatabaseTest : public testing::Test {
 protected:
  std::unique_ptr<Database> Open(OpenMode mode = OpenMode::kReadWriteCreate) {
    auto database = Database::Open({.path = "test.db", .mode = mode, .vfs = disk_.vfs()});
    EXPECT_TRUE(database.ok()) << database.status();
    return database.ok() ? *std::move(database) : nullptr;
  }
  std::unique_ptr<Database> GivenATable() {
    auto database = Open();
    EXPECT_TRUE(database
                    ->Execute("PRAGMA journal_mode=WAL;CREATE TABLE t(a INTEGER PRIMARY KEY, b "
                              "UNIQUE)")
                    .ok());
    return database;
  }

  FaultDisk disk_;
};

TEST(SqliteStatus, SaysToTheCallerWhatToDoAndKeepsTheCode) {
  const auto code = [](int extended) { return ToStatus(extended, "t").code(); };
  EXPECT_TRUE(ToStatus(SQLITE_OK, "t").ok());
  EXPECT_EQ(code(SQLITE_FULL), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(code(SQLITE_NOMEM), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(code(SQLITE_CORRUPT_INDEX), absl::StatusCode::kDataLoss);
  EXPECT_EQ(code(SQLITE_NOTADB), absl::StatusCode::kDataLoss);
  EXPECT_EQ(code(SQLITE_IOERR_READ), absl::StatusCode::kDataLoss);
  EXPECT_EQ(code(SQLITE_IOERR_DATA), absl::StatusCode::kDataLoss);
  EXPECT_EQ(code(SQLITE_IOERR_WRITE), absl::StatusCode::kUnavailable);
  EXPECT_EQ(code(SQLITE_IOERR_FSYNC), absl::StatusCode::kUnavailable);
  EXPECT_EQ(code(SQLITE_BUSY_SNAPSHOT), absl::StatusCode::kUnavailable);
  EXPECT_EQ(code(SQLITE_READONLY), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(code(SQLITE_CANTOPEN), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(code(SQLITE_TOOBIG), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(SQLITE_INTERRUPT), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(code(SQLITE_CONSTRAINT_UNIQUE), absl::StatusCode::kInternal);
  const absl::Status status = ToStatus(SQLITE_IOERR_FSYNC, "commit");
  EXPECT_EQ(GetSqliteCode(status), SQLITE_IOERR_FSYNC);
  EXPECT_THAT(std::string(status.message()), HasSubstr(absl::StrCat(SQLITE_IOERR_FSYNC)));
  EXPECT_EQ(GetSqliteCode(absl::UnavailableError("other")), std::nullopt);
}

TEST_F(DatabaseTest, EveryTypeComesBack) {
  const auto database = GivenATable();
  ASSERT_TRUE(database->Execute("CREATE TABLE v(i, d, t, b, n, e)").ok());
  auto insert = database->Prepare("INSERT INTO v VALUES(?,?,?,?,?,?)");
  ASSERT_TRUE(insert.ok());
  const std::string blob("\0\xFF", 2);
  insert->BindInt64(1, INT64_MIN).BindDouble(2, 0.5).BindText(3, "text").BindBlob(4, blob);
  insert->BindNull(5).BindBlob(6, {});
  ASSERT_TRUE(insert->Run().ok());
  auto select = database->Prepare("SELECT * FROM v");
  ASSERT_TRUE(*select->Step());
  EXPECT_EQ(select->ColumnInt64(0), INT64_MIN);
  EXPECT_EQ(select->ColumnDouble(1), 0.5);
  EXPECT_EQ(select->ColumnText(2), "text");
  EXPECT_EQ(select->ColumnBlob(3), blob);
  EXPECT_TRUE(select->ColumnIsNull(4));
  EXPECT_FALSE(select->ColumnIsNull(5)) << "an empty blob is not NULL";
  EXPECT_EQ(select->column_count(), 6);
  EXPECT_FALSE(*select->Step());
}

TEST_F(DatabaseTest, AStatementIsUsedAgainAfterRunAndAfterAnError) {
  const auto database = GivenATable();
  auto insert = database->PrepareCached("INSERT INTO t(b) VALUES(?)");
  ASSERT_TRUE(insert.ok());
  EXPECT_TRUE((*insert)->BindInt64(1, 1).Run().ok());
  const absl::Status twice = (*insert)->BindInt64(1, 1).Run();
  EXPECT_EQ(GetSqliteCode(twice), SQLITE_CONSTRAINT_UNIQUE) << twice;
  EXPECT_TRUE((*insert)->BindInt64(1, 2).Run().ok());
  EXPECT_EQ(*database->PrepareCached("INSERT INTO t(b) VALUES(?)"), *insert);
  EXPECT_EQ(*database->QueryInt64("SELECT count(*) FROM t"), 2);
}

TEST_F(DatabaseTest, AWrongBindIsAnsweredByTheNextStep) {
  const auto database = GivenATable();
  auto select = database->Prepare("SELECT 1");
  EXPECT_FALSE(select->BindInt64(9, 1).Step().ok());
  EXPECT_TRUE(*select->Step()) << "said once";
}

TEST_F(DatabaseTest, SyntaxErrorsAreOurBug) {
  const auto database = Open();
  EXPECT_TRUE(absl::IsInternal(database->Execute("SELEC 1")));
  EXPECT_TRUE(absl::IsInternal(database->Prepare("SELEC 1").status()));
  EXPECT_TRUE(absl::IsNotFound(database->QueryInt64("SELECT 1 WHERE 0").status()));
}

TEST_F(DatabaseTest, ATransactionIsRolledBackUnlessCommitted) {
  const auto database = GivenATable();
  {
    auto transaction = Transaction::Begin(*database, TransactionKind::kWrite);
    ASSERT_TRUE(transaction.ok());
    ASSERT_TRUE(database->Execute("INSERT INTO t(b) VALUES(1)").ok());
    EXPECT_TRUE(database->in_transaction());
  }
  EXPECT_FALSE(database->in_transaction());
  EXPECT_EQ(*database->QueryInt64("SELECT count(*) FROM t"), 0);
  auto transaction = Transaction::Begin(*database, TransactionKind::kWrite);
  ASSERT_TRUE(database->Execute("INSERT INTO t(b) VALUES(1)").ok());
  EXPECT_TRUE(transaction->Commit().ok());
  EXPECT_TRUE(absl::IsInternal(transaction->Commit()));
  EXPECT_EQ(*database->QueryInt64("SELECT count(*) FROM t"), 1);
}

TEST_F(DatabaseTest, AReaderSeesOneStateAndMayNotWrite) {
  const auto writer = GivenATable();
  const auto reader = Open(OpenMode::kQueryOnly);
  auto transaction = Transaction::Begin(*reader, TransactionKind::kRead);
  EXPECT_EQ(*reader->QueryInt64("SELECT count(*) FROM t"), 0);
  ASSERT_TRUE(writer->Execute("INSERT INTO t(b) VALUES(1)").ok());
  EXPECT_EQ(*reader->QueryInt64("SELECT count(*) FROM t"), 0);
  transaction->Rollback();
  EXPECT_EQ(*reader->QueryInt64("SELECT count(*) FROM t"), 1);
  EXPECT_TRUE(absl::IsPermissionDenied(reader->Execute("INSERT INTO t(b) VALUES(2)")));
}

TEST_F(DatabaseTest, ASecondWriterIsUnavailableAfterTheBusyTimeout) {
  const auto first = GivenATable();
  auto second = Database::Open(
      {.path = "test.db", .vfs = disk_.vfs(), .busy_timeout = absl::Milliseconds(5)});
  ASSERT_TRUE(second.ok());
  auto transaction = Transaction::Begin(*first, TransactionKind::kWrite);
  ASSERT_TRUE(transaction.ok());
  EXPECT_TRUE(absl::IsUnavailable(Transaction::Begin(**second, TransactionKind::kWrite).status()));
}

TEST_F(DatabaseTest, AQueryThatRunsPastItsDeadlineIsInterrupted) {
  const auto database = Open();
  constexpr char kEndless[] =
      "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT count(*) FROM c";
  database->SetDeadline(absl::Now() + absl::Milliseconds(10));
  EXPECT_TRUE(absl::IsDeadlineExceeded(database->QueryInt64(kEndless).status()));
  EXPECT_TRUE(absl::IsDeadlineExceeded(database->QueryInt64(kEndless).status()));
  database->SetDeadline(absl::InfiniteFuture());
  EXPECT_EQ(*database->QueryInt64("SELECT 7"), 7);
}

TEST_F(DatabaseTest, OnlyTheOwnerCheckpointsAndItCountsThePages) {
  auto writer = Database::Open(
      {.path = "test.db", .vfs = disk_.vfs(), .checkpoint_pages = 0, .checkpoint_on_close = false});
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE((*writer)->Execute("PRAGMA journal_mode=WAL;CREATE TABLE t(a)").ok());
  const int before = (*writer)->wal_pages();
  EXPECT_GT(before, 0);
  ASSERT_TRUE((*writer)->Execute("INSERT INTO t VALUES(1)").ok());
  EXPECT_GT((*writer)->wal_pages(), before);
  { EXPECT_EQ(*Open(OpenMode::kQueryOnly)->QueryInt64("SELECT a FROM t"), 1); }
  EXPECT_FALSE(disk_.GetFile("test.db-wal").empty());
  const auto moved = (*writer)->Checkpoint(CheckpointMode::kTruncate);
  ASSERT_TRUE(moved.ok()) << moved.status();
  EXPECT_TRUE(disk_.GetFile("test.db-wal").empty());
}

TEST_F(DatabaseTest, AnAutomaticCheckpointKeepsTheWalShort) {
  auto writer = Database::Open({.path = "test.db", .vfs = disk_.vfs(), .checkpoint_pages = 10});
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE((*writer)->Execute("PRAGMA journal_mode=WAL;CREATE TABLE t(a)").ok());
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE((*writer)->Execute("INSERT INTO t VALUES(zeroblob(1000))").ok());
  }
  EXPECT_LT(disk_.GetFile("test.db-wal").size(), 40U * 4120U);
}

TEST_F(DatabaseTest, MissingFilesAndFoldersAreNamed) {
  const auto missing = Database::Open({.path = "/no/such/folder/test.db"});
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr("/no/such/folder/test.db"));
  EXPECT_FALSE(
      Database::Open({.path = "none.db", .mode = OpenMode::kReadWrite, .vfs = disk_.vfs()}).ok());
}

TEST_F(DatabaseTest, AFailedSyncIsUnavailable) {
  const auto database = GivenATable();
  ASSERT_TRUE(database->Execute("PRAGMA synchronous=FULL").ok());
  disk_.FailSync(1, SQLITE_IOERR_FSYNC);
  const absl::Status failed = database->Execute("INSERT INTO t(b) VALUES(1)");
  EXPECT_TRUE(absl::IsUnavailable(failed)) << failed;
  disk_.FailWrite(1, SQLITE_FULL);
  const absl::Status full = database->Execute("INSERT INTO t(b) VALUES(1)");
  EXPECT_TRUE(absl::IsResourceExhausted(full)) << full;
}

}  // namespace
}  // namespace sqlite
