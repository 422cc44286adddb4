#include "api/orderctl/token.h"

#include <gtest/gtest.h>

namespace orders::api {
namespace {

TEST(Token, IsAPrefixAnd256RandomBits) {
  const std::string token = NewToken();
  EXPECT_EQ(token.substr(0, 7), "orders_");
  EXPECT_EQ(token.size(), 7U + 43U);
  EXPECT_EQ(token.find_first_of("+/=\n"), std::string::npos);
  EXPECT_NE(token, NewToken());
}

TEST(Token, AnEntryHoldsItsHashAndWhatIsAsked) {
  // The hash is what `printf orders_x | sha256sum` prints.
  EXPECT_EQ(TokenEntry({.name = "a", .role = "read"}, "orders_x"),
            "[[token]]\nname = \"a\"\nsha256 = \""
            "da6276c2febf78c5fef2a6a14d60f96e49670336ad3562bb86b9df1ff1305552"
            "\"\nrole = \"read\"\n");
  EXPECT_NE(
      TokenEntry({.name = "a", .role = "read", .customer = "c"}, "x").find("customer = \"c\""),
      std::string::npos);
}

}  // namespace
}  // namespace orders::api
