#include "gtest/gtest.h"

#include "infrastructure/config/settings.h"

namespace orders::infrastructure {
namespace {

TEST(ListenAddress, IsReadAndWrittenBack) {
  for (const char* text : {"127.0.0.1:50051", "localhost:0", "[::1]:65535", "example.org:1"}) {
    const auto address = ListenAddress::Parse(text);
    ASSERT_TRUE(address.has_value()) << text;
    EXPECT_EQ(address->ToString(), text);
  }
}

TEST(ListenAddress, ThatIsNoneIsNotRead) {
  for (const char* text : {"", "127.0.0.1", ":50051", "127.0.0.1:", "127.0.0.1:65536",
                           "127.0.0.1:-1", "127.0.0.1:abc", "127.0.0.1:99999999999", "::1:50051",
                           "a b:1", "unix:/tmp/x", "[::1]", "127.0.0.1:+1", "127.0.0.1: 1"}) {
    EXPECT_FALSE(ListenAddress::Parse(text).has_value()) << text;
  }
}

TEST(ListenAddress, KnowsWhatOtherMachinesReach) {
  for (const char* text : {"127.0.0.1:1", "127.8.9.10:1", "localhost:1", "[::1]:1"}) {
    EXPECT_TRUE(ListenAddress::Parse(text)->IsLoopback()) << text;
  }
  for (const char* text :
       {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "127.evil.example:1", "127.0.0.1.example:1"}) {
    EXPECT_FALSE(ListenAddress::Parse(text)->IsLoopback()) << text;
  }
}

}  // namespace
}  // namespace orders::infrastructure
