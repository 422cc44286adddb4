#include "application/commands/order_cache.h"

#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace orders::application {
namespace {

std::shared_ptr<const LoadedOrder> Order(std::uint64_t revision, std::size_t note_bytes = 0) {
  auto loaded = std::make_shared<LoadedOrder>();
  loaded->exists = true;
  loaded->view.revision = revision;
  loaded->view.order.note.assign(note_bytes, 'n');
  return loaded;
}

domain::OrderId Id(int number) { return {"order-number-" + std::to_string(number)}; }

TEST(OrderCache, GivesBackWhatWasPut) {
  OrderCache cache(1 << 20);
  const auto order = Order(3);

  cache.Put(Id(1), order);

  EXPECT_EQ(cache.Get(Id(1)), order);
  EXPECT_EQ(cache.Get(Id(2)), nullptr);
}

TEST(OrderCache, NeverGoesBackToAnOlderRevision) {
  OrderCache cache(1 << 20);
  cache.Put(Id(1), Order(5));

  cache.Put(Id(1), Order(4));
  EXPECT_EQ(cache.Get(Id(1))->view.revision, 5U);
  cache.Put(Id(1), Order(6));
  EXPECT_EQ(cache.Get(Id(1))->view.revision, 6U);
  EXPECT_EQ(cache.size(), 1U);
}

TEST(OrderCache, ForgetsWhatIsDropped) {
  OrderCache cache(1 << 20);
  cache.Put(Id(1), Order(5));

  cache.Drop(Id(1));
  cache.Drop(Id(2));

  EXPECT_EQ(cache.Get(Id(1)), nullptr);
  EXPECT_EQ(cache.bytes(), 0U);
}

TEST(OrderCache, StaysWithinItsBoundAndKeepsWhatWasUsedLast) {
  constexpr std::size_t kBytesMax = 100'000;
  constexpr std::size_t kNoteBytes = 4'000;
  OrderCache cache(kBytesMax);

  for (int i = 0; i < 500; ++i) {
    cache.Put(Id(i), Order(1, kNoteBytes));
    ASSERT_NE(cache.Get(Id(0)), nullptr) << "used each time, so never the one to go: " << i;
    ASSERT_LE(cache.bytes(), kBytesMax);
  }

  EXPECT_GT(cache.size(), 10U);
  EXPECT_LT(cache.size(), kBytesMax / kNoteBytes);
  EXPECT_NE(cache.Get(Id(499)), nullptr);
  EXPECT_EQ(cache.Get(Id(1)), nullptr);
}

TEST(OrderCache, CountsAnOrderThatGrows) {
  constexpr std::size_t kBytesMax = 100'000;
  OrderCache cache(kBytesMax);
  for (int i = 0; i < 10; ++i) cache.Put(Id(i), Order(1));
  const std::size_t before = cache.bytes();

  cache.Put(Id(0), Order(2, 50'000));
  EXPECT_GE(cache.bytes(), before + 50'000);
  cache.Put(Id(0), Order(3));
  EXPECT_EQ(cache.bytes(), before);
  cache.Put(Id(0), Order(4, kBytesMax));
  EXPECT_EQ(cache.Get(Id(0)), nullptr) << "larger than the cache";
  EXPECT_EQ(cache.size(), 9U);
}

TEST(OrderCache, OfNoBytesHoldsNothing) {
  OrderCache cache(0);
  cache.Put(Id(1), Order(1));
  EXPECT_EQ(cache.Get(Id(1)), nullptr);
  EXPECT_EQ(cache.bytes(), 0U);
}

TEST(OrderCache, HoldsManyShardsUnderManyThreads) {
  constexpr std::size_t kBytesMax = 4 << 20;
  OrderCache cache(kBytesMax);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&cache, t] {
      for (int i = 0; i < 2'000; ++i) {
        const domain::OrderId id = Id((i * 7 + t) % 300);
        cache.Put(id, Order(static_cast<std::uint64_t>(i), static_cast<std::size_t>(i)));
        const auto found = cache.Get(id);
        if (found != nullptr && i % 50 == 0) cache.Drop(id);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_LE(cache.bytes(), kBytesMax);
  EXPECT_LE(cache.size(), 300U);
  for (int i = 0; i < 300; ++i) cache.Drop(Id(i));
  EXPECT_EQ(cache.bytes(), 0U);
  EXPECT_EQ(cache.size(), 0U);
}

}  // namespace
}  // namespace orders::application
