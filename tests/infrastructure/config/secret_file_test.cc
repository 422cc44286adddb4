#include "infrastructure/config/secret_file.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <sys/stat.h>

#include "gtest/gtest.h"

namespace orders::infrastructure {
namespace {

class SecretFile : public ::testing::Test {
 protected:
  SecretFile() {
    std::string folder = (std::filesystem::temp_directory_path() / "secret-XXXXXX").string();
    folder_ = mkdtemp(folder.data());
    path_ = folder_ + "/page-token.key";
  }
  ~SecretFile() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::string folder_;
  std::string path_;
};

TEST_F(SecretFile, IsMadeOnceAndReadAgain) {
  const auto made = ReadOrMakeSecret(path_);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->size(), 32U);
  EXPECT_EQ(*ReadOrMakeSecret(path_), *made);
  EXPECT_FALSE(std::filesystem::exists(path_ + ".new"));
}

TEST_F(SecretFile, IsForItsOwnerAlone) {
  ASSERT_TRUE(ReadOrMakeSecret(path_).ok());
  struct stat about {};
  ASSERT_EQ(stat(path_.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
}

TEST_F(SecretFile, OfAnotherLengthIsDamaged) {
  std::ofstream(path_) << "short";
  EXPECT_TRUE(absl::IsDataLoss(ReadOrMakeSecret(path_).status()));
}

TEST_F(SecretFile, ThatWasLeftHalfWrittenIsMadeAnew) {
  std::ofstream(path_ + ".new") << "half";
  const auto made = ReadOrMakeSecret(path_);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(*ReadOrMakeSecret(path_), *made);
}

TEST_F(SecretFile, InAFolderThatIsMissingCannotBeMade) {
  EXPECT_FALSE(ReadOrMakeSecret(folder_ + "/missing/key").ok());
}

}  // namespace
}  // namespace orders::infrastructure
