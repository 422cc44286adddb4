// Whole read models, filled by either feed of a real log.

#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"

#include "infrastructure/journal/order_journal.h"
#include "tests/infrastructure/journal/feed_kinds.h"
#include "tests/support/append_and_wait.h"
#include "tests/support/category_links.h"
#include "tests/support/order_histories.h"
#include "tests/support/read_side.h"
#include "tests/support/temp_directory.h"

namespace orders::infrastructure {
namespace {

using application::LogPosition;
using application::RecordedOrderEvent;
using eventstoredb::testing_support::CategoryLinks;
using eventstoredb::testing_support::TempDirectory;
using testing_support::OrderHistories;
using testing_support::ReadSide;

const application::StoreIdentity kStore{"5e5e5e5e-0000-4000-8000-000000000001", 1};

class FeedProjections : public testing::TestWithParam<FeedKind> {
 protected:
  /// So many events more, with other streams' between them; the links come in groups.
  void Append(std::size_t count) {
    for (RecordedOrderEvent& event : histories_.Next(count)) {
      ++events_;
      const std::string request = absl::StrCat("request-", events_);
      const auto after = event.revision == 0 ? std::nullopt : std::optional(event.revision - 1);
      const auto appended = testing_support::Append(
          journal_, {}, event.order_id, after, {event.event},
          {.actor = "ada", .request_id = request, .request_hash = "", .time = absl::Now()});
      ASSERT_TRUE(appended.ok()) << appended.status();
      last_ = appended->last_position;
      if (events_ % 7 == 0) {
        ASSERT_TRUE(links_.WriteAll().ok());
      }
    }
    ASSERT_TRUE(links_.WriteAll().ok());
  }
  ReadSide::Options SmallBatches() const {
    ReadSide::Options options{.directory = directory_.path()};
    options.host.build_events_max = 50;
    options.host.feed.chunk_items_max = 20;
    options.host.feed.items_held_max = 60;
    options.host.retired_grace = absl::ZeroDuration();
    return options;
  }
  ReadSide::Source From(OrderJournalFeed& feed) {
    return {feed, journal_, [this] { return last_; }};
  }
  /// As another reader has them, one that takes them from $all.
  std::vector<RecordedOrderEvent> Events() {
    OrderJournalFeed feed(store_.log(), kStore);
    const auto reader = *feed.Open(std::nullopt);
    std::vector<RecordedOrderEvent> events;
    std::vector<application::FeedItem> items;
    for (bool caught_up = false; !caught_up;) {
      items.clear();
      EXPECT_TRUE(reader->Next(1'000, absl::Seconds(1), items).ok());
      for (application::FeedItem& item : items) {
        if (auto* event = std::get_if<RecordedOrderEvent>(&item)) events.push_back(*event);
        caught_up = caught_up || std::holds_alternative<application::FeedCaughtUp>(item);
      }
    }
    return events;
  }

  const TempDirectory directory_;
  StoreOfKind store_{GetParam()};
  OpensslDigest digest_{""};
  OrderJournal journal_{store_.log(), digest_, kStore};
  CategoryLinks links_{store_.log()};
  OrderJournalFeed feed_{store_.store(), kStore, {.source = GetParam().source}};
  OrderJournalFeed other_feed_{
      store_.store(),
      kStore,
      {.source = GetParam().source == FeedSource::kAll ? FeedSource::kCategory : FeedSource::kAll}};
  OrderHistories histories_{11, 10, 6};
  std::uint64_t events_ = 0;
  LogPosition last_;
};
INSTANTIATE_TEST_SUITE_P(Kinds, FeedProjections, testing::ValuesIn(EveryFeed()), NameOfKind);

TEST_P(FeedProjections, EqualTheNaiveFoldOfHistoryAndLiveEvents) {
  ASSERT_NO_FATAL_FAILURE(Append(400));
  ReadSide side(From(feed_), SmallBatches());
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  EXPECT_EQ(side.Difference(Events()), "");
  for (int i = 0; i < 10; ++i) ASSERT_NO_FATAL_FAILURE(Append(20));
  ASSERT_TRUE(side.WaitUntilCurrent());
  EXPECT_EQ(side.Difference(Events()), "");
  EXPECT_EQ(side.StatusOf("orders").events_applied, events_);
  EXPECT_EQ(side.StatusOf("orders").events_skipped, 0U);
}

// Each second start reads the other feed.
TEST_P(FeedProjections, GoOnAfterAStopAnywhereWithTheSameFeedOrTheOther) {
  for (const bool takes_turns : {false, true}) {
    const std::uint64_t applied_before = events_;
    std::uint64_t applied = 0;
    for (int start = 0; start < 9; ++start) {
      ASSERT_NO_FATAL_FAILURE(Append(60));
      ReadSide side(From(takes_turns && start % 2 == 1 ? other_feed_ : feed_), SmallBatches());
      side.Start();
      // Sometimes at once, sometimes in the midst, sometimes at the end.
      if (start % 3 == 0) {
        ASSERT_TRUE(side.WaitUntilCurrent());
      }
      if (start % 3 == 1) {
        while (side.StatusOf("orders").batches < 1) std::this_thread::yield();
      }
      side.Stop();
      applied += side.StatusOf("orders").events_applied;
      ASSERT_EQ(side.telemetry().Lines(application::Severity::kWarning),
                std::vector<std::string>{});
    }
    ReadSide side(From(feed_), SmallBatches());
    side.Start();
    ASSERT_TRUE(side.WaitUntilCurrent());
    EXPECT_EQ(side.Difference(Events()), "");
    EXPECT_EQ(applied + side.StatusOf("orders").events_applied, events_ - applied_before);
  }
}

TEST_P(FeedProjections, AreRebuiltWhileOrdersAreWritten) {
  ASSERT_NO_FATAL_FAILURE(Append(300));
  ReadSide side(From(feed_), SmallBatches());
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  ASSERT_TRUE(side.host().StartRebuild("orders").ok());
  ASSERT_NO_FATAL_FAILURE(Append(100));
  const application::RebuildStatus rebuilt = side.WaitUntilRebuilt("orders");
  EXPECT_EQ(rebuilt.phase, application::RebuildPhase::kDone) << rebuilt.error;
  ASSERT_TRUE(side.WaitUntilCurrent());
  EXPECT_EQ(side.Difference(Events()), "");
}

}  // namespace
}  // namespace orders::infrastructure
