#include "infrastructure/journal/order_journal_feed.h"

#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/clock.h"
#include <gtest/gtest.h>

#include "eventstoredb/node/embedded_event_store.h"
#include "infrastructure/journal/event_codec.h"
#include "infrastructure/journal/order_journal.h"
#include "infrastructure/runtime/openssl_digest.h"
#include "tests/support/append_and_wait.h"
#include "tests/support/event_store_testing.h"

namespace orders::infrastructure {
namespace {

using application::FeedCaughtUp;
using application::FeedItem;
using application::FeedProgress;
using application::LogPosition;
using application::OrderFeedReader;
using application::RecordedOrderEvent;
using application::UnreadableOrderEvent;

constexpr absl::Duration kPatience = absl::Seconds(30);

class OrderJournalFeedTest : public ::testing::Test {
 protected:
  LogPosition AppendNote(const std::string& order, std::uint64_t revision) {
    const std::string text = order + "@" + std::to_string(revision);
    const auto appended = orders::testing_support::Append(
        journal_, {}, {order}, revision == 0 ? std::nullopt : std::optional(revision - 1),
        {domain::NoteSet{text}},
        {.actor = "ada", .request_id = text, .request_hash = "", .time = absl::UnixEpoch()});
    EXPECT_TRUE(appended.ok()) << appended.status();
    return appended.ok() ? appended->last_position : LogPosition{};
  }
  LogPosition AppendRaw(const std::string& stream, std::string type, std::string data) {
    const auto appended =
        eventstoredb::testing_support::Append(*log_, stream, eventstoredb::ExpectedRevision::Any(),
                                              {{.id = eventstoredb::testing_support::Id(++raw_),
                                                .type = std::move(type),
                                                .data = std::move(data),
                                                .metadata = EncodeMetadata({})}});
    EXPECT_TRUE(appended.ok()) << appended.status();
    return {appended->position->commit, appended->position->prepare};
  }
  std::unique_ptr<OrderFeedReader> Open(std::optional<LogPosition> after = std::nullopt) {
    auto reader = feed_.Open(after);
    EXPECT_TRUE(reader.ok()) << reader.status();
    return *std::move(reader);
  }
  /// Until `count` items other than progress came.
  static std::vector<FeedItem> Take(OrderFeedReader& reader, std::size_t count,
                                    std::size_t items_max = 100) {
    std::vector<FeedItem> taken;
    const absl::Time deadline = absl::Now() + kPatience;
    while (taken.size() < count && absl::Now() < deadline) {
      std::vector<FeedItem> batch;
      const absl::Status status = reader.Next(items_max, absl::Milliseconds(100), batch);
      EXPECT_TRUE(status.ok()) << status;
      EXPECT_LE(batch.size(), items_max);
      if (!status.ok()) break;
      for (std::size_t i = 0; i < batch.size(); ++i) {
        const bool progress = std::holds_alternative<FeedProgress>(batch[i]);
        EXPECT_FALSE(progress && i > 0 && std::holds_alternative<FeedProgress>(batch[i - 1]))
            << "not coalesced";
        if (!progress) taken.push_back(std::move(batch[i]));
      }
    }
    return taken;
  }
  static std::vector<std::string> NotesOf(const std::vector<FeedItem>& items) {
    std::vector<std::string> notes;
    for (const FeedItem& item : items) {
      if (const auto* event = std::get_if<RecordedOrderEvent>(&item)) {
        notes.push_back(std::get<domain::NoteSet>(event->event).note);
      } else if (const auto* unknown = std::get_if<application::UnknownOrderEvent>(&item)) {
        notes.push_back(unknown->type + " is unknown");
      } else {
        notes.push_back(std::holds_alternative<FeedCaughtUp>(item) ? "caught up" : "unreadable");
      }
    }
    return notes;
  }

  std::unique_ptr<eventstoredb::EmbeddedEventStore> log_ =
      *eventstoredb::EmbeddedEventStore::Open({.in_memory = true});
  OpensslDigest digest_{""};
  OrderJournal journal_{*log_, digest_, {"the store", 3}};
  OrderJournalFeed feed_{*log_, {"the store", 3}};
  std::uint64_t raw_ = 0;
};

TEST_F(OrderJournalFeedTest, DeliversAllOrdersInTheLogsOrderThenLive) {
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
  EXPECT_EQ(feed_.KnownEnd(), end);
  EXPECT_EQ(feed_.identity(), journal_.identity());
}

TEST_F(OrderJournalFeedTest, StartsAfterAPositionAndTakesAsManyAsAskedFor) {
  std::vector<LogPosition> positions;
  for (std::uint64_t i = 0; i < 10; ++i) positions.push_back(AppendNote("a", i));
  const auto reader = Open(positions[6]);
  EXPECT_EQ(NotesOf(Take(*reader, 4, 1)),
            (std::vector<std::string>{"a@7", "a@8", "a@9", "caught up"}));
}

TEST_F(OrderJournalFeedTest, PassesOverWhatIsNoOrders) {
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

TEST_F(OrderJournalFeedTest, SaysHowFarItGotWhenNothingIsForUs) {
  const LogPosition last = AppendRaw("order-a", "NoteTranslated", "{}");
  const auto reader = Open();
  std::optional<LogPosition> progress;
  const absl::Time deadline = absl::Now() + kPatience;
  while (progress != last && absl::Now() < deadline) {
    std::vector<FeedItem> items;
    ASSERT_TRUE(reader->Next(100, absl::Milliseconds(100), items).ok());
    for (const FeedItem& item : items) {
      if (const auto* one = std::get_if<FeedProgress>(&item)) progress = one->position;
    }
  }
  EXPECT_EQ(progress, last);
}

TEST_F(OrderJournalFeedTest, HandsOverAnUnreadableEventWithItsBytes) {
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

TEST_F(OrderJournalFeedTest, ReturnsWithNothingWhenTheTimeIsUp) {
  const auto reader = Open();
  Take(*reader, 1);
  std::vector<FeedItem> items;
  EXPECT_TRUE(reader->Next(100, absl::Milliseconds(1), items).ok());
  EXPECT_TRUE(items.empty());
}

TEST_F(OrderJournalFeedTest, ACancelEndsAWait) {
  const auto reader = Open();
  Take(*reader, 1);
  std::thread canceller([&] { reader->Cancel(); });
  std::vector<FeedItem> items;
  EXPECT_EQ(reader->Next(100, kPatience, items).code(), absl::StatusCode::kCancelled);
  canceller.join();
}

}  // namespace
}  // namespace orders::infrastructure
