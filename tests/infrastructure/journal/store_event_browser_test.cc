// Looking into a store, embedded and over the wire: what is read, in which pages, and what is
// refused.

#include "infrastructure/journal/store_event_browser.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "application/commands/request_errors.h"
#include "tests/infrastructure/journal/feed_kinds.h"
#include "tests/support/category_links.h"
#include "tests/support/event_store_testing.h"

namespace orders::infrastructure {
namespace {

using application::BrowsedEvent;
using application::BrowseOrder;
using application::LogPosition;
using eventstoredb::ExpectedRevision;
using eventstoredb::ProposedEvent;
using eventstoredb::testing_support::Event;
using eventstoredb::testing_support::EventRange;
using eventstoredb::testing_support::Id;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class StoreEventBrowserTest : public testing::TestWithParam<FeedKind> {
 protected:
  void Given(const std::string& stream, std::vector<ProposedEvent> events) {
    const auto appended = eventstoredb::testing_support::Append(
        kind_.log(), stream, ExpectedRevision::Any(), std::move(events));
    ASSERT_TRUE(appended.ok()) << appended.status();
  }
  void GivenMany(const std::string& stream, std::uint64_t count) {
    constexpr std::uint64_t kAtOnce = 5'000;
    for (std::uint64_t made = 0; made < count; made += kAtOnce) {
      const std::uint64_t more = std::min(kAtOnce, count - made);
      ASSERT_NO_FATAL_FAILURE(Given(stream, EventRange(next_id_, more)));
      next_id_ += more;
    }
  }
  static absl::Time Soon() { return absl::Now() + absl::Seconds(60); }
  static std::string ReasonOf(const absl::Status& status) {
    const auto error = application::GetRequestError(status);
    return error.has_value() ? error->reason : "";
  }
  static std::vector<std::uint64_t> Revisions(const std::vector<BrowsedEvent>& events) {
    std::vector<std::uint64_t> revisions;
    for (const BrowsedEvent& event : events) revisions.push_back(event.read_at().revision);
    return revisions;
  }

  StoreOfKind kind_{GetParam()};
  StoreEventBrowser browser_{kind_.store()};
  std::uint64_t next_id_ = 1'000'000;
};
INSTANTIATE_TEST_SUITE_P(Stores, StoreEventBrowserTest,
                         testing::Values(EveryFeed()[0], EveryFeed()[1]), NameOfKind);

TEST_P(StoreEventBrowserTest, ReadsAStreamInPagesBothWays) {
  Given("s", EventRange(1, 5));
  auto page = browser_.ReadStream({.stream = "s", .events_max = 2, .deadline = Soon()});
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(Revisions(page->events), ElementsAre(0, 1));
  EXPECT_EQ(page->events[0].id, Id(1).ToString());
  EXPECT_EQ(page->events[0].data.bytes, "{\"n\":1}");
  EXPECT_TRUE(page->events[0].data.is_json);
  EXPECT_FALSE(page->events[0].metadata.is_json) << "m1 is no JSON";
  EXPECT_EQ(page->next, 2U);
  page = browser_.ReadStream({.stream = "s", .from = 4, .events_max = 2, .deadline = Soon()});
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(Revisions(page->events), ElementsAre(4));
  EXPECT_FALSE(page->next.has_value());
  page = browser_.ReadStream({.stream = "s",
                              .order = BrowseOrder::kBackwards,
                              .from = 3,
                              .events_max = 3,
                              .deadline = Soon()});
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(Revisions(page->events), ElementsAre(3, 2, 1));
  EXPECT_EQ(page->next, 0U);
}

TEST_P(StoreEventBrowserTest, SaysWhichStreamIsNotThereAndWhy) {
  Given("gone", {Event(1)});
  ASSERT_TRUE(
      kind_.log()
          .Delete(
              {.stream = "gone", .kind = eventstoredb::DeleteKind::kTombstone, .deadline = Soon()})
          .ok());
  const auto ask = [&](const std::string& stream) {
    return browser_.ReadStream({.stream = stream, .deadline = Soon()}).status();
  };
  EXPECT_EQ(ask("none").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReasonOf(ask("none")), "STREAM_NOT_FOUND");
  EXPECT_EQ(ReasonOf(ask("gone")), "STREAM_DELETED");
  for (const std::string stream :
       {"$ce-order", "$et-OrderCreated", "$category-order", "$streams"}) {
    EXPECT_EQ(ask(stream).code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(ReasonOf(ask(stream)), "NOT_PROJECTED");
    EXPECT_THAT(std::string(ask(stream).message()), HasSubstr("stream_prefix"));
  }
}

TEST_P(StoreEventBrowserTest, FollowsLinksAndSaysWhereTheyStand) {
  Given("order-a", {Event(1), Event(2)});
  Given("order-b", {Event(3)});
  eventstoredb::testing_support::CategoryLinks links(kind_.log());
  ASSERT_TRUE(links.WriteAll().ok());
  ASSERT_TRUE(links.Write("7@order-a").ok());
  ASSERT_TRUE(links.Write("0@never").ok());
  const auto page = browser_.ReadStream(
      {.stream = "$ce-order", .order = BrowseOrder::kBackwards, .deadline = Soon()});
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_THAT(page->events, SizeIs(5));
  EXPECT_THAT(Revisions(page->events), ElementsAre(4, 3, 2, 1, 0));
  // What is linked to is not there: the link itself.
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(page->events[i].type, "$>");
    EXPECT_FALSE(page->events[i].link.has_value());
  }
  EXPECT_EQ(page->events[0].data.bytes, "0@never");
  const BrowsedEvent& linked = page->events[2];
  EXPECT_EQ(linked.place.stream, "order-b");
  EXPECT_EQ(linked.place.revision, 0U);
  ASSERT_TRUE(linked.link.has_value());
  EXPECT_EQ(linked.link->stream, "$ce-order");
  EXPECT_EQ(linked.link->revision, 2U);
  EXPECT_GT(linked.link->position, linked.place.position);
}

TEST_P(StoreEventBrowserTest, LooksThroughTheLogByPrefixesWithoutGapOrRepeat) {
  for (std::uint64_t i = 0; i < 60; ++i) {
    Given(absl::StrCat(i % 3 == 0 ? "order-" : "other-", i % 7),
          {Event(100 + i, i % 2 == 0 ? "Even" : "Odd")});
  }
  for (const BrowseOrder order : {BrowseOrder::kForwards, BrowseOrder::kBackwards}) {
    std::vector<std::string> ids;
    std::uint64_t examined = 0;
    application::BrowseAll query{.order = order,
                                 .stream_prefix = "order-",
                                 .type_prefix = "Ev",
                                 .events_max = 3,
                                 .deadline = Soon()};
    int pages = 0;
    do {
      const auto page = browser_.ReadAll(query);
      ASSERT_TRUE(page.ok()) << page.status();
      EXPECT_LE(page->events.size(), 3U);
      for (const BrowsedEvent& event : page->events) ids.push_back(event.id);
      examined += page->examined;
      query.after = page->next;
    } while (query.after.has_value() && ++pages < 100);
    std::vector<std::string> wanted;
    for (std::uint64_t i = 0; i < 60; i += 6) wanted.push_back(Id(100 + i).ToString());
    if (order == BrowseOrder::kBackwards) std::reverse(wanted.begin(), wanted.end());
    EXPECT_EQ(ids, wanted);
    EXPECT_EQ(examined, 60U) << "each is looked at once";
  }
}

TEST_P(StoreEventBrowserTest, BeginsAtAPositionAsTheStoreDoes) {
  Given("s", EventRange(1, 3));
  const auto all = browser_.ReadAll({.deadline = Soon()});
  ASSERT_TRUE(all.ok()) << all.status();
  ASSERT_THAT(all->events, SizeIs(3));
  const LogPosition second = all->events[1].place.position;
  const auto onwards = browser_.ReadAll({.from = second, .deadline = Soon()});
  ASSERT_TRUE(onwards.ok()) << onwards.status();
  EXPECT_THAT(Revisions(onwards->events), ElementsAre(1, 2));
  const auto before =
      browser_.ReadAll({.order = BrowseOrder::kBackwards, .from = second, .deadline = Soon()});
  ASSERT_TRUE(before.ok()) << before.status();
  EXPECT_THAT(Revisions(before->events), ElementsAre(0));
}

TEST_P(StoreEventBrowserTest, EndsALongLookWithThePlaceToGoOnFrom) {
  Given("first", {{.id = Id(1),
                   .type = "Wanted",
                   .data = "{}",
                   .metadata = R"({"$correlationId":"c\u002d1","$causationId":"r-1"})"}});
  ASSERT_NO_FATAL_FAILURE(GivenMany("crowd", application::kBrowsedExaminedMax + 10));
  application::BrowseAll query{
      .order = BrowseOrder::kBackwards, .correlation_id = "c-1", .deadline = Soon()};
  auto page = browser_.ReadAll(query);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(page->events, IsEmpty());
  EXPECT_EQ(page->examined, application::kBrowsedExaminedMax);
  ASSERT_TRUE(page->next.has_value());
  query.after = page->next;
  page = browser_.ReadAll(query);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_THAT(page->events, SizeIs(1));
  EXPECT_EQ(page->events[0].correlation_id, "c-1");
  EXPECT_EQ(page->events[0].causation_id, "r-1");
  EXPECT_EQ(page->examined, 11U);
  EXPECT_FALSE(page->next.has_value());
}

TEST_P(StoreEventBrowserTest, KeepsAPageSmallAndCutsWhatIsTooLarge) {
  const std::string text = absl::StrCat("\"", std::string(900'000, '<'), "\"");
  Given("large", {{.id = Id(1), .type = "Escaped", .data = text}});
  for (std::uint64_t i = 2; i < 8; ++i) {
    Given("large", {{.id = Id(i),
                     .type = "Whole",
                     .data = absl::StrCat("\"", std::string(1'000'000, 'x'), "\"")}});
  }
  Given("large", {{.id = Id(9), .type = "Bytes", .is_json = false, .data = "\x01\xff"}});
  std::vector<std::string> types;
  application::BrowseStream query{.stream = "large", .deadline = Soon()};
  int pages = 0;
  do {
    const auto page = browser_.ReadStream(query);
    ASSERT_TRUE(page.ok()) << page.status();
    ++pages;
    EXPECT_LE(page->events.size(), 4U);
    for (const BrowsedEvent& event : page->events) {
      types.push_back(event.type);
      const bool is_cut = event.type == "Escaped";
      EXPECT_EQ(event.data.is_cut(), is_cut);
      EXPECT_EQ(event.data.is_json, event.type == "Whole");
      if (is_cut) {
        EXPECT_EQ(event.data.bytes, text.substr(0, application::kBrowsedCutBytes));
        EXPECT_EQ(event.data.size, text.size());
      }
    }
    query.from = page->next;
  } while (query.from.has_value() && pages < 10);
  EXPECT_THAT(
      types, ElementsAre("Escaped", "Whole", "Whole", "Whole", "Whole", "Whole", "Whole", "Bytes"));
  EXPECT_GE(pages, 3);
}

TEST_P(StoreEventBrowserTest, ListsEachStreamOnceByItsNewestEvent) {
  for (std::uint64_t round = 0; round < 4; ++round) {
    for (std::uint64_t stream = 0; stream < 5; ++stream) {
      Given(absl::StrCat("s-", stream), {Event(1 + round * 10 + stream)});
    }
  }
  Given("$system", {Event(90)});
  Given("hidden", {Event(91)});
  Given("ended", {Event(92)});
  ASSERT_TRUE(kind_.log().Delete({.stream = "hidden", .deadline = Soon()}).ok());
  ASSERT_TRUE(
      kind_.log()
          .Delete(
              {.stream = "ended", .kind = eventstoredb::DeleteKind::kTombstone, .deadline = Soon()})
          .ok());
  application::BrowseStreams query{.streams_max = 2, .deadline = Soon()};
  std::vector<std::string> names;
  int pages = 0;
  do {
    const auto page = browser_.ListStreams(query);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const application::BrowsedStream& stream : page->streams) {
      names.push_back(stream.newest.stream);
      EXPECT_EQ(stream.is_deleted, stream.newest.stream == "ended");
      if (!stream.is_deleted) {
        EXPECT_EQ(stream.newest.revision, 3U);
      }
    }
    query.before = page->next;
  } while (query.before.has_value() && ++pages < 100);
  EXPECT_THAT(names, ElementsAre("ended", "s-4", "s-3", "s-2", "s-1", "s-0"));

  const auto with_system =
      browser_.ListStreams({.stream_prefix = "$sys", .with_system = true, .deadline = Soon()});
  ASSERT_TRUE(with_system.ok()) << with_system.status();
  ASSERT_THAT(with_system->streams, SizeIs(1));
  EXPECT_EQ(with_system->streams[0].newest.stream, "$system");
}

TEST_P(StoreEventBrowserTest, KeepsTheDeadline) {
  Given("s", {Event(1)});
  const absl::Time past = absl::Now() - absl::Seconds(1);
  for (const absl::Status& status :
       {browser_.ReadStream({.stream = "s", .deadline = past}).status(),
        browser_.ReadAll({.deadline = past}).status(),
        browser_.ListStreams({.deadline = past}).status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded) << status;
  }
}

}  // namespace
}  // namespace orders::infrastructure
