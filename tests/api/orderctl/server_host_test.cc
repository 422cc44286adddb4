#include "api/orderctl/server_host.h"

#include "gtest/gtest.h"

namespace orders::api {
namespace {

TEST(ServerHost, IsWhatStandsBeforeThePortWithoutBrackets) {
  EXPECT_EQ(HostOf("shop.example:50051"), "shop.example");
  EXPECT_EQ(HostOf("127.0.0.1:50051"), "127.0.0.1");
  EXPECT_EQ(HostOf("[::1]:50051"), "::1");
}

TEST(ServerHost, IsLoopbackByItsNumbers) {
  for (const char* const host : {"localhost", "::1", "127.0.0.1", "127.255.0.3"}) {
    EXPECT_TRUE(IsLoopback(host)) << host;
  }
}

// A token would be sent there in the clear.
TEST(ServerHost, IsNotLoopbackForANameThatOnlyBeginsSo) {
  for (const char* const host : {"127.example", "127.0.0.evil.example", "127.0.0.1.example",
                                 "localhost.example", "10.0.0.1", "128.0.0.1", "::2", ""}) {
    EXPECT_FALSE(IsLoopback(host)) << host;
  }
}

}  // namespace
}  // namespace orders::api
