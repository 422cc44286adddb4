#include "application/queries/freshness.h"

#include "gtest/gtest.h"

#include "application/commands/request_errors.h"

namespace orders::application {
namespace {

const StoreIdentity kStore{"0b0b0b0b-0000-4000-8000-000000000001", 3};

TEST(PositionToken, GivesItsPositionBack) {
  for (const LogPosition position :
       {LogPosition{0, 0}, LogPosition{1, 1}, LogPosition{300, 7}, LogPosition{~0ULL, ~0ULL - 1}}) {
    const auto decoded = DecodePositionToken(EncodePositionToken(kStore, position), kStore);
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(*decoded, position);
  }
}

TEST(PositionToken, HasOnlyCharactersThatAUrlTakes) {
  EXPECT_EQ(
      EncodePositionToken(kStore, {123'456, 123'456})
          .find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
      std::string::npos);
}

TEST(PositionToken, OfAnotherStoreOrGenerationIsRefusedAsSuch) {
  const std::string token = EncodePositionToken(kStore, {5, 5});
  for (const StoreIdentity& other :
       {StoreIdentity{kStore.id, 4}, StoreIdentity{"0b0b0b0b-0000-4000-8000-000000000002", 3}}) {
    const absl::Status status = DecodePositionToken(token, other).status();
    EXPECT_TRUE(absl::IsFailedPrecondition(status));
    EXPECT_EQ(GetRequestError(status)->reason, "STORE_CHANGED");
  }
}

TEST(PositionToken, ChangedInAnyCharacterIsRefused) {
  const std::string token = EncodePositionToken(kStore, {987'654, 987'654});
  for (std::size_t i = 0; i < token.size(); ++i) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = token;
      changed[i] = static_cast<char>(byte);
      if (changed == token) continue;
      const absl::Status status = DecodePositionToken(changed, kStore).status();
      ASSERT_TRUE(absl::IsInvalidArgument(status)) << i << " " << byte;
      ASSERT_EQ(GetRequestError(status)->reason, "BAD_POSITION_TOKEN");
    }
  }
}

TEST(PositionToken, CutOrPaddedIsRefused) {
  const std::string token = EncodePositionToken(kStore, {9, 9});
  for (std::size_t size = 0; size < token.size(); ++size) {
    EXPECT_TRUE(
        absl::IsInvalidArgument(DecodePositionToken(token.substr(0, size), kStore).status()));
  }
  for (const char* const more : {"=", " ", "\n", "A", "AAAA"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(DecodePositionToken(token + more, kStore).status()));
  }
  EXPECT_TRUE(
      absl::IsInvalidArgument(DecodePositionToken(std::string(1'000'000, 'A'), kStore).status()));
}

}  // namespace
}  // namespace orders::application
