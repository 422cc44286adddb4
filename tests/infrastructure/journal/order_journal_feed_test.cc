#include "infrastructure/journal/order_journal_feed.h"

#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "absl/time/clock.h"
#include <gtest/gtest.h>

#include "infrastructure/journal/event_codec.h"
#include "tests/infrastructure/journal/feed_test.h"
#include "tests/support/event_store_testing.h"

namespace orders::infrastructure {
namespace {

using application::FeedItem;
using application::FeedProgress;
using application::LogPosition;
using application::RecordedOrderEvent;
using application::UnreadableOrderEvent;

class OrderJournalFeedTest : public FeedTest {};
INSTANTIATE_TEST_SUITE_P(Kinds, OrderJournalFeedTest, testing::ValuesIn(EveryFeed()), NameOfKind);

TEST_P(OrderJournalFeedTest, DeliversAllOrdersInTheLogsOrderThenLive) {
  AppendNote("a", 0);
  AppendNote("b", 0);
  AppendNote("a", 1);
  const auto reader = Open();
  EXPECT_EQ(NotesOf(Take(*reader, 4)),
            (std::vector<std::string>{"a@0", "b@0", "a@1", "caught up"}));
  const LogPosition end = AppendNote("b", 1);

  const std::vector<FeedItem> live = Take(*reader, 1);
  ASSERT_EQ(NotesOf(live), std::vector<std::string>{"b@1"});
  const auto& event = std::get<RecordedOrderEvent>(live[0]);
  EXPECT_EQ(event.order_id.value, "b");
  EXPECT_EQ(event.revision, 1U);
  EXPECT_EQ(event.position, end);
  EXPECT_EQ(feed_.KnownEnd().has_value(), !GetParam().over_wire);
  EXPECT_GE(feed_.KnownEnd().value_or(end), end);
  EXPECT_EQ(feed_.identity(), journal_.identity());
}

TEST_P(OrderJournalFeedTest, StartsAfterAPositionAndTakesAsManyAsAskedFor) {
  std::vector<LogPosition> positions;
  for (std::uint64_t i = 0; i < 10; ++i) positions.push_back(AppendNote("a", i));
  const auto reader = Open(positions[6]);
  EXPECT_EQ(NotesOf(Take(*reader, 4, 1)),
            (std::vector<std::string>{"a@7", "a@8", "a@9", "caught up"}));
}

TEST_P(OrderJournalFeedTest, PassesOverWhatIsNoOrders) {
  AppendNote("a", 0);
  AppendRaw("invoice-1", "NoteSet", "{}");
  AppendRaw("orders-store", "StoreIdentified", "{}");
  AppendRaw("order-", "NoteSet", "{}");
  AppendRaw("order-no such id", "NoteSet", "{}");
  AppendRaw("order-a", "NoteTranslated", "{}");
  AppendNote("b", 0);
  const auto reader = Open();

  EXPECT_EQ(NotesOf(Take(*reader, 4)),
            (std::vector<std::string>{"a@0", "NoteTranslated is unknown", "b@0", "caught up"}));
  EXPECT_EQ(feed_.skips().foreign_streams, 2U);
  EXPECT_EQ(feed_.skips().unknown_types, 1U);
}

// A server says it only now and then of a filtered $all, so that is not asked here.
class SaysHowFarItGot : public OrderJournalFeedTest {};
INSTANTIATE_TEST_SUITE_P(Kinds, SaysHowFarItGot,
                         testing::Values(EveryFeed()[0], EveryFeed()[2], EveryFeed()[3]),
                         NameOfKind);
TEST_P(SaysHowFarItGot, WhenNothingIsForUs) {
  AppendRaw("order-a", "NoteTranslated", "{}");
  const LogPosition last = AppendRaw("invoice-1", "NoteSet", "{}");
  const auto reader = Open();
  std::optional<LogPosition> progress;
  const absl::Time deadline = absl::Now() + kPatience;
  while (progress < last && absl::Now() < deadline) {
    std::vector<FeedItem> items;
    ASSERT_TRUE(reader->Next(100, absl::Milliseconds(100), items).ok());
    for (const FeedItem& item : items) {
      if (const auto* one = std::get_if<FeedProgress>(&item)) progress = one->position;
    }
  }
  EXPECT_EQ(progress, last);
}

// Links that come at once with their events, and those of a projection that was switched on when
// all events were there.
TEST_P(OrderJournalFeedTest, GoesOnAfterAnyPosition) {
  for (const bool all_at_the_end : {false, true}) {
    links_are_held_ = all_at_the_end;
    std::vector<LogPosition> positions;
    std::vector<std::string> notes;
    const auto append = [&](const std::string& order, std::uint64_t revision) {
      positions.push_back(AppendNote(order, revision));
      notes.push_back(order + "@" + std::to_string(revision));
    };
    const std::string round = all_at_the_end ? "late-" : "soon-";
    const LogPosition before = AppendRaw("invoice-1", "NoteSet", "{}");
    for (std::uint64_t i = 0; i < 9; ++i) {
      append(round + "a", i);
      AppendRaw("invoice-1", "NoteSet", "{}");
      append(round + "b", i);
    }
    WriteLinks();
    notes.push_back("caught up");
    EXPECT_EQ(NotesOf(Take(*Open(before), notes.size())), notes);
    for (std::size_t i = 0; i < positions.size(); ++i) {
      const std::vector<std::string> rest(notes.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                          notes.end());
      EXPECT_EQ(NotesOf(Take(*Open(positions[i]), rest.size())), rest) << "after " << notes[i];
    }
  }
}

TEST_P(OrderJournalFeedTest, IsGoneOnWithByTheOtherFeedAnywhere) {
  OrderJournalFeed other(
      store_.store(), {"the store", 3},
      Options(GetParam().source == FeedSource::kAll ? FeedSource::kCategory : FeedSource::kAll));
  std::vector<std::string> notes;
  for (std::uint64_t i = 0; i < 12; ++i) {
    const std::string order = i % 3 == 0 ? "a" : "b";
    const std::uint64_t revision = i % 3 == 0 ? i / 3 : i - i / 3 - 1;
    AppendNote(order, revision);
    AppendRaw("invoice-1", "NoteSet", "{}");
    notes.push_back(order + "@" + std::to_string(revision));
  }
  std::vector<std::string> read;
  std::optional<LogPosition> place;
  for (int turn = 0; read.size() < notes.size() && turn < 100; ++turn) {
    const auto reader = OpenOf(turn % 2 == 0 ? feed_ : other, place);
    for (const FeedItem& item : Take(*reader, 1 + static_cast<std::size_t>(turn) % 3, 1)) {
      if (const auto* event = std::get_if<RecordedOrderEvent>(&item)) {
        place = event->position;
        read.push_back(std::get<domain::NoteSet>(event->event).note);
      }
    }
  }
  EXPECT_EQ(read, notes);
}

TEST_P(OrderJournalFeedTest, HandsOverAnUnreadableEventWithItsBytes) {
  AppendNote("a", 0);
  const LogPosition position = AppendRaw("order-a", "NoteSet", R"({"note":7})");
  AppendNote("a", 2);
  const auto reader = Open();

  const std::vector<FeedItem> items = Take(*reader, 4);
  ASSERT_EQ(NotesOf(items), (std::vector<std::string>{"a@0", "unreadable", "a@2", "caught up"}));
  const auto& unreadable = std::get<UnreadableOrderEvent>(items[1]);
  EXPECT_EQ(unreadable.order_id.value, "a");
  EXPECT_EQ(unreadable.revision, 1U);
  EXPECT_EQ(unreadable.type, "NoteSet");
  EXPECT_EQ(unreadable.data, R"({"note":7})");
  EXPECT_EQ(unreadable.metadata, EncodeMetadata({}));
  EXPECT_EQ(unreadable.position, position);
  EXPECT_EQ(unreadable.error, "body.note: must be a string");
  EXPECT_EQ(unreadable.event_id, eventstoredb::testing_support::Id(1).ToString());
}

TEST_P(OrderJournalFeedTest, ReturnsWithNothingWhenTheTimeIsUp) {
  const auto reader = Open();
  Take(*reader, 1);
  std::vector<FeedItem> items;
  EXPECT_TRUE(reader->Next(100, absl::Milliseconds(1), items).ok());
  EXPECT_TRUE(items.empty());
}

TEST_P(OrderJournalFeedTest, ACancelEndsAWait) {
  const auto reader = Open();
  Take(*reader, 1);
  std::thread canceller([&] { reader->Cancel(); });
  std::vector<FeedItem> items;
  EXPECT_EQ(reader->Next(100, kPatience, items).code(), absl::StatusCode::kCancelled);
  canceller.join();
}

}  // namespace
}  // namespace orders::infrastructure
