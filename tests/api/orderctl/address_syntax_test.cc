#include "api/orderctl/address_syntax.h"

#include <string>

#include "gtest/gtest.h"

namespace orders::api {
namespace {

TEST(ParseAddress, ReadsFiveParts) {
  const auto address = ParseAddress("Ada Brown|12 Mill Lane|Berlin|10115|DE");
  ASSERT_TRUE(address.ok()) << address.status();
  EXPECT_EQ(*address,
            (AddressArgument{"Ada Brown", "12 Mill Lane", "", "Berlin", "", "10115", "DE"}));
}

TEST(ParseAddress, ReadsSevenParts) {
  const auto address = ParseAddress("Ada|Mill Lane 12|Flat 3|Boston|MA|02108|US");
  ASSERT_TRUE(address.ok()) << address.status();
  EXPECT_EQ(*address,
            (AddressArgument{"Ada", "Mill Lane 12", "Flat 3", "Boston", "MA", "02108", "US"}));
}

TEST(ParseAddress, DropsBlanksAroundParts) {
  const auto address = ParseAddress(" Ada | 12 Mill Lane |Köln\t| 50667 | DE ");
  ASSERT_TRUE(address.ok()) << address.status();
  EXPECT_EQ(*address, (AddressArgument{"Ada", "12 Mill Lane", "", "Köln", "", "50667", "DE"}));
}

TEST(ParseAddress, LeavesEmptyPartsToTheService) {
  const auto address = ParseAddress("||||");
  ASSERT_TRUE(address.ok()) << address.status();
  EXPECT_EQ(*address, AddressArgument{});
}

TEST(ParseAddress, RefusesOtherNumbersOfParts) {
  for (const char* text : {"", "Ada", "a|b|c|d", "a|b|c|d|e|f", "a|b|c|d|e|f|g|h"}) {
    EXPECT_EQ(ParseAddress(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(ParseAddress, RefusesWhatIsNoUtf8OrHuge) {
  EXPECT_FALSE(ParseAddress("A\xFF|b|c|d|e").ok());
  EXPECT_FALSE(ParseAddress(std::string(1 << 20, '|')).ok());
}

}  // namespace
}  // namespace orders::api
