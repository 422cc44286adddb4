#include "infrastructure/node/access/user_record.h"

#include <string>

#include <gmock/gmock.h>

namespace eventstoredb {
namespace {

using ::testing::ElementsAre;

UserRecord Ada() {
  const auto hash = HashPassword("secret", kPasswordIterationsMin);
  return {.login = "ada",
          .full_name = "Ada \"L\"",
          .groups = {"$ops", "shop"},
          .disabled = true,
          .password = hash.value_or(PasswordHash())};
}

TEST(AUsersEvent, IsReadAsItWasWritten) {
  const auto read = DecodeUser(EncodeUser(Ada()));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->login, "ada");
  EXPECT_EQ(read->full_name, "Ada \"L\"");
  EXPECT_THAT(read->groups, ElementsAre("$ops", "shop"));
  EXPECT_TRUE(read->disabled);
  EXPECT_TRUE(IsPassword(read->password, "secret"));
}

TEST(AUsersEvent, ThatIsNoneIsDataLoss) {
  for (const std::string data : {"", "{", "[]", "{}", R"({"loginName":7})",
                                 R"({"loginName":"a","fullName":"","groups":"g"})"}) {
    EXPECT_EQ(DecodeUser(data).status().code(), absl::StatusCode::kDataLoss) << data;
  }
}

TEST(AUsersEvent, WithAHashThatIsNotOursIsAUserWithoutAPassword) {
  // What is out of range would let one event hold up a thread for as long as it likes.
  std::string many = EncodeUser(Ada());
  const std::string iterations = "\"iterations\":1000";
  many.replace(many.find(iterations), iterations.size(), "\"iterations\":2000000000");
  std::string other = EncodeUser(Ada());
  other.replace(other.find("PBKDF2-HMAC-SHA256"), 18, "PBKDF2-HMAC-SHA1xx");
  for (const std::string& data : {many, other}) {
    const auto read = DecodeUser(data);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_FALSE(IsPassword(read->password, "secret"));
  }
}

TEST(ALogin, IsALimitedText) {
  EXPECT_TRUE(CheckLogin("ada").ok());
  EXPECT_TRUE(CheckLogin("ada@example.com").ok());
  EXPECT_TRUE(CheckLogin(std::string(256, 'a')).ok());
  for (const std::string& login :
       {std::string(), std::string("$ada"), std::string("a:b"), std::string("a\tb"),
        std::string("\xC3"), std::string("a\0b", 3), std::string(257, 'a')}) {
    EXPECT_EQ(CheckLogin(login).code(), absl::StatusCode::kInvalidArgument) << login;
  }
}

}  // namespace
}  // namespace eventstoredb
