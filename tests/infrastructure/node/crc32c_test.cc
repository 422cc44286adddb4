#include "infrastructure/node/crc32c.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace eventstoredb {
namespace {

// RFC 3720 appendix B.4, and the customary check value.
TEST(Crc32c, GivesThePublishedValues) {
  std::string ascending(32, '\0');
  std::string descending(32, '\0');
  for (int i = 0; i < 32; ++i) {
    ascending[static_cast<std::size_t>(i)] = static_cast<char>(i);
    descending[static_cast<std::size_t>(i)] = static_cast<char>(31 - i);
  }
  for (const auto extend : {&ExtendCrc32c, &ExtendCrc32cPortable}) {
    EXPECT_EQ(extend(0, std::string(32, '\0')), 0x8A9136AAU);
    EXPECT_EQ(extend(0, std::string(32, '\xFF')), 0x62A8AB43U);
    EXPECT_EQ(extend(0, ascending), 0x46DD794EU);
    EXPECT_EQ(extend(0, descending), 0x113FDB5CU);
    EXPECT_EQ(extend(0, "123456789"), 0xE3069283U);
    EXPECT_EQ(extend(0, ""), 0U);
  }
}

TEST(Crc32c, IsTheSameInOnePieceAndInTwoAndWithoutTheInstruction) {
  std::mt19937_64 random(7);
  for (std::size_t bytes = 0; bytes < 300; ++bytes) {
    std::string data(bytes, '\0');
    for (char& c : data) c = static_cast<char>(random());
    const std::size_t cut = bytes == 0 ? 0 : random() % bytes;
    const std::uint32_t whole = ExtendCrc32c(0, data);
    EXPECT_EQ(whole, ExtendCrc32cPortable(0, data));
    EXPECT_EQ(whole, ExtendCrc32c(ExtendCrc32c(0, data.substr(0, cut)), data.substr(cut)));
  }
}

}  // namespace
}  // namespace eventstoredb
