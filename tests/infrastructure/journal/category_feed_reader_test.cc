#include "infrastructure/journal/category_feed_reader.h"

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "gmock/gmock.h"

#include "eventstoredb/system_names.h"
#include "infrastructure/journal/category_place.h"
#include "tests/infrastructure/journal/feed_test.h"

namespace orders::infrastructure {
namespace {

using application::FeedCaughtUp;
using application::FeedItem;
using application::LogPosition;
using application::OrderFeedReader;
using eventstoredb::DeleteKind;
using ::testing::HasSubstr;
using Notes = std::vector<std::string>;

class CategoryFeedReaderTest : public FeedTest {
 protected:
  void Delete(const std::string& order, DeleteKind kind) {
    const auto deleted = store_.log().Delete({.stream = "order-" + order, .kind = kind});
    ASSERT_TRUE(deleted.ok()) << deleted.status();
    if (!links_are_held_) WriteLinks();
  }
  void Truncate(const std::string& stream, std::uint64_t before) {
    AppendRaw(eventstoredb::MetastreamOf(stream), std::string(eventstoredb::kMetadataType),
              R"({"$tb":)" + std::to_string(before) + "}");
  }
  void WriteLink(const std::string& data, const std::string& type = "$>") {
    const absl::Status written = links_.Write(data, type);
    ASSERT_TRUE(written.ok()) << written;
  }
};
INSTANTIATE_TEST_SUITE_P(Kinds, CategoryFeedReaderTest, testing::ValuesIn(CategoryFeeds()),
                         NameOfKind);

TEST_P(CategoryFeedReaderTest, WaitsForACategoryStreamThatDoesNotExist) {
  AppendRaw("invoice-1", "NoteSet", "{}");
  const auto reader = Open();
  EXPECT_EQ(NotesOf(Take(*reader, 1)), Notes{"caught up"});
  AppendNote("a", 0);
  EXPECT_EQ(NotesOf(Take(*reader, 1)), Notes{"a@0"});
}

TEST_P(CategoryFeedReaderTest, HasNotCaughtUpBeforeTheLinksHave) {
  AppendNote("a", 0);
  links_are_held_ = true;
  AppendNote("b", 0);
  AppendNote("b", 1);
  const auto reader = Open();
  std::vector<FeedItem> items;
  // More often than a look takes.
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(reader->Next(100, absl::Milliseconds(10), items).ok());
  }
  EXPECT_EQ(NotesOf(items), Notes{"a@0"});
  WriteLinks();
  EXPECT_EQ(NotesOf(Take(*reader, 3)), (Notes{"b@0", "b@1", "caught up"}));
}

TEST_P(CategoryFeedReaderTest, EndsWhenTheCategoryStreamStandsStillWhileTheLogGoesOn) {
  OrderJournalFeedOptions options = Options(FeedSource::kCategory);
  options.category.behind_max = absl::Milliseconds(50);
  OrderJournalFeed feed(store_.store(), {"the store", 3}, options);
  AppendNote("a", 0);
  links_are_held_ = true;
  const auto live = OpenOf(feed, std::nullopt);
  EXPECT_EQ(NotesOf(Take(*live, 2)), (Notes{"a@0", "caught up"}));
  AppendNote("b", 0);
  // One that was live, and one that comes now.
  const auto fresh = OpenOf(feed, std::nullopt);
  std::vector<FeedItem> items;
  for (OrderFeedReader* reader : {live.get(), fresh.get()}) {
    absl::Status status;
    const absl::Time deadline = absl::Now() + kPatience;
    while (status.ok() && absl::Now() < deadline) {
      status = reader->Next(100, absl::Milliseconds(10), items);
    }
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("lacks event 0 of order-b"));
    EXPECT_THAT(std::string(status.message()), HasSubstr("$by_category"));
  }
  EXPECT_EQ(std::count_if(
                items.begin(), items.end(),
                [](const FeedItem& item) { return std::holds_alternative<FeedCaughtUp>(item); }),
            0);
  WriteLinks();
  EXPECT_EQ(NotesOf(Take(*OpenOf(feed, std::nullopt), 3)), (Notes{"a@0", "b@0", "caught up"}));
}

