#include "eventstoredb/node/read_pages.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstoredb/node/embedded_event_store.h"
#include "eventstoredb/system_names.h"
#include "tests/support/event_store_testing.h"

namespace eventstoredb {
namespace {

using namespace testing_support;  // NOLINT: the words of these tests.
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Le;
using testing::Not;
using testing::SizeIs;

class ReadPages : public testing::Test {
 protected:
  void SetUp() override {
    EmbeddedEventStoreOptions options;
    options.in_memory = true;
    options.clock = [this] { return absl::FromUnixSeconds(now_seconds_); };
    auto opened = EmbeddedEventStore::Open(options);
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }

  void SetMetadata(const std::string& stream, std::string json) {
    ProposedEvent event = Event(++metadata_id_, std::string(kMetadataType));
    event.data = std::move(json);
    ASSERT_TRUE(Append(*store_, MetastreamOf(stream), kAny, {event}).ok());
  }
  void AppendLinks(const std::string& stream, const std::vector<std::string>& targets) {
    std::vector<ProposedEvent> links = EventRange(++metadata_id_ + 1'000, targets.size());
    metadata_id_ += targets.size();
    for (std::size_t i = 0; i < targets.size(); ++i) {
      links[i].type = std::string(kLinkType);
      links[i].data = targets[i];
    }
    ASSERT_TRUE(Append(*store_, stream, kAny, links).ok());
  }

  // Revisions of the events that stand in what was read.
  static std::vector<std::uint64_t> Revisions(const std::vector<ResolvedEvent>& events) {
    std::vector<std::uint64_t> revisions;
    for (const ResolvedEvent& event : events) revisions.push_back(event.Original().revision);
    return revisions;
  }
  // What links stand for: "stream@revision", "none" without a target, "self" for what is no link.
  static std::vector<std::string> Targets(const std::vector<ResolvedEvent>& events) {
    std::vector<std::string> targets;
    for (const ResolvedEvent& event : events) {
      if (!event.link.has_value()) {
        targets.emplace_back("self");
      } else if (!event.event.has_value()) {
        targets.emplace_back("none");
      } else {
        targets.push_back(event.event->stream + "@" + std::to_string(event.event->revision));
      }
    }
    return targets;
  }

  std::atomic<std::int64_t> now_seconds_{1'000'000};
  std::uint64_t metadata_id_ = 100'000;
  std::unique_ptr<EmbeddedEventStore> store_;
};

TEST_F(ReadPages, APageForwardsSaysWhereTheNextOneBegins) {
  ASSERT_TRUE(Append(*store_, "s", kAny, EventRange(1, 10)).ok());
  auto page = store_->ReadStreamPage({.stream = "s", .events_max = 4});
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(Revisions(page->events), ElementsAre(0, 1, 2, 3));
  EXPECT_EQ(page->next, 4U);
  EXPECT_FALSE(page->at_end);
  EXPECT_EQ(page->last, 9U);
  EXPECT_EQ(page->first_available, 0U);
  page = store_->ReadStreamPage({.stream = "s", .from = 8, .events_max = 4});
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(Revisions(page->events), ElementsAre(8, 9));
  EXPECT_EQ(page->next, 10U);
  EXPECT_TRUE(page->at_end);
}

TEST_F(ReadPages, APageFromBeyondTheEndLeadsBackToTheNextRevision) {
  ASSERT_TRUE(Append(*store_, "s", kAny, EventRange(1, 10)).ok());
  for (const std::uint64_t from : {std::uint64_t{10}, std::uint64_t{100}, UINT64_MAX}) {
    const auto page = store_->ReadStreamPage({.stream = "s", .from = from});
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_THAT(page->events, IsEmpty());
    EXPECT_EQ(page->next, 10U);
    EXPECT_TRUE(page->at_end);
    EXPECT_EQ(page->last, 9U);
  }
}

TEST_F(ReadPages, BackwardsPagesLeadToTheFirstAvailableEvent) {
  ASSERT_TRUE(Append(*store_, "s", kAny, EventRange(1, 6)).ok());
  SetMetadata("s", R"({"$tb":1})");
  std::vector<std::uint64_t> seen;
  StreamPageRequest request{.stream = "s", .direction = kBackwards, .events_max = 2};
  for (int pages = 0; pages < 10; ++pages) {
    const auto page = store_->ReadStreamPage(request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const std::uint64_t revision : Revisions(page->events)) seen.push_back(revision);
    if (page->at_end) break;
    request.from = page->next;
  }
  EXPECT_THAT(seen, ElementsAre(5, 4, 3, 2, 1));
  request.from = 100;
  EXPECT_THAT(Revisions(store_->ReadStreamPage(request)->events), ElementsAre(5, 4));
  request.from = 0;
  const auto below = store_->ReadStreamPage(request);
  ASSERT_TRUE(below.ok()) << below.status();
  EXPECT_THAT(below->events, IsEmpty());
  EXPECT_TRUE(below->at_end);
}

TEST_F(ReadPages, APageWithinWhatIsTruncatedIsEmptyAndLeadsOut) {
  ASSERT_TRUE(Append(*store_, "s", kAny, EventRange(1, 10)).ok());
  SetMetadata("s", R"({"$tb":5})");
  auto page = store_->ReadStreamPage({.stream = "s", .events_max = 3});
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(page->events, IsEmpty());
  EXPECT_EQ(page->next, 5U);
  EXPECT_FALSE(page->at_end);
  EXPECT_EQ(page->first_available, 5U);
  page = store_->ReadStreamPage({.stream = "s", .events_max = 32});
  EXPECT_THAT(Revisions(page->events), ElementsAre(5, 6, 7, 8, 9));

  SetMetadata("s", R"({"$tb":50})");
  page = store_->ReadStreamPage({.stream = "s"});
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(page->events, IsEmpty());
  EXPECT_EQ(page->next, 10U);
  EXPECT_TRUE(page->at_end);
  EXPECT_EQ(page->first_available, 10U);
}

TEST_F(ReadPages, EventsExpireWithTheirAge) {
  for (std::uint64_t i = 0; i < 5; ++i) {
    now_seconds_ = 1'000'000 + static_cast<std::int64_t>(10 * i);
    ASSERT_TRUE(Append(*store_, "s", kAny, Events({i + 1})).ok());
  }
  SetMetadata("s", R"({"$maxAge":25})");
  EXPECT_THAT(ReadStream(*store_, "s").Revisions(), ElementsAre(2, 3, 4));
  EXPECT_THAT(ReadStream(*store_, "s", kBackwards).Revisions(), ElementsAre(4, 3, 2));
  AppendLinks("l", {"1@s", "2@s"});
  const auto links = store_->ReadStreamPage({.stream = "l", .resolve_links = true});
  ASSERT_TRUE(links.ok()) << links.status();
  EXPECT_THAT(Targets(links->events), ElementsAre("none", "s@2"));
  now_seconds_ = 2'000'000;
  const ReadResult all_expired = ReadStream(*store_, "s");
  EXPECT_TRUE(all_expired.status.ok()) << all_expired.status;
  EXPECT_THAT(all_expired.events, IsEmpty());
}

TEST_F(ReadPages, BytesEndAPageWithAtLeastOneEvent) {
  ASSERT_TRUE(Append(*store_, "s", kAny, EventRange(1, 5)).ok());
  const auto page = store_->ReadStreamPage({.stream = "s", .bytes_max = 1});
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(Revisions(page->events), ElementsAre(0));
  EXPECT_EQ(page->next, 1U);
  EXPECT_FALSE(page->at_end);
}

TEST_F(ReadPages, OfWhatIsNotThereSayWhy) {
  EXPECT_TRUE(absl::IsNotFound(store_->ReadStreamPage({.stream = "none"}).status()));
  SetMetadata("only", R"({"a":1})");
  EXPECT_TRUE(absl::IsNotFound(store_->ReadStreamPage({.stream = "only"}).status()));
  EXPECT_TRUE(absl::IsNotFound(store_->ReadStreamPage({.stream = "$$none"}).status()));
  ASSERT_TRUE(Append(*store_, "s", kAny, EventRange(1, 5)).ok());
  EXPECT_TRUE(
      absl::IsInvalidArgument(store_->ReadStreamPage({.stream = "s", .events_max = 0}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(store_->ReadStreamPage({.stream = ""}).status()));
  EXPECT_TRUE(absl::IsDeadlineExceeded(
      store_->ReadStreamPage({.stream = "s", .deadline = absl::InfinitePast()}).status()));
  ASSERT_TRUE(store_->Delete({.stream = "s", .kind = DeleteKind::kTombstone}).ok());
  EXPECT_TRUE(GetStreamDeleted(store_->ReadStreamPage({.stream = "s"}).status()).has_value());
}

TEST_F(ReadPages, LinksStandForTheirTargets) {
  ASSERT_TRUE(Append(*store_, "t", kAny, EventRange(1, 3)).ok());
  ASSERT_TRUE(Append(*store_, "a@b", kAny, EventRange(1, 1)).ok());
  ASSERT_TRUE(Append(*store_, "deleted", kAny, EventRange(1, 1)).ok());
  ASSERT_TRUE(store_->Delete({.stream = "deleted"}).ok());
  ASSERT_TRUE(Append(*store_, "gone", kAny, EventRange(1, 1)).ok());
  ASSERT_TRUE(store_->Delete({.stream = "gone", .kind = DeleteKind::kTombstone}).ok());
  AppendLinks("inner", {"0@t"});
  AppendLinks("l", {"0@t", "2@t", "3@t", "-1@t", "-2@t", "0@a@b", "0@none", "0@deleted", "0@gone",
                    "-1@gone", "nonsense", "x@t", "7", "", "0@", "0@inner"});
  const std::vector<std::string> expected = {"t@0",  "t@2",  "none", "t@2",    "none", "a@b@0",
                                             "none", "none", "none", "none",   "self", "self",
                                             "none", "self", "none", "inner@0"};
  const auto page = store_->ReadStreamPage({.stream = "l", .resolve_links = true});
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(Targets(page->events), testing::ElementsAreArray(expected));
  const auto backwards =
      store_->ReadStreamPage({.stream = "l", .direction = kBackwards, .resolve_links = true});
  ASSERT_TRUE(backwards.ok()) << backwards.status();
  EXPECT_THAT(Targets(backwards->events), testing::ElementsAreArray(std::vector<std::string>(
                                              expected.rbegin(), expected.rend())));
  const auto plain = store_->ReadStreamPage({.stream = "l"});
  EXPECT_THAT(Targets(plain->events),
              testing::ElementsAreArray(std::vector<std::string>(expected.size(), "self")));

  SetMetadata("t", R"({"$tb":1})");
  EXPECT_THAT(
      Targets(
          store_->ReadStreamPage({.stream = "l", .events_max = 2, .resolve_links = true})->events),
      ElementsAre("none", "t@2"));
}

TEST_F(ReadPages, TargetsEndAPageOfLinksToo) {
  std::vector<ProposedEvent> large = EventRange(1, 5);
  for (ProposedEvent& event : large) event.data = std::string(1'000, 'x');
  ASSERT_TRUE(Append(*store_, "s", kAny, large).ok());
  AppendLinks("links", {"0@s", "1@s", "2@s", "3@s", "4@s"});

  for (const Direction direction : {Direction::kForwards, kBackwards}) {
    std::vector<std::uint64_t> seen;
    std::optional<std::uint64_t> from;
    for (bool at_end = false; !at_end;) {
      const auto page = store_->ReadStreamPage({.stream = "links",
                                                .direction = direction,
                                                .from = from,
                                                .bytes_max = 2'000,
                                                .resolve_links = true});
      ASSERT_TRUE(page.ok()) << page.status();
      ASSERT_THAT(page->events, Not(IsEmpty()));
      EXPECT_THAT(page->events, SizeIs(Le(2)));
      for (const std::uint64_t revision : Revisions(page->events)) seen.push_back(revision);
      from = page->next;
      at_end = page->at_end;
    }
    if (direction == kBackwards) std::reverse(seen.begin(), seen.end());
    EXPECT_THAT(seen, ElementsAre(0, 1, 2, 3, 4));
  }
  const auto links = FilterMatcher::Create(Filter::StreamPrefixes({"links"}));
  ASSERT_TRUE(links.ok()) << links.status();
  std::vector<std::uint64_t> seen;
  std::optional<Position> from;
  for (bool at_end = false; !at_end;) {
    const auto page = store_->ReadAllPage(
        {.from = from, .filter = &*links, .bytes_max = 2'000, .resolve_links = true});
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_THAT(page->events, SizeIs(Le(2)));
    for (const std::uint64_t revision : Revisions(page->events)) seen.push_back(revision);
    from = page->next;
    at_end = page->at_end;
  }
  EXPECT_THAT(seen, ElementsAre(0, 1, 2, 3, 4));
}

TEST_F(ReadPages, AReferenceToAStreamIsNeverResolved) {
  ASSERT_TRUE(Append(*store_, "t", kAny, EventRange(1, 1)).ok());
  ProposedEvent reference = Event(50, "$@");
  reference.data = "0@t";
  ASSERT_TRUE(Append(*store_, "l", kAny, {reference}).ok());
  EXPECT_THAT(Targets(store_->ReadStreamPage({.stream = "l", .resolve_links = true})->events),
              ElementsAre("self"));
}

TEST_F(ReadPages, OfAllGoOnFromWhereTheLastOneEnded) {
  for (std::uint64_t i = 0; i < 20; ++i) {
    ASSERT_TRUE(Append(*store_, i % 5 == 0 ? "a" : "b", kAny, Events({i + 1})).ok());
  }
  const auto filter = FilterMatcher::Create(Filter::StreamPrefixes({"a"}));
  ASSERT_TRUE(filter.ok());
  for (const Direction direction : {Direction::kForwards, kBackwards}) {
    AllPageRequest request{.direction = direction, .filter = &*filter, .examined_max = 3};
    std::vector<std::uint64_t> revisions;
    std::size_t examined = 0;
    bool at_end = false;
    for (int pages = 0; pages < 20 && !at_end; ++pages) {
      const auto page = store_->ReadAllPage(request);
      ASSERT_TRUE(page.ok()) << page.status();
      for (const std::uint64_t revision : Revisions(page->events)) revisions.push_back(revision);
      examined += page->examined;
      request.from = page->next;
      at_end = page->at_end;
    }
    EXPECT_TRUE(at_end);
    EXPECT_EQ(examined, 20U);
    if (direction == kBackwards) std::reverse(revisions.begin(), revisions.end());
    EXPECT_THAT(revisions, ElementsAre(0, 1, 2, 3));
  }
}

TEST_F(ReadPages, OfAllTakePositionsAsReadersGiveThem) {
  const auto first = Append(*store_, "s", kAny, Events({1}));
  const auto second = Append(*store_, "s", kAny, Events({2}));
  ASSERT_TRUE(first.ok() && second.ok());
  const auto read = [&](Direction direction, std::optional<Position> from) {
    const auto page = store_->ReadAllPage({.direction = direction, .from = from});
    EXPECT_TRUE(page.ok()) << page.status();
    return page.ok() ? Revisions(page->events) : std::vector<std::uint64_t>();
  };
  EXPECT_THAT(read(Direction::kForwards, std::nullopt), ElementsAre(0, 1));
  EXPECT_THAT(read(Direction::kForwards, *second->position), ElementsAre(1));
  EXPECT_THAT(read(Direction::kForwards, Position{INT64_MAX, INT64_MAX}), IsEmpty());
  EXPECT_THAT(read(kBackwards, std::nullopt), ElementsAre(1, 0));
  EXPECT_THAT(read(kBackwards, *second->position), ElementsAre(0));
  EXPECT_THAT(read(kBackwards, Position{0, 0}), IsEmpty());
  EXPECT_TRUE(absl::IsInvalidArgument(
      store_->ReadAllPage({.direction = kBackwards, .from = Position{INT64_MAX, INT64_MAX}})
          .status()));
  EXPECT_TRUE(absl::IsInvalidArgument(store_->ReadAllPage({.from = Position{1, 2}}).status()));
}

TEST_F(ReadPages, OfAllPassOverHiddenStreamsAndResolveLinks) {
  ASSERT_TRUE(Append(*store_, "t", kAny, Events({1})).ok());
  for (const char* const hidden :
       {"$epoch-information", "$persistentsubscription-$all::g-checkpoint",
        "$persistentsubscription-$all::g-parked"}) {
    ASSERT_TRUE(Append(*store_, hidden, kAny, Events({2})).ok());
  }
  ASSERT_TRUE(Append(*store_, "$persistentsubscription-s::g-parked", kAny, Events({3})).ok());
  AppendLinks("l", {"0@t"});
  const auto page = store_->ReadAllPage({.resolve_links = true});
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(Targets(page->events), ElementsAre("self", "self", "t@0"));
  EXPECT_EQ(page->examined, 6U);
  const auto subscription = store_->Subscribe({});
  ASSERT_TRUE(subscription.ok());
  EXPECT_THAT(TakeUntilCaughtUp(**subscription).Events(), SizeIs(3));
}

TEST_F(ReadPages, AMetadataStreamShowsItsNewestEventOnly) {
  SetMetadata("s", R"({"a":1})");
  SetMetadata("s", R"({"a":2})");
  SetMetadata("s", R"({"a":3})");
  const auto page = store_->ReadStreamPage({.stream = "$$s"});
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(Revisions(page->events), ElementsAre(2));
  EXPECT_EQ(page->first_available, 2U);
}

}  // namespace
}  // namespace eventstoredb
