#include "application/projections/shared_feed.h"

#include <thread>

#include "gtest/gtest.h"

#include "tests/support/memory_order_log.h"
#include "tests/support/order_histories.h"

namespace orders::application {
namespace {

using testing_support::MemoryOrderLog;
using testing_support::OrderHistories;

const SharedFeedOptions kSmall{.chunk_items_max = 10, .items_held_max = 30};

// Positions of the events until FeedCaughtUp or `events_max` of them.
std::vector<std::uint64_t> Drain(SharedFeed::Reader& reader, std::size_t events_max) {
  std::vector<std::uint64_t> positions;
  bool caught_up = false;
  while (!caught_up && positions.size() < events_max) {
    std::vector<std::shared_ptr<const FeedChunk>> chunks;
    const absl::Status read = reader.Next(1, chunks);
    EXPECT_TRUE(read.ok()) << read;
    if (!read.ok()) break;
    for (const auto& chunk : chunks) {
      caught_up = caught_up || chunk->caught_up;
      for (const FeedItem& item : chunk->items) {
        if (const auto* event = std::get_if<RecordedOrderEvent>(&item)) {
          positions.push_back(event->position.commit);
        }
      }
    }
  }
  return positions;
}

std::vector<std::uint64_t> Upto(std::uint64_t last) {
  std::vector<std::uint64_t> positions;
  for (std::uint64_t position = 1; position <= last; ++position) positions.push_back(position);
  return positions;
}

TEST(SharedFeed, ReadersAtTheSamePlaceShareOneDecoderAndEachGetsAll) {
  MemoryOrderLog log;
  OrderHistories histories(1, 3, 3);
  log.Append(histories.Next(200));
  const std::uint64_t last = log.last_position().commit;
  SharedFeed feed(log, kSmall);
  auto one = *feed.Open(std::nullopt);
  auto two = *feed.Open(std::nullopt);
  std::vector<std::uint64_t> first;
  std::thread other([&] { first = Drain(*one, 1'000'000); });
  const std::vector<std::uint64_t> second = Drain(*two, 1'000'000);
  other.join();
  EXPECT_EQ(first, Upto(last));
  EXPECT_EQ(second, Upto(last));
  EXPECT_EQ(log.opens(), 1);
}

TEST(SharedFeed, AReaderElsewhereGetsADecoderOfItsOwn) {
  MemoryOrderLog log;
  OrderHistories histories(1, 3, 3);
  log.Append(histories.Next(200));
  SharedFeed feed(log, kSmall);
  auto one = *feed.Open(std::nullopt);
  auto two = *feed.Open(LogPosition{150, 150});
  EXPECT_EQ(log.opens(), 2);
  EXPECT_EQ(Drain(*two, 1).front(), 151U);
}

TEST(SharedFeed, ALatecomerIsToldThatAllHistoryIsDelivered) {
  MemoryOrderLog log;
  OrderHistories histories(1, 3, 3);
  log.Append(histories.Next(25));
  SharedFeed feed(log, kSmall);
  auto one = *feed.Open(std::nullopt);
  Drain(*one, 1'000'000);
  auto two = *feed.Open(log.last_position());
  EXPECT_EQ(log.opens(), 1);
  EXPECT_TRUE(Drain(*two, 1).empty());  // Ends at FeedCaughtUp.
}

TEST(SharedFeed, AReaderThatLeavesHoldsNobodyBack) {
  MemoryOrderLog log;
  OrderHistories histories(1, 3, 3);
  log.Append(histories.Next(200));
  SharedFeed feed(log, kSmall);
  auto slow = *feed.Open(std::nullopt);
  auto fast = *feed.Open(std::nullopt);
  const std::vector<std::uint64_t> some = Drain(*fast, 30);
  slow.reset();
  const std::vector<std::uint64_t> rest = Drain(*fast, 1'000'000);
  EXPECT_EQ(some.size() + rest.size(), log.size());
}

TEST(SharedFeed, CancelEndsTheWaitOfThatReaderOnly) {
  MemoryOrderLog log;
  OrderHistories histories(1, 3, 3);
  SharedFeed feed(log, kSmall);
  auto one = *feed.Open(std::nullopt);
  auto two = *feed.Open(std::nullopt);
  Drain(*one, 1);
  Drain(*two, 1);
  std::thread cancels([&] { one->Cancel(); });
  std::vector<std::shared_ptr<const FeedChunk>> chunks;
  EXPECT_TRUE(absl::IsCancelled(one->Next(1, chunks)));
  cancels.join();
  log.Append(histories.Next(1));
  EXPECT_FALSE(Drain(*two, 1).empty());
}

TEST(SharedFeed, WhatCameBeforeABreakIsDeliveredBeforeTheError) {
  MemoryOrderLog log;
  OrderHistories histories(1, 3, 3);
  log.Append(histories.Next(50));
  log.set_breaks_after(25);
  SharedFeed feed(log, kSmall);
  auto reader = *feed.Open(std::nullopt);
  std::vector<std::shared_ptr<const FeedChunk>> chunks;
  absl::Status read;
  while (read.ok()) read = reader->Next(1, chunks);
  EXPECT_TRUE(absl::IsUnavailable(read));
  std::size_t items = 0;
  for (const auto& chunk : chunks) items += chunk->items.size();
  EXPECT_EQ(items, 25U);
}

}  // namespace
}  // namespace orders::application
