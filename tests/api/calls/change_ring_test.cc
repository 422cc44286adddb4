#include "api/calls/change_ring.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orders::api {
namespace {

using ::testing::ElementsAre;

std::shared_ptr<const OrderChange> Change(const std::string& order, std::uint64_t position) {
  application::RecordedOrderEvent event;
  event.order_id = {order};
  event.position = {position, position};
  event.event = domain::NoteSet{"n"};
  return std::make_shared<const OrderChange>(OrderChange{event});
}

/// Positions of what comes after `cursor`, until there is nothing; 0 at the end: behind or closed.
std::vector<std::uint64_t> TakeAll(const ChangeRing& ring, ChangeRing::Cursor& cursor,
                                   const std::string& order = "") {
  std::vector<std::uint64_t> positions;
  while (true) {
    const ChangeRing::Next next = ring.Take(cursor, order);
    const auto* change = std::get_if<std::shared_ptr<const OrderChange>>(&next);
    if (change == nullptr) {
      if (!std::holds_alternative<ChangeRing::Nothing>(next)) positions.push_back(0);
      return positions;
    }
    positions.push_back((*change)->position().commit);
  }
}

TEST(ChangeRing, GivesWhatComesAfterTheCursorOnce) {
  ChangeRing ring({});
  ring.Open({10, 10});
  for (std::uint64_t i = 11; i <= 15; ++i) ring.Add(Change("o1", i));
  ChangeRing::Cursor cursor{.after = {12, 12}};
  EXPECT_THAT(TakeAll(ring, cursor), ElementsAre(13, 14, 15));
  EXPECT_THAT(TakeAll(ring, cursor), ElementsAre());
  ring.Add(Change("o1", 16));
  EXPECT_THAT(TakeAll(ring, cursor), ElementsAre(16));
}

TEST(ChangeRing, GivesTheChangesOfOneOrder) {
  ChangeRing ring({});
  ring.Open({});
  for (std::uint64_t i = 1; i <= 6; ++i) ring.Add(Change(i % 2 == 0 ? "even" : "odd", i));
  ChangeRing::Cursor cursor;
  EXPECT_THAT(TakeAll(ring, cursor, "even"), ElementsAre(2, 4, 6));
}

TEST(ChangeRing, SaysThatAReaderIsBehindWhatItHolds) {
  ChangeRing ring({.changes_max = 3});
  ring.Open({});
  ChangeRing::Cursor slow;
  ring.Add(Change("o1", 1));
  EXPECT_THAT(TakeAll(ring, slow), ElementsAre(1));
  for (std::uint64_t i = 2; i <= 10; ++i) ring.Add(Change("o1", i));
  EXPECT_EQ(ring.size(), 3U);
  EXPECT_EQ(ring.begin().commit, 7U);
  EXPECT_THAT(TakeAll(ring, slow), ElementsAre(0));
  ChangeRing::Cursor just_in{.after = {7, 7}};
  EXPECT_THAT(TakeAll(ring, just_in), ElementsAre(8, 9, 10));
}

TEST(ChangeRing, IsBoundedInBytesToo) {
  ChangeRing ring({.changes_max = 1'000, .bytes_max = 10'000});
  ring.Open({});
  for (std::uint64_t i = 1; i <= 100; ++i) ring.Add(Change("o1", i));
  EXPECT_LT(ring.size(), 10U);
}

TEST(ChangeRing, MovesACursorPastWhatIsNotForIt) {
  ChangeRing ring({.changes_max = 3});
  ring.Open({});
  ChangeRing::Cursor cursor;
  for (std::uint64_t i = 1; i <= 3; ++i) ring.Add(Change("other", i));
  EXPECT_THAT(TakeAll(ring, cursor, "mine"), ElementsAre());
  EXPECT_EQ(cursor.after.commit, 3U);
  ring.Advance({9, 9});
  EXPECT_THAT(TakeAll(ring, cursor, "mine"), ElementsAre());
  EXPECT_EQ(cursor.after.commit, 9U);
}

TEST(ChangeRing, AfterItOpensAgainNoOldPlaceIsMistaken) {
  ChangeRing ring({});
  ring.Open({});
  for (std::uint64_t i = 1; i <= 4; ++i) ring.Add(Change("o1", i));
  ChangeRing::Cursor cursor{.after = {2, 2}};
  (void)ring.Take(cursor, "");
  ring.Close();
  EXPECT_THAT(TakeAll(ring, cursor), ElementsAre(0));
  ring.Open({2, 2});
  for (std::uint64_t i = 3; i <= 5; ++i) ring.Add(Change("o1", i));
  EXPECT_THAT(TakeAll(ring, cursor), ElementsAre(4, 5));
}

TEST(ChangeRing, ACursorAheadOfItWaitsForWhatComesAfter) {
  ChangeRing ring({});
  ring.Open({});
  ChangeRing::Cursor cursor{.after = {5, 5}};
  for (std::uint64_t i = 1; i <= 6; ++i) ring.Add(Change("o1", i));
  EXPECT_THAT(TakeAll(ring, cursor), ElementsAre(6));
}

}  // namespace
}  // namespace orders::api
