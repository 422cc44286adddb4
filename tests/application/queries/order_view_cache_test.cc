#include "application/queries/order_view_cache.h"

#include "gtest/gtest.h"

namespace orders::application {
namespace {

std::shared_ptr<const OrderView> ViewOf(const std::string& id, std::uint64_t revision) {
  auto view = std::make_shared<OrderView>();
  view->order.id = {id};
  view->revision = revision;
  return view;
}
std::shared_ptr<const OrderView> Nothing(const domain::OrderId&) { return nullptr; }

TEST(OrderViewCache, KeepsWhatWasReadWithoutACommitBetween) {
  OrderViewCache cache({});
  const auto miss = cache.Find({"o"});
  EXPECT_EQ(miss.view, nullptr);
  cache.Keep(ViewOf("o", 3), miss.ticket);
  EXPECT_EQ(cache.Find({"o"}).view->revision, 3U);
}

TEST(OrderViewCache, KeepsNothingThatWasReadBeforeOrDuringACommit) {
  OrderViewCache cache({});
  const auto before = cache.Find({"o"});
  cache.BeginCommit();
  const auto during = cache.Find({"o"});
  cache.Keep(ViewOf("o", 1), during.ticket);
  cache.EndCommit({}, Nothing);
  cache.Keep(ViewOf("o", 1), before.ticket);
  cache.Keep(ViewOf("o", 1), during.ticket);
  EXPECT_EQ(cache.Find({"o"}).view, nullptr);
}

TEST(OrderViewCache, ACommitReplacesWhatIsThereAndAddsNothing) {
  OrderViewCache cache({});
  cache.Keep(ViewOf("a", 1), cache.Find({"a"}).ticket);
  cache.BeginCommit();
  cache.EndCommit({{"a"}, {"b"}}, [](const domain::OrderId& id) { return ViewOf(id.value, 2); });
  EXPECT_EQ(cache.Find({"a"}).view->revision, 2U);
  EXPECT_EQ(cache.Find({"b"}).view, nullptr);
}

TEST(OrderViewCache, AFailedCommitDropsWhatItTouched) {
  OrderViewCache cache({});
  cache.Keep(ViewOf("a", 1), cache.Find({"a"}).ticket);
  cache.BeginCommit();
  cache.EndCommit({{"a"}}, Nothing);
  EXPECT_EQ(cache.Find({"a"}).view, nullptr);
  EXPECT_EQ(cache.bytes(), 0U);
}

TEST(OrderViewCache, ACommitOfManyOrdersDropsAll) {
  OrderViewCache cache({});
  cache.Keep(ViewOf("a", 1), cache.Find({"a"}).ticket);
  cache.BeginCommit();
  cache.EndCommitOfMany();
  EXPECT_EQ(cache.Find({"a"}).view, nullptr);
  EXPECT_EQ(cache.bytes(), 0U);
  cache.Keep(ViewOf("a", 2), cache.Find({"a"}).ticket);
  EXPECT_EQ(cache.Find({"a"}).view->revision, 2U);
}

TEST(OrderViewCache, StaysWithinItsBytesAndDropsTheLeastRecentlyAsked) {
  OrderViewCache cache({.bytes_max = 1 << 20});
  for (int i = 0; i < 5'000; ++i) {
    const std::string id = "o" + std::to_string(i);
    cache.Find({"o0"});  // Asked for all the time.
    cache.Keep(ViewOf(id, 1), cache.Find({id}).ticket);
  }
  EXPECT_LE(cache.bytes(), std::size_t{1} << 20);
  EXPECT_GT(cache.bytes(), std::size_t{1} << 19);
  EXPECT_NE(cache.Find({"o0"}).view, nullptr);
  EXPECT_EQ(cache.Find({"o1"}).view, nullptr);
}

}  // namespace
}  // namespace orders::application