TEST_P(CategoryFeedReaderTest, ComesAlongWhenTheLinksAreFurtherBehindThanALookSees) {
  constexpr std::uint64_t kEvents = 2'500;
  links_are_held_ = true;
  std::vector<eventstoredb::ProposedEvent> events;
  for (std::uint64_t i = 0; i < kEvents; ++i) {
    events.push_back({.id = eventstoredb::testing_support::Id(++raw_),
                      .type = "NoteSet",
                      .data = EncodeBody(domain::NoteSet{std::to_string(i)}),
                      .metadata = EncodeMetadata({})});
  }
  ASSERT_TRUE(eventstoredb::testing_support::Append(store_.log(), "order-a",
                                                    eventstoredb::ExpectedRevision::NoStream(),
                                                    std::move(events))
                  .ok());
  const auto reader = Open();
  std::vector<FeedItem> items;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(reader->Next(100, absl::Milliseconds(10), items).ok());
  }
  EXPECT_TRUE(items.empty());
  WriteLinks();
  const Notes notes = NotesOf(Take(*reader, kEvents + 1));
  ASSERT_EQ(notes.size(), kEvents + 1);
  for (std::uint64_t i = 0; i < kEvents; ++i) ASSERT_EQ(notes[i], std::to_string(i));
  EXPECT_EQ(notes.back(), "caught up");
}

TEST_P(CategoryFeedReaderTest, PassesOverLinksWhoseEventIsGone) {
  for (const bool all_at_the_end : {false, true}) {
    links_are_held_ = all_at_the_end;
    const std::string round = all_at_the_end ? "late-" : "soon-";
    std::vector<LogPosition> positions;
    Notes notes;
    Notes gone;
    const auto append = [&](const std::string& order, std::uint64_t revision, bool stays = true) {
      positions.push_back(AppendNote(round + order, revision));
      notes.push_back(round + order + "@" + std::to_string(revision));
      if (!stays) gone.push_back(notes.back());
    };
    const LogPosition before = AppendRaw("invoice-1", "NoteSet", "{}");
    append("kept", 0);
    append("truncated", 0, false);
    append("truncated", 1);
    for (std::uint64_t i = 0; i < 20; ++i) append("tombstone", i, false);
    for (std::uint64_t i = 0; i < 20; ++i) append("deleted", i, false);
    append("kept", 1);
    Truncate("order-" + round + "truncated", 1);
    Delete(round + "deleted", DeleteKind::kSoft);
    Delete(round + "tombstone", DeleteKind::kTombstone);
    append("kept", 2);
    // The last of all is gone: it still catches up.
    append("last", 0, false);
    Delete(round + "last", DeleteKind::kTombstone);
    WriteLinks();
    Notes rest;
    for (const std::string& note : notes) {
      if (std::find(gone.begin(), gone.end(), note) == gone.end()) rest.push_back(note);
    }
    rest.emplace_back("caught up");
    EXPECT_EQ(NotesOf(Take(*Open(before), rest.size())), rest);
    for (const LogPosition& position : positions) {
      rest = {};
      for (std::size_t i = 0; i < notes.size(); ++i) {
        const bool is_gone = std::find(gone.begin(), gone.end(), notes[i]) != gone.end();
        if (positions[i] > position && !is_gone) rest.push_back(notes[i]);
      }
      rest.emplace_back("caught up");
      EXPECT_EQ(NotesOf(Take(*Open(position), rest.size())), rest);
    }
  }
}

TEST_P(CategoryFeedReaderTest, PassesOverWhatElseStandsInTheCategoryStream) {
  AppendNote("a", 0);
  WriteLink("2@order-a");  // Before it is there.
  AppendRaw("invoice-1", "NoteSet", "{}");
  AppendRaw("order-b", "$>", "0@order-a");  // Copied to the category: a second link to it.
  WriteLink("0@order-a");
  WriteLink("0@invoice-1");
  WriteLink("0@$ce-order");
  WriteLink("0@order-never");
  WriteLink("no link");
  WriteLink("7");
  WriteLink("{}", "NoteSet");
  const LogPosition position = AppendNote("a", 1);
  AppendNote("a", 2);
  WriteLink("0@order-a");
  EXPECT_EQ(NotesOf(Take(*Open(), 4)), (Notes{"a@0", "a@1", "a@2", "caught up"}));
  EXPECT_EQ(NotesOf(Take(*Open(position), 2)), (Notes{"a@2", "caught up"}));
}

