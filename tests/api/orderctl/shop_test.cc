#include "api/orderctl/demo/shop.h"

#include <map>
#include <set>
#include <string>

#include "gtest/gtest.h"

namespace orders::api {
namespace {

TEST(SplitMix64, GivesTheNumbersOfItsDefinition) {
  SplitMix64 random(1234567);
  EXPECT_EQ(random.Next(), 6457827717110365317U);
  EXPECT_EQ(random.Next(), 3203168211198807973U);
  EXPECT_EQ(random.Next(), 9817491932198370423U);
}

TEST(SplitMix64, GivesEachIndexAStreamOfItsOwn) {
  std::set<std::uint64_t> firsts;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (std::uint64_t index = 0; index < 50; ++index)
      firsts.insert(SplitMix64(seed, index).Next());
  }
  EXPECT_EQ(firsts.size(), 1'000U);
}

TEST(SplitMix64, KeepsBounds) {
  SplitMix64 random(5);
  std::set<std::int64_t> seen;
  for (int i = 0; i < 1'000; ++i) seen.insert(random.Between(2, 4));
  EXPECT_EQ(seen, (std::set<std::int64_t>{2, 3, 4}));
}

TEST(Shop, IsTheSameForTheSameSeed) {
  const Shop one(7, 100);
  const Shop same(7, 100);
  SplitMix64 random(1);
  SplitMix64 again(1);
  for (int i = 0; i < 100; ++i) {
    const DemoCustomer customer = one.PickCustomer(random);
    const DemoCustomer repeated = same.PickCustomer(again);
    EXPECT_EQ(customer.id, repeated.id);
    EXPECT_EQ(customer.address.SerializeAsString(), repeated.address.SerializeAsString());
    EXPECT_EQ(one.PickLine("EUR", random).SerializeAsString(),
              same.PickLine("EUR", again).SerializeAsString());
  }
  EXPECT_EQ(one.OrderId(3), same.OrderId(3));
}

TEST(Shop, OfAnotherDaySharesNoOrdersAndCustomers) {
  SplitMix64 random(1);
  EXPECT_NE(Shop(7, 100).OrderId(3), Shop(8, 100).OrderId(3));
  EXPECT_NE(Shop(7, 100).OrderId(3), Shop(7, 200).OrderId(3));
  EXPECT_NE(Shop(7, 100).PickCustomer(random).id, Shop(7, 200).PickCustomer(random).id);
}

TEST(Shop, HasRepeatBuyersAndOneTimeBuyers) {
  const Shop shop(7, 900);
  SplitMix64 random(1);
  std::map<std::string, int> orders;
  for (int i = 0; i < 900; ++i) ++orders[shop.PickCustomer(random).id];
  int most = 0;
  int once = 0;
  for (const auto& [id, count] : orders) {
    most = std::max(most, count);
    once += count == 1 ? 1 : 0;
  }
  EXPECT_GT(most, 50);
  EXPECT_GT(once, 10);
}

TEST(Shop, NamesFitTheServicesIds) {
  const Shop largest(999'999'999'999, 1'000'000);
  EXPECT_LE(largest.OrderId(999'999).size(), 64U);
  EXPECT_EQ(largest.OrderId(1).find_first_not_of(
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"),
            std::string::npos);
}

}  // namespace
}  // namespace orders::api
