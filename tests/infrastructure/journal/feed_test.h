#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/clock.h"
#include <gtest/gtest.h>

#include "infrastructure/journal/event_codec.h"
#include "infrastructure/journal/order_journal.h"
#include "infrastructure/runtime/openssl_digest.h"
#include "tests/infrastructure/journal/feed_kinds.h"
#include "tests/support/append_and_wait.h"
#include "tests/support/category_links.h"
#include "tests/support/event_store_testing.h"

namespace orders::infrastructure {

/// Over every kind of feed; the category's links are written with each event unless they are held
/// back.
class FeedTest : public ::testing::TestWithParam<FeedKind> {
 protected:
  static constexpr absl::Duration kPatience = absl::Seconds(30);

  void WriteLinks() {
    const absl::Status written = links_.WriteAll();
    ASSERT_TRUE(written.ok()) << written;
  }
  application::LogPosition AppendNote(const std::string& order, std::uint64_t revision) {
    const std::string text = order + "@" + std::to_string(revision);
    const auto appended = orders::testing_support::Append(
        journal_, {}, {order}, revision == 0 ? std::nullopt : std::optional(revision - 1),
        {domain::NoteSet{text}},
        {.actor = "ada", .request_id = text, .request_hash = "", .time = absl::UnixEpoch()});
    EXPECT_TRUE(appended.ok()) << appended.status();
    if (!links_are_held_) WriteLinks();
    return appended.ok() ? appended->last_position : application::LogPosition{};
  }
  application::LogPosition AppendRaw(const std::string& stream, std::string type,
                                     std::string data) {
    const auto appended = eventstoredb::testing_support::Append(
        store_.log(), stream, eventstoredb::ExpectedRevision::Any(),
        {{.id = eventstoredb::testing_support::Id(++raw_),
          .type = std::move(type),
          .data = std::move(data),
          .metadata = EncodeMetadata({})}});
    EXPECT_TRUE(appended.ok()) << appended.status();
    if (!links_are_held_) WriteLinks();
    return {appended->position->commit, appended->position->prepare};
  }
  std::unique_ptr<application::OrderFeedReader> Open(
      std::optional<application::LogPosition> after = std::nullopt) {
    return OpenOf(feed_, after);
  }
  static std::unique_ptr<application::OrderFeedReader> OpenOf(
      OrderJournalFeed& feed, std::optional<application::LogPosition> after) {
    auto reader = feed.Open(after);
    EXPECT_TRUE(reader.ok()) << reader.status();
    return *std::move(reader);
  }
  /// Until `count` items other than progress came.
  static std::vector<application::FeedItem> Take(application::OrderFeedReader& reader,
                                                 std::size_t count, std::size_t items_max = 100) {
    std::vector<application::FeedItem> taken;
    const absl::Time deadline = absl::Now() + kPatience;
    while (taken.size() < count && absl::Now() < deadline) {
      std::vector<application::FeedItem> batch;
      const absl::Status status = reader.Next(items_max, absl::Milliseconds(100), batch);
      EXPECT_TRUE(status.ok()) << status;
      EXPECT_LE(batch.size(), items_max);
      if (!status.ok()) break;
      for (std::size_t i = 0; i < batch.size(); ++i) {
        const bool progress = std::holds_alternative<application::FeedProgress>(batch[i]);
        EXPECT_FALSE(progress && i > 0 &&
                     std::holds_alternative<application::FeedProgress>(batch[i - 1]))
            << "not coalesced";
        if (!progress) taken.push_back(std::move(batch[i]));
      }
    }
    return taken;
  }
  static std::vector<std::string> NotesOf(const std::vector<application::FeedItem>& items) {
    std::vector<std::string> notes;
    for (const application::FeedItem& item : items) {
      if (const auto* event = std::get_if<application::RecordedOrderEvent>(&item)) {
        notes.push_back(std::get<domain::NoteSet>(event->event).note);
      } else if (const auto* unknown = std::get_if<application::UnknownOrderEvent>(&item)) {
        notes.push_back(unknown->type + " is unknown");
      } else {
        notes.push_back(std::holds_alternative<application::FeedCaughtUp>(item) ? "caught up"
                                                                                : "unreadable");
      }
    }
    return notes;
  }

  // Looks often: a test that waits for one is soon done.
  static OrderJournalFeedOptions Options(FeedSource source) {
    return {.source = source, .category = {.look_interval = absl::Milliseconds(20)}};
  }

  StoreOfKind store_{GetParam()};
  eventstoredb::testing_support::CategoryLinks links_{store_.log()};
  bool links_are_held_ = false;
  OpensslDigest digest_{""};
  OrderJournal journal_{store_.store(), digest_, {"the store", 3}};
  OrderJournalFeed feed_{store_.store(), {"the store", 3}, Options(GetParam().source)};
  std::uint64_t raw_ = 0;
};

}  // namespace orders::infrastructure
