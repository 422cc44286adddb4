// What groups keep in the log, as it is written and as it is read again.
#include "infrastructure/node/groups/group_records.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace eventstoredb {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

ResolvedEvent EventOf(const std::string& stream, const std::string& metadata = "") {
  return {.event = RecordedEvent{.stream = stream, .revision = 7, .metadata = metadata}};
}

TEST(GroupConfigs, AreReadAsTheyWereWritten) {
  GroupConfig config{.key = {.source = "$all", .group = "g"}};
  config.settings = {.resolve_links = true,
                     .extra_statistics = true,
                     .max_retry_count = -1,
                     .min_checkpoint_count = 2,
                     .max_checkpoint_count = 3,
                     .max_subscriber_count = 4,
                     .live_buffer_size = 5,
                     .read_batch_size = 6,
                     .history_buffer_size = 7,
                     .message_timeout_ms = 8,
                     .checkpoint_after_ms = 9,
                     .strategy = GroupStrategy::kPinnedByCorrelation};
  config.start = {.from_end = true, .place = 1, .prepare = 2, .end_place = 30};
  config.filter = Filter{Filter::Subject::kEventType, {"a", "b"}, "c+"};

  const auto read = DecodeGroupConfigs(EncodeGroupConfigs({config}, kNow));

  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), 1u);
  EXPECT_EQ(read->front().key, config.key);
  EXPECT_EQ(read->front().settings, config.settings);
  EXPECT_EQ(read->front().start, config.start);
  ASSERT_TRUE(read->front().filter.has_value());
  EXPECT_EQ(read->front().filter->subject, Filter::Subject::kEventType);
  EXPECT_EQ(read->front().filter->prefixes, config.filter->prefixes);
  EXPECT_EQ(read->front().filter->regex, "c+");
}

TEST(GroupConfigs, KeepTheirOrder) {
  const GroupConfig first{.key = {.source = "s", .group = "z"}};
  const GroupConfig second{.key = {.source = "s", .group = "a"}};
  const auto read = DecodeGroupConfigs(EncodeGroupConfigs({first, second}, kNow));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->at(0).key.group, "z");
  EXPECT_EQ(read->at(1).key.group, "a");
}

TEST(GroupConfigs, OfNobodyKnownAreDataLoss) {
  for (const char* text :
       {"", "[]", "{}", "{\"entries\":[{}]}", "{\"entries\":[{\"stream\":1}]}"}) {
    EXPECT_TRUE(absl::IsDataLoss(DecodeGroupConfigs(text).status())) << text;
  }
}

TEST(GroupCheckpoint, OfAStreamIsItsRevision) {
  const GroupKey key{.source = "s", .group = "g"};
  EXPECT_EQ(EncodeGroupCheckpoint(key, 12), "\"12\"");
  EXPECT_EQ(DecodeGroupCheckpoint(key, "\"12\"").value(), 12u);
}

TEST(GroupCheckpoint, OfAllStreamsIsAPosition) {
  const GroupKey key{.source = "$all", .group = "g"};
  EXPECT_EQ(EncodeGroupCheckpoint(key, 12), "\"C:12/P:12\"");
  EXPECT_EQ(DecodeGroupCheckpoint(key, "\"C:12/P:12\"").value(), 12u);
}

TEST(GroupCheckpoint, ThatIsNoneIsDataLoss) {
  const GroupKey key{.source = "s", .group = "g"};
  for (const char* text : {"", "12", "\"\"", "\"x\"", "\""}) {
    EXPECT_TRUE(absl::IsDataLoss(DecodeGroupCheckpoint(key, text).status())) << text;
  }
}

TEST(ParkedLink, PointsAtTheEvent) { EXPECT_EQ(ParkedLink(EventOf("s")), "7@s"); }

TEST(ParkedLink, PointsAtTheTargetOfALink) {
  ResolvedEvent event = EventOf("target");
  event.link = RecordedEvent{.stream = "links", .revision = 1};
  EXPECT_EQ(ParkedLink(event), "7@target");
}

TEST(ParkedLink, OfAnUnresolvableLinkIsItsOwnData) {
  ResolvedEvent event;
  event.link = RecordedEvent{.stream = "links"};
  event.link->data = "3@gone";
  EXPECT_EQ(ParkedLink(event), "3@gone");
}

GroupParking ParkingOf(std::string reason) {
  return {.event = std::make_shared<ResolvedEvent>(EventOf("s")),
          .retry_count = 3,
          .reason = std::move(reason)};
}

TEST(ParkedMetadata, SaysWhenAndWhyAndAfterHowManyTries) {
  const auto json = nlohmann::json::parse(ParkedMetadata(ParkingOf("no \"good\""), kNow));
  EXPECT_EQ(json.at("retryCount"), 3);
  EXPECT_EQ(json.at("reason"), "no \"good\"");
  EXPECT_EQ(json.at("subscriptionEventNumber"), 7);
  EXPECT_EQ(json.at("added"), "2023-11-14T22:13:20.000000Z");
}

TEST(ParkedMetadata, OfAReasonThatIsNoTextIsStillJson) {
  EXPECT_FALSE(nlohmann::json::parse(ParkedMetadata(ParkingOf("\xff"), kNow), nullptr, false)
                   .is_discarded());
}

TEST(StreamMetadata, IsWhatTheStoreUnderstands) {
  EXPECT_EQ(ConfigStreamMetadata(), "{\"$maxCount\":2}");
  EXPECT_EQ(ParkedStreamMetadata(5), "{\"$tb\":5}");
  const auto checkpoint = nlohmann::json::parse(CheckpointStreamMetadata());
  EXPECT_EQ(checkpoint.at("$maxCount"), 2);
  EXPECT_EQ(checkpoint.at("$acl").at("$r"), "$admins");
}

TEST(Pin, IsTheSameForOneStream) {
  EXPECT_EQ(PinOf(EventOf("a"), GroupStrategy::kPinned),
            PinOf(EventOf("a", "{\"$correlationId\":\"x\"}"), GroupStrategy::kPinned));
  EXPECT_NE(PinOf(EventOf("a"), GroupStrategy::kPinned),
            PinOf(EventOf("b"), GroupStrategy::kPinned));
}

TEST(Pin, ByCorrelationIsTheSameForOneCorrelation) {
  const auto pin = [](const std::string& stream, const std::string& metadata) {
    return PinOf(EventOf(stream, metadata), GroupStrategy::kPinnedByCorrelation);
  };
  EXPECT_EQ(pin("a", "{\"$correlationId\":\"x\"}"), pin("b", "{\"$correlationId\":\"x\"}"));
  EXPECT_NE(pin("a", "{\"$correlationId\":\"x\"}"), pin("a", "{\"$correlationId\":\"y\"}"));
}

TEST(Pin, WithoutACorrelationIsThatOfTheStream) {
  for (const char* metadata : {"", "{}", "no json", "[1]", "{\"$correlationId\":5}"}) {
    EXPECT_EQ(PinOf(EventOf("a", metadata), GroupStrategy::kPinnedByCorrelation),
              PinOf(EventOf("a"), GroupStrategy::kPinned))
        << metadata;
  }
}

TEST(GroupStrategy, IsKnownByItsNameOnly) {
  EXPECT_EQ(ParseGroupStrategy("Pinned"), GroupStrategy::kPinned);
  EXPECT_EQ(ParseGroupStrategy("pinned"), std::nullopt);
  EXPECT_EQ(ParseGroupStrategy(""), std::nullopt);
}

}  // namespace
}  // namespace eventstoredb
