#include "api/orderctl/page_address.h"

#include "gtest/gtest.h"

namespace orders::api {
namespace {

TEST(PageAddress, OfEveryInterfaceOrOfLoopbackIsAtTheServersHost) {
  for (const char* const host : {"0.0.0.0", "127.0.0.1", "localhost", "[::]", "[::1]"}) {
    EXPECT_EQ(ReachableFrom(std::string("http://") + host + ":8080", "shop.example:50051"),
              "http://shop.example:8080");
  }
  EXPECT_EQ(ReachableFrom("https://127.0.0.1:8443", "[::1]:50051"), "https://[::1]:8443");
}

TEST(PageAddress, OfOneInterfaceStaysAsItIs) {
  EXPECT_EQ(ReachableFrom("http://10.0.0.7:8080", "127.0.0.1:50051"), "http://10.0.0.7:8080");
}

TEST(PageAddress, LeadsToAnOrder) {
  EXPECT_EQ(PageOf("http://h:1", ""), "http://h:1/");
  EXPECT_EQ(PageOf("https://h/", "o-1"), "https://h/orders/o-1");
  EXPECT_EQ(PageOf("http://h:1", "a/b c?"), "http://h:1/orders/a%2Fb%20c%3F");
}

}  // namespace
}  // namespace orders::api
