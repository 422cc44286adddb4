#include "infrastructure/node/access/password.h"

#include <string>

#include "absl/strings/escaping.h"
#include <gtest/gtest.h>

namespace eventstoredb {
namespace {

TEST(APassword, IsKnownByItsHashAndNoOtherIs) {
  const auto hash = HashPassword("correct horse", kPasswordIterationsMin);
  ASSERT_TRUE(hash.ok()) << hash.status();
  EXPECT_TRUE(IsPassword(*hash, "correct horse"));
  EXPECT_FALSE(IsPassword(*hash, "correct hors"));
  EXPECT_FALSE(IsPassword(*hash, "Correct horse"));
  EXPECT_FALSE(IsPassword(*hash, ""));
}

TEST(APassword, HasAnotherHashEachTime) {
  const auto one = HashPassword("same", kPasswordIterationsMin);
  const auto two = HashPassword("same", kPasswordIterationsMin);
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_NE(one->salt, two->salt);
  EXPECT_NE(one->hash, two->hash);
}

TEST(APassword, ThatIsEmptyOrTooLongIsRefused) {
  EXPECT_EQ(HashPassword("", kPasswordIterationsMin).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      HashPassword(std::string(kPasswordBytesMax + 1, 'p'), kPasswordIterationsMin).status().code(),
      absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(HashPassword(std::string(kPasswordBytesMax, 'p'), kPasswordIterationsMin).ok());
}

TEST(AHash, OfNothingIsNobodysPassword) {
  EXPECT_FALSE(IsPassword({}, ""));
  EXPECT_FALSE(IsPassword({}, "x"));
}

TEST(AHash, IsPbkdf2OverHmacSha256) {
  // RFC 7914, section 11: password "Password", salt "NaCl", 80,000 iterations, first 32 bytes.
  const PasswordHash known{.iterations = 80'000,
                           .salt = "NaCl",
                           .hash = absl::HexStringToBytes(
                               "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56")};
  EXPECT_TRUE(IsPassword(known, "Password"));
  EXPECT_FALSE(IsPassword(known, "password"));
}

}  // namespace
}  // namespace eventstoredb