TEST_P(CategoryFeedReaderTest, GoesOnInACategoryStreamThatLostItsBeginning) {
  std::vector<LogPosition> positions;
  for (std::uint64_t i = 0; i < 10; ++i) positions.push_back(AppendNote("a", i));
  Truncate("$ce-order", 5);
  EXPECT_EQ(NotesOf(Take(*Open(positions[4]), 6)),
            (Notes{"a@5", "a@6", "a@7", "a@8", "a@9", "caught up"}));
  EXPECT_EQ(NotesOf(Take(*Open(positions[7]), 3)), (Notes{"a@8", "a@9", "caught up"}));
}

TEST_P(CategoryFeedReaderTest, FindsThePlaceBeforeTheFirstLinkThatWasWrittenLater) {
  const auto place = [&](std::optional<LogPosition> after) {
    const auto found = FindCategoryPlace(store_.store(), after, absl::Now() + absl::Seconds(60));
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() ? *found : CategoryPlace{};
  };
  EXPECT_FALSE(place(std::nullopt).exists);
  EXPECT_FALSE(place(LogPosition{1, 1}).exists);
  std::vector<LogPosition> positions;
  for (std::uint64_t i = 0; i < 40; ++i) positions.push_back(AppendNote("a", i));
  EXPECT_TRUE(place(std::nullopt).exists);
  EXPECT_EQ(place(std::nullopt).after_revision, std::nullopt);
  EXPECT_EQ(place(positions[0]).after_revision, std::nullopt);
  // The link of the event itself was written later.
  for (std::uint64_t i = 1; i < 40; ++i) EXPECT_EQ(place(positions[i]).after_revision, i - 1);
  const LogPosition end = AppendRaw("invoice-1", "NoteSet", "{}");
  EXPECT_EQ(place(end).after_revision, 39U);
  Truncate("$ce-order", 30);
  EXPECT_EQ(place(positions[35]).after_revision, 34U);
  EXPECT_EQ(place(positions[2]).after_revision, std::nullopt);
}

TEST(LinkTarget, IsTheNumberBeforeTheFirstAtAndAllBehindIt) {
  EXPECT_EQ(LinkTarget::Parse("12@order-a@b"), (LinkTarget{12, "order-a@b"}));
  for (const char* const data : {"", "12", "12@", "@order-a", "-1@order-a", "x@order-a", "{}"}) {
    EXPECT_EQ(LinkTarget::Parse(data), std::nullopt) << data;
  }
}

/// Lets nobody read a stream that the projection has not made.
class WithoutRights final : public eventstoredb::EventStore {
 public:
  void StartAppend(eventstoredb::AppendRequest, eventstoredb::AppendCallback) override {}
  void StartDelete(eventstoredb::DeleteRequest, eventstoredb::DeleteCallback) override {}
  absl::Status ReadStream(const eventstoredb::ReadStreamRequest&,
                          eventstoredb::EventVisitor) override {
    return absl::PermissionDeniedError("Access Denied");
  }
  absl::Status ReadAll(const eventstoredb::ReadAllRequest&, eventstoredb::EventVisitor) override {
    return absl::PermissionDeniedError("Access Denied");
  }
  absl::StatusOr<std::unique_ptr<eventstoredb::Subscription>> Subscribe(
      eventstoredb::SubscribeRequest) override {
    return absl::PermissionDeniedError("Access Denied");
  }
};

TEST(CategoryFeedReader, SaysOfAStreamThatMayNotBeReadYetThatItMayBeTriedAgain) {
  WithoutRights store;
  FeedSkips skips;
  CategoryFeedReader reader(store, std::nullopt, Upcasters::None(), skips, {});
  std::vector<FeedItem> items;
  const absl::Status status = reader.Next(100, absl::ZeroDuration(), items);
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("$ce-order: PERMISSION_DENIED"));
}

}  // namespace
}  // namespace orders::infrastructure
