#include "infrastructure/access/token_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/support/temp_directory.h"
#include "tests/support/test_certificates.h"
#include "tests/support/test_tokens.h"

namespace orders::infrastructure {
namespace {

using application::Role;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing_support::HexSha256;
using testing_support::NewStaticToken;
using testing_support::StaticTokenEntry;
using testing_support::WriteFileWithMode;

class TokenFile : public ::testing::Test {
 protected:
  void Given(const std::string& text, unsigned mode = 0600) const {
    WriteFileWithMode(path_, text, mode);
  }
  absl::StatusOr<TokenTable> Read(double calls_per_second_max = 0) const {
    return ReadTokenFile(path_, calls_per_second_max);
  }
  /// What is said of the file, without its name; "" if it is taken.
  std::string Refusal(const std::string& text, unsigned mode = 0600) const {
    Given(text, mode);
    const auto read = Read();
    if (read.ok()) return "";
    EXPECT_TRUE(absl::IsFailedPrecondition(read.status())) << read.status();
    const std::string message(read.status().message());
    EXPECT_THAT(message, StartsWith(path_ + ":"));
    return message.substr(path_.size() + 1);
  }

  const eventstoredb::testing_support::TempDirectory folder_;
  const std::string path_ = folder_.path() + "/tokens.toml";
};

TEST_F(TokenFile, TellsWhoseATokenIs) {
  const std::string shop = NewStaticToken();
  const std::string ada = NewStaticToken();
  Given(StaticTokenEntry("shop-backend", shop, "role = \"admin\"\ncalls_per_second = 2.5\n") +
        StaticTokenEntry("ada's phone", ada, "role = \"read\"\ncustomer = \"ada\"\n"));
  const auto table = Read(/*calls_per_second_max=*/100);
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->size(), 2U);
  const auto backend = table->Find(shop);
  ASSERT_NE(backend, nullptr);
  EXPECT_EQ(backend->name, "shop-backend");
  EXPECT_EQ(backend->role, Role::kAdmin);
  EXPECT_EQ(backend->customer, "");
  EXPECT_EQ(backend->calls_per_second_max, 2.5);
  const auto phone = table->Find(ada);
  ASSERT_NE(phone, nullptr);
  EXPECT_EQ(phone->role, Role::kRead);
  EXPECT_EQ(phone->customer, "ada");
  EXPECT_EQ(phone->calls_per_second_max, 100);
}

TEST_F(TokenFile, KnowsNoOtherToken) {
  const std::string token = NewStaticToken();
  Given(StaticTokenEntry("shop", token));
  const auto table = Read();
  ASSERT_TRUE(table.ok()) << table.status();
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(table->Find(changed), nullptr) << "byte " << i;
  }
  for (const std::string& other :
       {std::string(), NewStaticToken(), token + "A", token + "=", " " + token, token + "\n",
        token.substr(0, token.size() - 1), token.substr(7), HexSha256(token)}) {
    EXPECT_EQ(table->Find(other), nullptr);
  }
  EXPECT_NE(table->Find(token), nullptr);
}

// Its hash could be guessed from the file.
TEST_F(TokenFile, AWordThatAPersonThoughtOfIsNoToken) {
  Given(StaticTokenEntry("shop", "orders_secret") + StaticTokenEntry("other", "secret"));
  const auto table = Read();
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->Find("orders_secret"), nullptr);
  EXPECT_EQ(table->Find("secret"), nullptr);
}

TEST_F(TokenFile, WithoutTokensIsTakenSinceSoAllAreTakenAway) {
  Given("# Nobody, for now.\n");
  const auto table = Read();
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->size(), 0U);
  EXPECT_EQ(table->Find(NewStaticToken()), nullptr);
}

TEST_F(TokenFile, TakesHashesInCapitalLettersToo) {
  const std::string token = NewStaticToken();
  std::string hash = HexSha256(token);
  for (char& c : hash) c = static_cast<char>(toupper(c));
  Given(absl::StrCat("[[token]]\nname = \"a\"\nsha256 = \"", hash, "\"\nrole = \"read\"\n"));
  const auto table = Read();
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_NE(table->Find(token), nullptr);
}

