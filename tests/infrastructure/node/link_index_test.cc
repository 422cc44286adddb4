// The index of links is written less often than events: readers must not be able to tell.
#include "infrastructure/node/link_index.h"

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <sqlite3.h>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

#include "eventstoredb/node/embedded_event_store.h"
#include "infrastructure/node/linked_streams.h"
#include "tests/support/event_store_testing.h"
#include "tests/support/fault_vfs.h"
#include "tests/support/temp_directory.h"

namespace eventstoredb {
namespace {

using namespace testing_support;  // NOLINT: the words of these tests.

class LinkIndexTest : public testing::Test {
 protected:
  void SetUp() override { Open(); }

  void Open(bool projections = true) {
    store_.reset();
    EmbeddedEventStoreOptions options;
    options.directory = directory_.path() + "/store";
    options.vfs = disk_.vfs();
    options.system_projections = projections;
    auto opened = EmbeddedEventStore::Open(options);
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }

  absl::Status Write(std::uint64_t count) {
    std::vector<ProposedEvent> events;
    for (std::uint64_t i = 0; i < count; ++i) {
      events.push_back(Event(++id_, absl::StrCat("Type", random_() % 3)));
      if (random_() % 2 == 0) {
        events.back().metadata = absl::StrCat(R"({"$correlationId":"c)", random_() % 20, R"("})");
      }
    }
    const std::string stream =
        absl::StrCat(random_() % 2 == 0 ? "order-" : "cart-", random_() % 40);
    return Append(*store_, stream, kAny, std::move(events)).status();
  }

  /// Every stream of links, from both ends and from its middle, beside what the log's events say.
  void ExpectLinksOfAllEvents() {
    std::map<std::string, std::vector<std::string>> expected;
    for (const RecordedEvent& event : ReadAll(*store_).events) {
      const LinkableEvent linked = {.stream = event.stream,
                                    .revision = event.revision,
                                    .type = event.type,
                                    .is_json = event.is_json,
                                    .data = event.data,
                                    .metadata = event.metadata};
      ForEachLinkedStream(linked, [&](std::string&& name) {
        const bool names_stream = name.starts_with("$category-");
        expected[name].push_back(names_stream ? event.stream
                                              : absl::StrCat(event.revision, "@", event.stream));
      });
    }
    for (const auto& [stream, links] : expected) {
      SCOPED_TRACE(stream);
      EXPECT_EQ(Links(stream, Direction::kForwards, 0), links);
      const std::uint64_t middle = links.size() / 2;
      const auto cut = links.begin() + static_cast<std::ptrdiff_t>(middle);
      EXPECT_EQ(Links(stream, Direction::kForwards, middle),
                std::vector<std::string>(cut, links.end()));
      EXPECT_EQ(Links(stream, kBackwards, middle),
                std::vector<std::string>(links.rend() - static_cast<std::ptrdiff_t>(middle) - 1,
                                         links.rend()));
    }
  }
  std::vector<std::string> Links(const std::string& stream, Direction direction,
                                 std::uint64_t from) {
    std::vector<std::string> links;
    for (const RecordedEvent& link : ReadStream(*store_, stream, direction, from).events) {
      links.push_back(link.data);
    }
    return links;
  }

  TempDirectory directory_;
  FaultDisk disk_;
  std::unique_ptr<EmbeddedEventStore> store_;
  std::mt19937 random_{20'260'527};
  std::uint64_t id_ = 0;
};

TEST_F(LinkIndexTest, IsReadTheSameWhateverOfItIsWritten) {
  for (int i = 0; i < 400; ++i) {
    ASSERT_TRUE(Write(1 + random_() % 3).ok());
    if (i % 7 == 0) ExpectLinksOfAllEvents();
    if (i % 50 == 49) Open();
  }
  for (const std::uint64_t count : {63, 64, 65, 128, 700, 1}) {
    ASSERT_TRUE(Write(count).ok());
    ExpectLinksOfAllEvents();
  }
}

TEST_F(LinkIndexTest, ForgetsNothingWithAGroupThatIsRolledBack) {
  int refused = 0;
  for (int i = 0; i < 300; ++i) {
    // When the disk is full, the group is rolled back, and with it what it added to the index.
    if (random_() % 4 == 0) disk_.FailWrite(1 + random_() % 3, SQLITE_FULL);
    const absl::Status written = Write(1 + random_() % 5);
    disk_.FailWrite(0, SQLITE_OK);
    if (!written.ok()) {
      EXPECT_TRUE(absl::IsResourceExhausted(written)) << written;
      ++refused;
    }
    if (i % 10 == 0) ExpectLinksOfAllEvents();
  }
  EXPECT_GT(refused, 10);
  Open();
  ExpectLinksOfAllEvents();
}

TEST_F(LinkIndexTest, IsCompletedAfterItWasNotKept) {
  for (const std::uint64_t count : {5, 63, 64, 65, 100, 5'000}) {
    SCOPED_TRACE(count);
    ASSERT_TRUE(Write(3).ok());
    Open(false);
    for (std::uint64_t written = 0; written < count; written += 1 + count / 50) {
      ASSERT_TRUE(Write(1 + count / 50).ok());
    }
    Open(true);
    ExpectLinksOfAllEvents();
    ASSERT_TRUE(Write(2).ok());
    ExpectLinksOfAllEvents();
  }
}

}  // namespace
}  // namespace eventstoredb
