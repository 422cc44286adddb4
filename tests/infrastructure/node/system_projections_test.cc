#include "eventstoredb/node/system_projections.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstoredb/node/embedded_event_store.h"
#include "eventstoredb/system_names.h"
#include "infrastructure/node/checked_vfs.h"
#include "infrastructure/sqlite/database.h"
#include "tests/support/event_store_testing.h"
#include "tests/support/temp_directory.h"

namespace eventstoredb {
namespace {

using namespace testing_support;  // NOLINT: the words of these tests.
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::unique_ptr<EmbeddedEventStore> OpenStore(EmbeddedEventStoreOptions options) {
  auto opened = EmbeddedEventStore::Open(std::move(options));
  EXPECT_TRUE(opened.ok()) << opened.status();
  return opened.ok() ? *std::move(opened) : nullptr;
}

class SystemProjections : public testing::Test {
 protected:
  void SetUp() override {
    EmbeddedEventStoreOptions options;
    options.in_memory = true;
    options.system_projections = true;
    store_ = OpenStore(std::move(options));
    ASSERT_NE(store_, nullptr);
  }

  void Write(const std::string& stream, int count = 1, const std::string& type = "Tested") {
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(Append(*store_, stream, kAny, {Event(++id_, type)}).ok());
    }
  }
  void WriteText(const std::string& stream, const std::string& type, std::string data) {
    ProposedEvent event = Event(++id_, type);
    event.data = std::move(data);
    const auto appended = Append(*store_, stream, kAny, {event});
    ASSERT_TRUE(appended.ok()) << appended.status();
  }
  void WriteWith(const std::string& stream, std::string metadata,
                 const std::string& type = "Tested", std::string data = "{}") {
    ProposedEvent event = Event(++id_, type);
    event.data = std::move(data);
    event.metadata = std::move(metadata);
    const auto appended = Append(*store_, stream, kAny, {event});
    ASSERT_TRUE(appended.ok()) << appended.status();
  }
  void Delete(const std::string& stream, DeleteKind kind) {
    const auto deleted = store_->Delete({.stream = stream, .kind = kind});
    ASSERT_TRUE(deleted.ok()) << deleted.status();
  }
  std::vector<std::string> Links(const std::string& stream,
                                 Direction direction = Direction::kForwards) {
    std::vector<std::string> links;
    for (const RecordedEvent& event : ReadStream(*store_, stream, direction).events) {
      links.push_back(event.data);
    }
    return links;
  }
  /// What the links of one page stand for: "stream@revision", or "gone".
  std::vector<std::string> Targets(const std::string& stream) {
    const auto page =
        store_->ReadStreamPage({.stream = stream, .events_max = 1'000, .resolve_links = true});
    EXPECT_TRUE(page.ok()) << page.status();
    std::vector<std::string> targets;
    if (!page.ok()) return targets;
    for (const ResolvedEvent& event : page->events) {
      EXPECT_TRUE(event.link.has_value());
      targets.push_back(event.event.has_value()
                            ? absl::StrCat(event.event->revision, "@", event.event->stream)
                            : "gone");
    }
    return targets;
  }
  void Say(SystemProjection projection, std::string_view type) {
    WriteText(ManagementStreamOf(projection), std::string(type), "{}");
  }

  std::uint64_t id_ = 0;
  std::unique_ptr<EmbeddedEventStore> store_;
};

TEST_F(SystemProjections, ACategoryLinksItsEventsInTheLogsOrder) {
  Write("order-1", 2);
  Write("item-1");
  Write("order-2");
  Write("order-1");
  EXPECT_THAT(Links("$ce-order"), ElementsAre("0@order-1", "1@order-1", "0@order-2", "2@order-1"));
  EXPECT_THAT(Links("$ce-order", Direction::kBackwards),
              ElementsAre("2@order-1", "0@order-2", "1@order-1", "0@order-1"));
}

TEST_F(SystemProjections, ACategoryEndsAtTheFirstDash) {
  Write("a-b-c");
  Write("nodash");
  Write("-x");
  EXPECT_THAT(Links("$ce-a"), ElementsAre("0@a-b-c"));
  for (const std::string none : {"$ce-a-b", "$ce-nodash", "$ce-", "$ce-x"}) {
    EXPECT_TRUE(absl::IsNotFound(ReadStream(*store_, none).status)) << none;
  }
}

TEST_F(SystemProjections, ALinkIsAsTheRealOneAndStaysTheSame) {
  Write("order-1", 2);
  const RecordedEvent link = ReadStream(*store_, "$ce-order").events.at(1);
  EXPECT_EQ(link.type, kLinkType);
  EXPECT_EQ(link.stream, "$ce-order");
  EXPECT_EQ(link.revision, 1U);
  EXPECT_FALSE(link.is_json);
  EXPECT_EQ(link.data, "1@order-1");
  EXPECT_THAT(link.metadata, AllOf(HasSubstr(R"("$o":"order-1")"),
                                   HasSubstr(absl::StrCat(R"("$causedBy":")", Id(2).ToString()))));
  EXPECT_EQ(link.id.ToString()[14], '5');
  EXPECT_EQ(ReadStream(*store_, "$ce-order").events.at(1).id, link.id);
  EXPECT_NE(ReadStream(*store_, "$ce-order").events.at(0).id, link.id);
}

TEST_F(SystemProjections, ATypeLinksItsEventsOfAnyStream) {
  Write("order-1", 1, "Paid");
  Write("nodash", 1, "Paid");
  Write("order-1", 1, "Sent");
  WriteText(MetastreamOf("order-1"), std::string(kMetadataType), "{}");
  WriteText("links", std::string(kLinkType), "0@order-1");
  EXPECT_THAT(Targets("$et-Paid"), ElementsAre("0@order-1", "0@nodash"));
  EXPECT_THAT(Links("$et-$metadata"), ElementsAre("0@$$order-1"));
  EXPECT_TRUE(absl::IsNotFound(ReadStream(*store_, "$et-$>").status));
}

TEST_F(SystemProjections, ACorrelationLinksItsEventsOfAnyStream) {
  WriteWith("order-1", R"({"$correlationId":"c-1"})");
  WriteWith("payment-7", R"({"who":"x","$correlationId":"c-1","n":[1,{"$correlationId":"in"}]})");
  WriteWith("order-2", R"({"$correlationId":"c-2"})");
  Write("order-1");
  EXPECT_THAT(Links("$bc-c-1"), ElementsAre("0@order-1", "0@payment-7"));
  EXPECT_THAT(Targets("$bc-c-2"), ElementsAre("0@order-2"));
  EXPECT_TRUE(absl::IsNotFound(ReadStream(*store_, "$bc-in").status));
}

TEST_F(SystemProjections, ALinkInACorrelationIsCopied) {
  WriteWith("order-1", "{}");
  WriteWith("view", R"({"$correlationId":"c"})", std::string(kLinkType), "0@order-1");
  EXPECT_THAT(Links("$bc-c"), ElementsAre("0@order-1"));
  EXPECT_THAT(Targets("$bc-c"), ElementsAre("0@order-1"));
}

TEST_F(SystemProjections, ACorrelationThatCannotNameAStreamIsNone) {
  WriteWith("s", R"({"$correlationId":""})");
  WriteWith("s", R"({"$correlationId":7})");
  WriteWith("s", R"(["$correlationId","c"])");
  WriteWith("s", R"({"$correlationId":"c")");
  WriteWith("s", absl::StrCat(R"({"$correlationId":")", std::string(1'001, 'c'), "\"}"));
  EXPECT_EQ(ReadStream(*store_, "s").events.size(), 5U);
  for (const std::string& none : {std::string("$bc-"), std::string("$bc-7"), std::string("$bc-c"),
                                  "$bc-" + std::string(1'001, 'c')}) {
    EXPECT_FALSE(ReadStream(*store_, none).status.ok()) << none;
  }
}

TEST_F(SystemProjections, NewStreamsAreListedInAllAndInTheirCategory) {
  Write("order-2", 2);
  Write("order-1", 2);
  Write("nodash", 2);
  EXPECT_THAT(Links("$streams"), ElementsAre("0@order-2", "0@order-1", "0@nodash"));
  const auto read = ReadStream(*store_, "$category-order");
  ASSERT_EQ(read.events.size(), 2U);
  EXPECT_EQ(read.events[0].type, "$@");
  EXPECT_EQ(read.events[0].data, "order-2");
  EXPECT_EQ(read.events[1].data, "order-1");
}

TEST_F(SystemProjections, WhatIsGoneLeavesItsLinkAndEveryRevision) {
  Write("order-soft", 2);
  Write("order-hard");
  Write("order-kept", 3);
  Delete("order-soft", DeleteKind::kSoft);
  Delete("order-hard", DeleteKind::kTombstone);
  WriteText(MetastreamOf("order-kept"), std::string(kMetadataType), R"({"$tb":2})");
  EXPECT_THAT(Targets("$ce-order"), ElementsAre("gone", "gone", "gone", "gone", "gone",
                                                "2@order-kept", "0@$$order-soft", "gone"));
  EXPECT_THAT(Links("$ce-order"), ElementsAre("0@order-soft", "1@order-soft", "0@order-hard",
                                              "0@order-kept", "1@order-kept", "2@order-kept",
                                              "0@$$order-soft", "9223372036854775807@order-hard"));
  EXPECT_THAT(ReadStream(*store_, "$ce-order").events.back().metadata,
              HasSubstr(R"("$deleted":-1)"));
}

TEST_F(SystemProjections, ALinkInACategoryIsCopied) {
  Write("order-1", 2);
  WriteText("old-links", std::string(kLinkType), "1@order-1");
  WriteText("old-links", std::string(kLinkType), "7@order-1");
  EXPECT_THAT(Links("$ce-old"), ElementsAre("1@order-1", "7@order-1"));
  EXPECT_THAT(Targets("$ce-old"), ElementsAre("1@order-1", "gone"));
}

// Links whose events stand side by side, a few apart, and far apart in the log.
TEST_F(SystemProjections, AreReadInPagesOfAnySizeBothWays) {
  constexpr std::uint64_t kEvents = 400;  // More than three rows of the index.
  std::map<std::string, std::vector<std::string>> written;
  const auto write = [&](const std::string& category, const std::string& stream) {
    auto& links = written[absl::StrCat("$ce-", category)];
    const auto of_stream = std::count_if(links.begin(), links.end(), [&](const std::string& link) {
      return link.ends_with(absl::StrCat("@", stream));
    });
    Write(stream);
    links.push_back(absl::StrCat(of_stream, "@", stream));
  };
  for (std::uint64_t i = 0; i < kEvents; ++i) {
    if (i % 17 == 0) {
      write("rare", "rare-1");
    } else if (i % 3 == 0) {
      write("item", "item-1");
    } else {
      write("order", absl::StrCat("order-", i % 7));
    }
  }
  for (const auto& [stream, links] : written) {
    for (const Direction direction : {Direction::kForwards, Direction::kBackwards}) {
      std::vector<std::string> paged;
      std::optional<std::uint64_t> from;
      for (int pages = 0; pages < 1'000; ++pages) {
        const auto page = store_->ReadStreamPage({.stream = stream,
                                                  .direction = direction,
                                                  .from = from,
                                                  .events_max = 7,
                                                  .resolve_links = true});
        ASSERT_TRUE(page.ok()) << page.status();
        EXPECT_EQ(page->last, links.size() - 1);
        for (const ResolvedEvent& event : page->events) {
          EXPECT_EQ(event.link->data,
                    absl::StrCat(event.event->revision, "@", event.event->stream));
          paged.push_back(event.link->data);
        }
        if (page->at_end) break;
        from = page->next;
      }
      if (direction == Direction::kBackwards) std::reverse(paged.begin(), paged.end());
      EXPECT_EQ(paged, links) << stream;
    }
  }
}

TEST_F(SystemProjections, ASubscriptionGetsHistoryAndThenWhatIsWritten) {
  Write("order-1", 2);
  auto subscription =
      store_->Subscribe({.stream = "$ce-order", .after_revision = 0, .resolve_links = true});
  ASSERT_TRUE(subscription.ok()) << subscription.status();
  std::vector<SubscriptionMessage> messages;
  const auto take = [&](std::size_t count) {
    std::vector<std::string> taken;
    for (int tries = 0; tries < 100 && taken.size() < count; ++tries) {
      std::vector<SubscriptionMessage> out;
      EXPECT_TRUE((*subscription)->Next(10, absl::Seconds(5), out).ok());
      for (const SubscriptionMessage& message : out) {
        if (std::holds_alternative<CaughtUp>(message)) taken.emplace_back("caught up");
        const auto* event = std::get_if<std::unique_ptr<ResolvedEvent>>(&message);
        if (event != nullptr) taken.push_back((*event)->link->data);
      }
    }
    return taken;
  };
  EXPECT_THAT(take(2), ElementsAre("1@order-1", "caught up"));
  Write("item-1");
  Write("order-2");
  EXPECT_THAT(take(1), ElementsAre("0@order-2"));
  Write("order-1");
  Write("order-3");
  EXPECT_THAT(take(2), ElementsAre("2@order-1", "0@order-3"));
}

TEST_F(SystemProjections, ASubscriptionFromTheEndOfNothingGetsTheFirstLink) {
  auto subscription = store_->Subscribe({.stream = "$et-Paid", .from_end = true});
  ASSERT_TRUE(subscription.ok()) << subscription.status();
  Write("order-1", 1, "Sent");
  Write("order-1", 1, "Paid");
  const auto events = Take(**subscription, 1).Events();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].data, "1@order-1");
}

TEST_F(SystemProjections, AStoppedOneEndsWhereItStoppedAndCatchesUpLater) {
  Write("order-1", 2);
  Say(SystemProjection::kByCategory, kProjectionDisabledType);
  Write("order-1", 200);
  EXPECT_THAT(Links("$ce-order"), ElementsAre("0@order-1", "1@order-1"));
  EXPECT_EQ(Links("$et-Tested").size(), 202U);
  EXPECT_TRUE(absl::IsNotFound(ReadStream(*store_, "$ce-item").status));
  auto subscription = store_->Subscribe({.stream = "$ce-order"});
  ASSERT_TRUE(subscription.ok());
  EXPECT_EQ(TakeUntilCaughtUp(**subscription).Events().size(), 2U);
  Say(SystemProjection::kByCategory, kProjectionEnabledType);
  EXPECT_EQ(Take(**subscription, 200).Events().size(), 200U);
  EXPECT_EQ(Links("$ce-order").size(), 202U);
}

TEST_F(SystemProjections, NobodyElseWritesOrDeletesTheirStreams) {
  for (const std::string stream : {"$ce-order", "$et-Paid", "$category-order", "$streams"}) {
    const auto appended = Append(*store_, stream, kAny, {Event(++id_)});
    EXPECT_TRUE(absl::IsInvalidArgument(appended.status())) << appended.status();
    EXPECT_THAT(std::string(appended.status().message()), HasSubstr("is made by projection $"));
    EXPECT_TRUE(absl::IsInvalidArgument(store_->Delete({.stream = stream}).status()));
  }
}

TEST_F(SystemProjections, MetadataTruncatesTheirStreams) {
  Write("order-1", 5);
  WriteText(MetastreamOf("$ce-order"), std::string(kMetadataType), R"({"$maxCount":2})");
  EXPECT_THAT(Links("$ce-order"), ElementsAre("3@order-1", "4@order-1"));
}

class SystemProjectionsOnDisk : public testing::Test {
 protected:
  std::unique_ptr<EmbeddedEventStore> Open(bool projections) {
    EmbeddedEventStoreOptions options;
    options.directory = directory_.path() + "/store";
    options.system_projections = projections;
    return OpenStore(options);
  }
  void InTheLog(const std::string& sql) {
    const auto vfs = CheckedVfs::Register("");
    ASSERT_TRUE(vfs.ok());
    auto database = sqlite::Database::Open(
        {.path = directory_.path() + "/store/events.db", .vfs = (*vfs)->name()});
    ASSERT_TRUE(database.ok()) << database.status();
    const absl::Status done = (*database)->Execute(sql);
    ASSERT_TRUE(done.ok()) << done;
  }
  TempDirectory directory_;
};

TEST_F(SystemProjectionsOnDisk, AnIndexOfAnOlderVersionIsMadeAnew) {
  const auto write = [](EventStore& store, std::uint64_t id) {
    ProposedEvent event = Event(id);
    event.metadata = R"({"$correlationId":"c"})";
    ASSERT_TRUE(Append(store, "order-1", kAny, {event}).ok());
  };
  {
    const auto store = Open(true);
    for (std::uint64_t id = 1; id <= 300; ++id) write(*store, id);
  }
  // Version 3 knew all links but those by correlation.
  InTheLog("DELETE FROM link_streams WHERE name LIKE '$bc-%';PRAGMA user_version=3");
  const auto store = Open(true);
  write(*store, 301);
  EXPECT_EQ(ReadStream(*store, "$bc-c").events.size(), 301U);
  EXPECT_EQ(ReadStream(*store, "$ce-order").events.size(), 301U);
  EXPECT_TRUE(store->Verify(absl::InfiniteFuture()).ok());
}

TEST_F(SystemProjectionsOnDisk, AnIndexThatWasNotKeptIsFilledAndGoesOn) {
  const auto write = [](EventStore& store, std::uint64_t first) {
    for (std::uint64_t i = first; i < first + 300; ++i) {
      ASSERT_TRUE(Append(store, absl::StrCat("order-", i % 5), kAny, {Event(i)}).ok());
    }
  };
  {
    const auto store = Open(false);
    write(*store, 1);
    EXPECT_TRUE(absl::IsNotFound(ReadStream(*store, "$ce-order").status));
    EXPECT_TRUE(Append(*store, "$ce-mine", kAny, {Event(9'000)}).ok());
  }
  std::vector<Uuid> ids;
  {
    const auto store = Open(true);
    write(*store, 301);
    ids = ReadStream(*store, "$ce-order").Ids();
    EXPECT_EQ(ids.size(), 600U);
    EXPECT_TRUE(store->Verify(absl::InfiniteFuture()).ok());
  }
  {
    const auto store = Open(false);
    write(*store, 601);
  }
  const auto store = Open(true);
  const auto read = ReadStream(*store, "$ce-order");
  ASSERT_EQ(read.events.size(), 900U);
  EXPECT_TRUE(std::equal(ids.begin(), ids.end(), read.Ids().begin()));
  EXPECT_TRUE(store->Verify(absl::InfiniteFuture()).ok());
}

}  // namespace
}  // namespace eventstoredb