TEST_F(TokenFile, WhatIsWrongIsNamedWithLineAndColumn) {
  const std::string hash = absl::StrCat("sha256 = \"", HexSha256("x"), "\"\n");
  const std::string good = "[[token]]\nname = \"a\"\n" + hash;
  EXPECT_THAT(Refusal("[[token]\n"), StartsWith("1:"));
  EXPECT_THAT(Refusal("[[token]]\nname = \"\xff\"\n"), StartsWith("2:"));
  EXPECT_THAT(Refusal("[[token]]\nname = \"a\"\nname = \"b\"\n"), StartsWith("3:"));
  EXPECT_THAT(Refusal("x = 1\n"), StartsWith("1:1: x is no part of a file of tokens"));
  EXPECT_THAT(Refusal("[token]\nname = \"a\"\n"), HasSubstr("write [[token]] above each"));
  EXPECT_THAT(Refusal("token = [1]\n"), HasSubstr("write [[token]] above each"));
  EXPECT_THAT(Refusal(good), StartsWith("1:1: this token has no role"));
  EXPECT_THAT(Refusal("[[token]]\nrole = \"read\"\n" + hash), HasSubstr("has no name"));
  EXPECT_THAT(Refusal("[[token]]\nname = \"a\"\nrole = \"read\"\n"), HasSubstr("has no sha256"));
  EXPECT_THAT(Refusal(good + "rule = \"read\"\n"), StartsWith("4:1: rule is no part of a token"));
  EXPECT_THAT(Refusal(good + "role = \"root\"\n"), StartsWith("4:8: role takes \"read\""));
  EXPECT_THAT(Refusal(good + "role = 1\n"), StartsWith("4:8: role takes"));
  EXPECT_THAT(Refusal("[[token]]\nname = \"\"\n"), StartsWith("2:8: name takes 1 to 128"));
  EXPECT_THAT(Refusal("[[token]]\nname = \"\\u0007\"\n"), StartsWith("2:8: name takes"));
  EXPECT_THAT(Refusal("[[token]]\nname = \"" + std::string(129, 'a') + "\"\n"),
              StartsWith("2:8: name takes"));
  EXPECT_THAT(Refusal("[[token]]\nsha256 = \"abc\"\n"), StartsWith("2:10: sha256 takes 64 hex"));
  EXPECT_THAT(Refusal("[[token]]\nsha256 = \"" + std::string(64, 'g') + "\"\n"),
              StartsWith("2:10: sha256 takes"));
  EXPECT_THAT(Refusal(good + "customer = \"\"\n"), StartsWith("4:12: customer takes"));
  EXPECT_THAT(Refusal(good + "customer = \"a b\"\n"), StartsWith("4:12: customer takes"));
  for (const char* number : {"-1", "nan", "inf", "1000001", "\"5\"", "true"}) {
    EXPECT_THAT(Refusal(absl::StrCat(good, "calls_per_second = ", number, "\n")),
                StartsWith("4:20: calls_per_second takes"))
        << number;
  }
}

TEST_F(TokenFile, TwoTokensOfOneNameOrOneHashAreRefused) {
  const std::string token = NewStaticToken();
  EXPECT_THAT(Refusal(StaticTokenEntry("a", token) + StaticTokenEntry("a", NewStaticToken())),
              StartsWith("6:8: the token of line 2 has this name too"));
  EXPECT_THAT(Refusal(StaticTokenEntry("a", token) + StaticTokenEntry("b", token)),
              StartsWith("7:10: the token of line 3 has this sha256 too"));
}

TEST_F(TokenFile, ThatOthersMayReadIsRefusedWithTheWayOut) {
  const std::string text = StaticTokenEntry("a", NewStaticToken());
  for (const unsigned mode : {0640U, 0604U, 0620U, 0602U, 0610U, 0777U}) {
    EXPECT_THAT(Refusal(text, mode), HasSubstr("chmod 600 " + path_)) << mode;
  }
  for (const unsigned mode : {0600U, 0400U, 0700U}) EXPECT_EQ(Refusal(text, mode), "") << mode;
}

TEST_F(TokenFile, OfAnotherUserIsRefused) {
  Given(StaticTokenEntry("a", NewStaticToken()));
  ASSERT_EQ(chown(path_.c_str(), 65534, 65534), 0) << "this test needs root";
  EXPECT_THAT(std::string(Read().status().message()), HasSubstr("belongs to user 65534"));
}

TEST_F(TokenFile, ThatIsNoneOrTooLargeIsRefusedByItsName) {
  EXPECT_THAT(std::string(Read().status().message()), HasSubstr(path_ + ": No such file"));
  EXPECT_THAT(Refusal(std::string(kTokenFileBytesMax + 1, '#')), HasSubstr("has more than"));
  unlink(path_.c_str());
  ASSERT_EQ(mkdir(path_.c_str(), 0700), 0);
  EXPECT_THAT(std::string(Read().status().message()), HasSubstr("is no file"));
  rmdir(path_.c_str());
  // Nobody writes into it, and nobody waits.
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_THAT(std::string(Read().status().message()), HasSubstr("is no file"));
}

TEST_F(TokenFile, NamesNothingSecretInAnError) {
  const std::string hash = HexSha256("x");
  EXPECT_THAT(Refusal("[[token]]\nsha256 = \"" + hash + "00\"\n"), ::testing::Not(HasSubstr(hash)));
}

}  // namespace
}  // namespace orders::infrastructure
