#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstoredb/node/embedded_event_store.h"
#include "infrastructure/node/checked_vfs.h"
#include "infrastructure/sqlite/database.h"
#include "tests/support/event_store_testing.h"
#include "tests/support/temp_directory.h"

// What a store refuses to open, with the code that tells its caller how to end.
namespace eventstoredb {
namespace {

using namespace testing_support;  // NOLINT: the words of these tests.
using testing::HasSubstr;

class Opening : public testing::Test {
 protected:
  std::string StorePath() const { return directory_.path() + "/store"; }
  std::string LogPath() const { return StorePath() + "/events.db"; }

  absl::StatusOr<std::unique_ptr<EmbeddedEventStore>> Open(const std::string& directory) {
    EmbeddedEventStoreOptions options;
    options.directory = directory;
    options.free_space_min_bytes = 0;
    options.free_space_min_percent = 0;
    return EmbeddedEventStore::Open(options);
  }
  void GivenAStore() {
    const auto store = Open(StorePath());
    ASSERT_TRUE(store.ok()) << store.status();
    ASSERT_TRUE(Append(**store, "s", ExpectedRevision::Any(), Events({1})).ok());
  }
  static std::string Content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
  }

  TempDirectory directory_;
};

TEST_F(Opening, MakesAFolderAndFilesForTheOwnerAlone) {
  const auto store = Open(StorePath());
  ASSERT_TRUE(store.ok()) << store.status();
  ASSERT_TRUE(Append(**store, "s", ExpectedRevision::Any(), Events({1})).ok());
  struct stat found {};
  ASSERT_EQ(stat(StorePath().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0700U);
  for (const auto& entry : std::filesystem::directory_iterator(StorePath())) {
    ASSERT_EQ(stat(entry.path().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 07777, 0600U) << entry.path();
  }
}

TEST_F(Opening, AStoreThatAnotherProcessHoldsNamesIt) {
  int ready[2];
  int stop[2];
  ASSERT_EQ(pipe(ready), 0);
  ASSERT_EQ(pipe(stop), 0);
  const pid_t child = fork();
  if (child == 0) {
    char byte = 0;
    const auto store = Open(StorePath());
    byte = store.ok() ? 'y' : 'n';
    if (write(ready[1], &byte, 1) != 1 || read(stop[0], &byte, 1) != 1) _exit(1);
    _exit(0);  // Not closed: as if killed.
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  ASSERT_EQ(byte, 'y');
  const auto second = Open(StorePath());
  EXPECT_EQ(second.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(absl::StrCat("pid ", child, " ")));
  ASSERT_EQ(write(stop[1], "x", 1), 1);
  int status = 0;
  waitpid(child, &status, 0);
  const auto third = Open(StorePath());
  EXPECT_TRUE(third.ok()) << "a lock left behind holds nobody up: " << third.status();
  for (const int file : {ready[0], ready[1], stop[0], stop[1]}) close(file);
}

TEST_F(Opening, AStoreThatThisProcessHoldsIsRefusedToo) {
  const auto first = Open(StorePath());
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(Open(StorePath()).status().code(), absl::StatusCode::kAlreadyExists);
}

TEST_F(Opening, ANewerVersionIsLeftUntouched) {
  GivenAStore();
  {
    auto database = sqlite::Database::Open({.path = LogPath()});
    ASSERT_TRUE(database.ok());
    ASSERT_TRUE((*database)->Execute("PRAGMA user_version=999").ok());
  }
  const std::string before = Content(LogPath());
  const auto opened = Open(StorePath());
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kFailedPrecondition) << opened.status();
  EXPECT_THAT(std::string(opened.status().message()), HasSubstr("version 999"));
  EXPECT_EQ(Content(LogPath()), before);
}

class OpeningOlder : public Opening, public testing::WithParamInterface<int> {};

TEST_P(OpeningOlder, AVersionIsRaisedInTheFileItself) {
  GivenAStore();
  const auto version = [&] {
    constexpr std::size_t kUserVersionOffset = 60;
    return Content(LogPath()).substr(kUserVersionOffset, 4);
  };
  const std::string newest = version();
  {
    const auto vfs = CheckedVfs::Register("");
    ASSERT_TRUE(vfs.ok());
    auto database = sqlite::Database::Open({.path = LogPath(), .vfs = (*vfs)->name()});
    ASSERT_TRUE(database.ok());
    ASSERT_TRUE((*database)->Execute(absl::StrCat("PRAGMA user_version=", GetParam())).ok());
  }
  ASSERT_NE(version(), newest);
  const auto opened = Open(StorePath());
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(version(), newest);
  EXPECT_TRUE((*opened)->Verify(absl::InfiniteFuture()).ok());
}

INSTANTIATE_TEST_SUITE_P(Versions, OpeningOlder, testing::Values(1, 2, 3));

TEST_F(Opening, AnotherKindOfDatabaseIsLeftUntouched) {
  std::filesystem::create_directory(StorePath());
  {
    auto database = sqlite::Database::Open({.path = LogPath()});
    ASSERT_TRUE(database.ok());
    ASSERT_TRUE((*database)->Execute("PRAGMA application_id=77;CREATE TABLE t(a);").ok());
  }
  const std::string before = Content(LogPath());
  EXPECT_EQ(Open(StorePath()).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Content(LogPath()), before);
}

TEST_F(Opening, AFileThatIsNoDatabaseIsDataLoss) {
  std::filesystem::create_directory(StorePath());
  std::ofstream(LogPath()) << std::string(5'000, 'z');
  EXPECT_EQ(Open(StorePath()).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(Opening, APathThatIsAFileIsOutOfRange) {
  std::ofstream(StorePath()) << "a file";
  EXPECT_EQ(Open(StorePath()).status().code(), absl::StatusCode::kOutOfRange);
}

TEST_F(Opening, APathWithoutParentIsNotFound) {
  EXPECT_EQ(Open(directory_.path() + "/no/store").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(Opening, AReadOnlyFileSystemIsPermissionDenied) {
  const std::string point = directory_.path() + "/mount";
  std::filesystem::create_directory(point);
  ASSERT_EQ(mount("tmpfs", point.c_str(), "tmpfs", 0, "size=8m"), 0)
      << "this test mounts a file system: run it as root";
  { ASSERT_TRUE(Open(point + "/store").ok()); }
  ASSERT_EQ(mount("tmpfs", point.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, "size=8m"), 0);
  EXPECT_EQ(Open(point + "/store").status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Open(point + "/another").status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(umount(point.c_str()), 0);
}

TEST_F(Opening, AFolderOfAnotherUserIsPermissionDenied) {
  ASSERT_EQ(geteuid(), 0U) << "this test takes another user's place: run it as root";
  ASSERT_EQ(chmod(directory_.path().c_str(), 0755), 0);
  GivenAStore();
  const pid_t child = fork();
  if (child == 0) {
    constexpr uid_t kNobody = 65534;
    if (setuid(kNobody) != 0) _exit(2);
    _exit(Open(StorePath()).status().code() == absl::StatusCode::kPermissionDenied ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace eventstoredb
