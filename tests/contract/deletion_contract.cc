#include <optional>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include <gmock/gmock.h>

#include "eventstoredb/system_names.h"
#include "tests/contract/contract_steps.h"
#include "tests/contract/event_store_contract.h"
#include "tests/support/event_store_testing.h"

namespace eventstoredb {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace testing_support;  // NOLINT: the words of these tests.

namespace {

constexpr auto kNoStream = ExpectedRevision::NoStream();
constexpr auto kExists = ExpectedRevision::StreamExists();

absl::StatusOr<DeleteResult> Delete(EventStore& store, const std::string& stream, DeleteKind kind,
                                    ExpectedRevision expected = kAny) {
  return store.Delete({.stream = stream,
                       .expected = expected,
                       .kind = kind,
                       .deadline = absl::Now() + absl::Seconds(60)});
}

absl::StatusOr<AppendResult> SetMetadata(EventStore& store, const std::string& stream,
                                         std::uint64_t id, std::string json) {
  ProposedEvent event = Event(id, std::string(kMetadataType));
  event.data = std::move(json);
  return Append(store, MetastreamOf(stream), kAny, {event});
}

std::vector<std::string> MetadataOf(EventStore& store, const std::string& stream) {
  std::vector<std::string> texts;
  for (const RecordedEvent& event : ReadStream(store, MetastreamOf(stream)).events) {
    texts.push_back(event.data);
  }
  return texts;
}

void ExpectDeleted(const absl::Status& status, const std::string& stream) {
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  const std::optional<StreamDeleted> details = GetStreamDeleted(status);
  ASSERT_TRUE(details.has_value());
  EXPECT_EQ(details->stream, stream);
}

void ExpectWrongRevisionOfDelete(const absl::Status& status, std::optional<std::uint64_t> current) {
  const std::optional<WrongExpectedRevision> details = GetWrongExpectedRevision(status);
  ASSERT_TRUE(details.has_value()) << status;
  EXPECT_EQ(details->current, current);
}

// --- Metadata: protocol section 3.12 ------------------------------------------------------------

TEST_P(EventStoreContract, MaxCountLeavesTheLastEventsAtOnce) {
  ASSERT_TRUE(Append(store(), Stream(), kAny, EventRange(1, 5)).ok());
  ASSERT_TRUE(SetMetadata(store(), Stream(), 10, R"({"$maxCount":2})").ok());
  EXPECT_THAT(ReadStream(store(), Stream()).Revisions(), ElementsAre(3, 4));
  EXPECT_THAT(ReadStream(store(), Stream(), kBackwards).Revisions(), ElementsAre(4, 3));
  EXPECT_THAT(ReadStream(store(), Stream(), Direction::kForwards, 1).Revisions(),
              ElementsAre(3, 4));
  const ReadResult hidden = ReadStream(store(), Stream(), kBackwards, 2);
  EXPECT_TRUE(hidden.status.ok()) << hidden.status;
  EXPECT_THAT(hidden.events, IsEmpty());
  ExpectWritten(Append(store(), Stream(), ExpectedRevision::Exact(4), Events({6})), 5);
  EXPECT_THAT(ReadStream(store(), Stream()).Revisions(), ElementsAre(4, 5));
}

TEST_P(EventStoreContract, TruncateBeforeHidesWhatLiesBeforeIt) {
  ASSERT_TRUE(Append(store(), Stream(), kAny, EventRange(1, 5)).ok());
  ASSERT_TRUE(SetMetadata(store(), Stream(), 10, R"({"$tb":3})").ok());
  EXPECT_THAT(ReadStream(store(), Stream()).Revisions(), ElementsAre(3, 4));
  EXPECT_THAT(ReadStream(store(), Stream(), kBackwards).Revisions(), ElementsAre(4, 3));
  EXPECT_THAT(ReadStream(store(), Stream(), Direction::kForwards, 0, 1).Revisions(),
              ElementsAre(3));
  ASSERT_TRUE(SetMetadata(store(), Stream(), 11, R"({"$tb":5})").ok());
  for (const Direction direction : {Direction::kForwards, kBackwards}) {
    const ReadResult all_hidden = ReadStream(store(), Stream(), direction);
    EXPECT_TRUE(all_hidden.status.ok()) << all_hidden.status;
    EXPECT_THAT(all_hidden.events, IsEmpty());
  }
  ExpectWritten(Append(store(), Stream(), kExists, Events({6})), 5);
  EXPECT_THAT(ReadStream(store(), Stream()).Revisions(), ElementsAre(5));
}

TEST_P(EventStoreContract, TheStricterOfCountAndTruncationDecides) {
  ASSERT_TRUE(Append(store(), Stream(), kAny, EventRange(1, 10)).ok());
  ASSERT_TRUE(SetMetadata(store(), Stream(), 20, R"({"$tb":3,"$maxCount":4})").ok());
  EXPECT_THAT(ReadStream(store(), Stream()).Revisions(), ElementsAre(6, 7, 8, 9));
  ASSERT_TRUE(SetMetadata(store(), Stream(), 21, R"({"$tb":8,"$maxCount":4})").ok());
  EXPECT_THAT(ReadStream(store(), Stream()).Revisions(), ElementsAre(8, 9));
}

TEST_P(EventStoreContract, MetadataThatIsNotValidHidesNothing) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  std::uint64_t id = 10;
  for (const char* const text :
       {R"({"$maxCount":0})", R"({"$maxCount":"1"})", R"({"$maxCount":1.5})", R"({"$tb":-1})",
        R"({"$maxAge":0})", R"([1])", "not json", "", R"({"$maxCount":1,"$acl":7})",
        R"({"$tb":9223372036854775808})"}) {
    ASSERT_TRUE(SetMetadata(store(), Stream(), id++, text).ok()) << text;
    EXPECT_EQ(Count(store(), Stream()), 3U) << text;
    EXPECT_THAT(MetadataOf(store(), Stream()), ElementsAre(text));
  }
}

TEST_P(EventStoreContract, TheLastEventOfAMetadataStreamCountsWhateverItsType) {
  // A real node asks whether it is JSON, never what it is called.
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  const std::string metastream = MetastreamOf(Stream());
  ProposedEvent other = Event(10, "NotMetadata");
  other.data = R"({"$maxCount":1})";
  ExpectWritten(Append(store(), metastream, kAny, {other}), 0);
  EXPECT_EQ(Count(store(), Stream()), 1U);

  ProposedEvent not_json = Event(11, "$metadata");
  not_json.data = R"({"$maxCount":1})";
  not_json.is_json = false;
  ExpectWritten(Append(store(), metastream, kAny, {not_json}), 1);
  EXPECT_EQ(Count(store(), Stream()), 3U);

  other.id = Event(12).id;
  other.data = R"({"$tb":1})";
  ExpectWritten(Append(store(), metastream, kAny, {other}), 2);
  EXPECT_THAT(ReadStream(store(), Stream()).Revisions(), ElementsAre(1, 2));
}

TEST_P(EventStoreContract, MetadataIsReplacedAsAWholeAndOnlyTheNewestIsReadable) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  ExpectWritten(SetMetadata(store(), Stream(), 10, R"({"$maxCount":1})"), 0);
  EXPECT_EQ(Count(store(), Stream()), 1U);
  ExpectWritten(SetMetadata(store(), Stream(), 11, R"({"a":1})"), 1);
  EXPECT_EQ(Count(store(), Stream()), 3U);
  EXPECT_THAT(ReadStream(store(), MetastreamOf(Stream())).Revisions(), ElementsAre(1));
}

TEST_P(EventStoreContract, AStreamWithMetadataOnlyIsNotFoundButMayBeExpectedToExist) {
  ExpectWritten(SetMetadata(store(), Stream(), 10, R"({"a":1})"), 0);
  EXPECT_TRUE(absl::IsNotFound(ReadStream(store(), Stream()).status));
  ExpectWritten(Append(store(), Stream(), kExists, Events({1})), 0);
  EXPECT_EQ(Count(store(), Stream()), 1U);
}

TEST_P(EventStoreContract, TruncatedAndDeletedEventsStayInAll) {
  const auto first = Append(store(), Stream(), kAny, EventRange(1, 5));
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(SetMetadata(store(), Stream(), 10, R"({"$maxCount":1})").ok());
  ReadAllRequest request;
  request.filter = Filter::StreamPrefixes({Stream()});
  EXPECT_THAT(ReadAll(store(), request).Revisions(), ElementsAre(0, 1, 2, 3, 4));

  ASSERT_TRUE(Delete(store(), Stream(), DeleteKind::kSoft).ok());
  EXPECT_THAT(ReadAll(store(), request).Revisions(), ElementsAre(0, 1, 2, 3, 4));
}

// --- Soft delete and recreation: protocol section 3.13 ------------------------------------------

TEST_P(EventStoreContract, ASoftDeletedStreamIsNotFoundUntilItIsWrittenAgain) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  const auto deleted = Delete(store(), Stream(), DeleteKind::kSoft);
  ASSERT_TRUE(deleted.ok()) << deleted.status();
  EXPECT_TRUE(deleted->position.has_value());
  EXPECT_TRUE(absl::IsNotFound(ReadStream(store(), Stream()).status));
  EXPECT_TRUE(absl::IsNotFound(ReadStream(store(), Stream(), kBackwards).status));
  EXPECT_THAT(MetadataOf(store(), Stream()), ElementsAre(R"({"$tb":9223372036854775807})"));

  const auto again = Append(store(), Stream(), kNoStream, Events({4, 5}));
  ExpectWritten(again, 4);
  EXPECT_THAT(ReadStream(store(), Stream()).Revisions(), ElementsAre(3, 4));
  EXPECT_EQ(ReadStream(store(), Stream()).events.back().position, *again->position);
  const ReadResult metadata = ReadStream(store(), MetastreamOf(Stream()));
  ASSERT_THAT(metadata.events, SizeIs(1));
  EXPECT_EQ(metadata.events[0].data, R"({"$tb":3})");
  EXPECT_EQ(metadata.events[0].type, kMetadataType);
  EXPECT_EQ(metadata.events[0].revision, 1U);
  EXPECT_GT(metadata.events[0].position, *again->position);
}

TEST_P(EventStoreContract, ASoftDeletedStreamIsWrittenAgainForEachExpectationThatFits) {
  int n = 0;
  for (const ExpectedRevision expected : {kAny, kNoStream, ExpectedRevision::Exact(2)}) {
    const std::string stream = Stream(std::to_string(n++));
    ExpectWritten(GivenThreeEvents(store(), stream), 2);
    ASSERT_TRUE(Delete(store(), stream, DeleteKind::kSoft).ok());
    ExpectWritten(Append(store(), stream, expected, Events({4})), 3);
    EXPECT_THAT(ReadStream(store(), stream).Revisions(), ElementsAre(3));
  }
}

TEST_P(EventStoreContract, ASoftDeletedStreamRefusesWhatDoesNotFitAndStaysDeleted) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  ASSERT_TRUE(Delete(store(), Stream(), DeleteKind::kSoft).ok());
  for (const std::uint64_t revision : {0U, 3U}) {
    ExpectWrongRevision(Append(store(), Stream(), ExpectedRevision::Exact(revision), Events({4})),
                        2);
  }
  ExpectDeleted(Append(store(), Stream(), kExists, Events({4})).status(), Stream());
  EXPECT_TRUE(absl::IsNotFound(ReadStream(store(), Stream()).status));
  EXPECT_THAT(ReadStream(store(), MetastreamOf(Stream())).Revisions(), ElementsAre(0));
}

TEST_P(EventStoreContract, ARepeatOfWhatWasDeletedSucceedsWithoutPositionAndRecreatesNothing) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  ASSERT_TRUE(Delete(store(), Stream(), DeleteKind::kSoft).ok());
  for (const ExpectedRevision expected : {kAny, kNoStream}) {
    const auto again = Append(store(), Stream(), expected, Events({1, 2, 3}));
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->revision, 2U);
    EXPECT_FALSE(again->position.has_value());
  }
  EXPECT_TRUE(absl::IsNotFound(ReadStream(store(), Stream()).status));
}

TEST_P(EventStoreContract, RecreationKeepsTheOtherMetadata) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  ASSERT_TRUE(
      SetMetadata(store(), Stream(), 10, R"({"a":[1.5,"x"],"$tb":9223372036854775807,"b":{}})")
          .ok());
  EXPECT_TRUE(absl::IsNotFound(ReadStream(store(), Stream()).status));
  ExpectWritten(Append(store(), Stream(), kAny, Events({4})), 3);
  EXPECT_THAT(MetadataOf(store(), Stream()), ElementsAre(R"({"a":[1.5,"x"],"$tb":3,"b":{}})"));
}

TEST_P(EventStoreContract, AnEmptyAppendRecreatesASoftDeletedStreamWithoutEvents) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  ASSERT_TRUE(Delete(store(), Stream(), DeleteKind::kSoft).ok());
  ExpectWritten(Append(store(), Stream(), kAny, {}), 2);
  const ReadResult read = ReadStream(store(), Stream());
  EXPECT_TRUE(read.status.ok()) << read.status;
  EXPECT_THAT(read.events, IsEmpty());
  EXPECT_THAT(MetadataOf(store(), Stream()), ElementsAre(R"({"$tb":3})"));
}

TEST_P(EventStoreContract, MetadataForASoftDeletedStreamRecreatesItWithoutEvents) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  ASSERT_TRUE(Delete(store(), Stream(), DeleteKind::kSoft).ok());
  ExpectWritten(SetMetadata(store(), Stream(), 10, R"({"a":1})"), 1);
  const ReadResult read = ReadStream(store(), Stream());
  EXPECT_TRUE(read.status.ok()) << read.status;
  EXPECT_THAT(read.events, IsEmpty());
  EXPECT_THAT(MetadataOf(store(), Stream()), ElementsAre(R"({"a":1,"$tb":3})"));
  EXPECT_THAT(ReadStream(store(), MetastreamOf(Stream())).Revisions(), ElementsAre(2));
}

TEST_P(EventStoreContract, ASoftDeleteGoesByTheRevisionItNames) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  const auto refused = [&](ExpectedRevision expected) {
    ExpectWrongRevisionOfDelete(Delete(store(), Stream(), DeleteKind::kSoft, expected).status(), 2);
  };
  refused(ExpectedRevision::Exact(1));
  refused(ExpectedRevision::Exact(7));
  refused(kNoStream);
  EXPECT_EQ(Count(store(), Stream()), 3U);
  EXPECT_TRUE(Delete(store(), Stream(), DeleteKind::kSoft, ExpectedRevision::Exact(2)).ok());
  EXPECT_TRUE(absl::IsNotFound(ReadStream(store(), Stream()).status));
}

TEST_P(EventStoreContract, DeletingTwiceSucceedsTwiceUnlessTheStreamMustExist) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  const auto first = Delete(store(), Stream(), DeleteKind::kSoft);
  const auto second = Delete(store(), Stream(), DeleteKind::kSoft);
  ASSERT_TRUE(first.ok() && second.ok()) << first.status() << second.status();
  EXPECT_LT(*first->position, *second->position);
  ExpectDeleted(Delete(store(), Stream(), DeleteKind::kSoft, kExists).status(), Stream());
}

TEST_P(EventStoreContract, DeletingAStreamNeverWrittenIsRefused) {
  for (const ExpectedRevision expected : {kAny, kNoStream, kExists, ExpectedRevision::Exact(0)}) {
    ExpectWrongRevisionOfDelete(Delete(store(), Stream(), DeleteKind::kSoft, expected).status(),
                                std::nullopt);
  }
  EXPECT_TRUE(absl::IsNotFound(ReadStream(store(), MetastreamOf(Stream())).status));
}

// --- Tombstones: protocol section 3.13 ----------------------------------------------------------

TEST_P(EventStoreContract, ATombstoneEndsTheStreamAndItsMetadataForEver) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  ASSERT_TRUE(SetMetadata(store(), Stream(), 10, R"({"a":1})").ok());
  const auto deleted = Delete(store(), Stream(), DeleteKind::kTombstone);
  ASSERT_TRUE(deleted.ok()) << deleted.status();
  for (const std::string& stream : {Stream(), MetastreamOf(Stream())}) {
    ExpectDeleted(ReadStream(store(), stream).status, stream);
    ExpectDeleted(ReadStream(store(), stream, kBackwards).status, stream);
    for (const ExpectedRevision expected : {kAny, kNoStream, kExists, ExpectedRevision::Exact(2)}) {
      ExpectDeleted(Append(store(), stream, expected, Events({9})).status(), stream);
    }
  }
  ExpectDeleted(Append(store(), Stream(), kAny, Events({1})).status(), Stream());
  ExpectDeleted(Delete(store(), Stream(), DeleteKind::kTombstone).status(), Stream());
  ExpectDeleted(Delete(store(), Stream(), DeleteKind::kSoft).status(), Stream());

  ReadAllRequest request;
  request.filter = Filter::StreamPrefixes({Stream()});
  const ReadResult all = ReadAll(store(), request);
  ASSERT_THAT(all.Revisions(), ElementsAre(0, 1, 2, kTombstoneRevision));
  EXPECT_EQ(all.events[3].type, kStreamDeletedType);
  EXPECT_EQ(all.events[3].data, "");
  EXPECT_FALSE(all.events[3].is_json);
  EXPECT_FALSE(all.events[3].id.IsZero());
  EXPECT_EQ(all.events[3].position, *deleted->position);
}

TEST_P(EventStoreContract, ATombstoneGoesByTheRevisionItNames) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  for (const ExpectedRevision expected :
       {kNoStream, ExpectedRevision::Exact(0), ExpectedRevision::Exact(9)}) {
    ExpectWrongRevisionOfDelete(
        Delete(store(), Stream(), DeleteKind::kTombstone, expected).status(), 2);
  }
  EXPECT_EQ(Count(store(), Stream()), 3U);
  EXPECT_TRUE(Delete(store(), Stream(), DeleteKind::kTombstone, kExists).ok());
}

TEST_P(EventStoreContract, ANameNeverUsedCanBeClosedForEver) {
  int n = 0;
  for (const ExpectedRevision expected : {kAny, kNoStream}) {
    const std::string stream = Stream(std::to_string(n++));
    EXPECT_TRUE(Delete(store(), stream, DeleteKind::kTombstone, expected).ok());
    ExpectDeleted(ReadStream(store(), stream).status, stream);
    ExpectDeleted(Append(store(), stream, kNoStream, Events({1})).status(), stream);
  }
  for (const ExpectedRevision expected : {kExists, ExpectedRevision::Exact(0)}) {
    ExpectWrongRevisionOfDelete(
        Delete(store(), Stream(), DeleteKind::kTombstone, expected).status(), std::nullopt);
  }
}

TEST_P(EventStoreContract, ASoftDeletedStreamCanGetATombstone) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  ASSERT_TRUE(Delete(store(), Stream(), DeleteKind::kSoft).ok());
  ExpectDeleted(Delete(store(), Stream(), DeleteKind::kTombstone, kExists).status(), Stream());
  EXPECT_TRUE(Delete(store(), Stream(), DeleteKind::kTombstone).ok());
  ExpectDeleted(ReadStream(store(), Stream()).status, Stream());
}

TEST_P(EventStoreContract, AMetadataStreamIsNotDeletedByItself) {
  ASSERT_TRUE(SetMetadata(store(), Stream(), 10, R"({"a":1})").ok());
  for (const DeleteKind kind : {DeleteKind::kSoft, DeleteKind::kTombstone}) {
    EXPECT_FALSE(Delete(store(), MetastreamOf(Stream()), kind).ok());
  }
  EXPECT_THAT(MetadataOf(store(), Stream()), ElementsAre(R"({"a":1})"));
}

// --- Subscriptions to streams that are truncated or deleted: protocol section 3.11 ---------------

std::vector<std::uint64_t> Revisions(const Received& received) {
  std::vector<std::uint64_t> revisions;
  for (const RecordedEvent& event : received.Events()) revisions.push_back(event.revision);
  return revisions;
}

TEST_P(EventStoreContract, ASubscriptionToATruncatedStreamBeginsAtTheFirstAvailableEvent) {
  ASSERT_TRUE(Append(store(), Stream(), kAny, EventRange(1, 5)).ok());
  ASSERT_TRUE(SetMetadata(store(), Stream(), 10, R"({"$tb":3})").ok());
  const auto subscription = MustSubscribe(store(), {.stream = Stream()});
  EXPECT_THAT(Revisions(TakeUntilCaughtUp(*subscription)), ElementsAre(3, 4));
}

TEST_P(EventStoreContract, ASubscriptionFromTheEndGetsOnlyWhatComesAfterIt) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  const auto of_stream = MustSubscribe(store(), {.stream = Stream(), .from_end = true});
  const auto of_missing = MustSubscribe(store(), {.stream = Stream("none"), .from_end = true});
  const auto of_all =
      MustSubscribe(store(), {.from_end = true, .filter = Filter::StreamPrefixes({Prefix()})});
  for (const auto& subscription : {of_stream.get(), of_missing.get(), of_all.get()}) {
    EXPECT_THAT(Revisions(TakeUntilCaughtUp(*subscription)), IsEmpty());
  }
  ExpectWritten(Append(store(), Stream(), kAny, Events({4})), 3);
  ExpectWritten(Append(store(), Stream("none"), kAny, Events({5})), 0);
  EXPECT_THAT(Revisions(Take(*of_stream, 1)), ElementsAre(3));
  EXPECT_THAT(Revisions(Take(*of_missing, 1)), ElementsAre(0));
  EXPECT_THAT(Revisions(Take(*of_all, 2)), ElementsAre(3, 0));
}

TEST_P(EventStoreContract, ASubscriptionToAMissingStreamIsCaughtUpOnlyWhenItIsThere) {
  const auto subscription = MustSubscribe(store(), {.stream = Stream()});
  EXPECT_THAT(TakeUntilCaughtUp(*subscription, absl::Milliseconds(100)).messages, IsEmpty());
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  EXPECT_THAT(Revisions(TakeUntilCaughtUp(*subscription)), ElementsAre(0, 1, 2));
}

TEST_P(EventStoreContract, ASubscriptionStaysSilentOverASoftDeleteAndGoesOnAfterIt) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  const auto before = MustSubscribe(store(), {.stream = Stream()});
  EXPECT_THAT(Revisions(TakeUntilCaughtUp(*before)), ElementsAre(0, 1, 2));
  ASSERT_TRUE(Delete(store(), Stream(), DeleteKind::kSoft).ok());
  const auto after = MustSubscribe(store(), {.stream = Stream()});
  for (const auto& subscription : {before.get(), after.get()}) {
    EXPECT_THAT(Take(*subscription, 1, absl::Milliseconds(100)).messages, IsEmpty());
  }
  ExpectWritten(Append(store(), Stream(), kAny, Events({4})), 3);
  for (const auto& subscription : {before.get(), after.get()}) {
    EXPECT_THAT(Revisions(Take(*subscription, 1)), ElementsAre(3));
  }
}

TEST_P(EventStoreContract, ASubscriptionGetsTheTombstoneAndEnds) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  const auto subscription = MustSubscribe(store(), {.stream = Stream()});
  EXPECT_THAT(Revisions(TakeUntilCaughtUp(*subscription)), ElementsAre(0, 1, 2));
  ASSERT_TRUE(Delete(store(), Stream(), DeleteKind::kTombstone).ok());
  EXPECT_THAT(Revisions(Take(*subscription, 1)), ElementsAre(kTombstoneRevision));
  ExpectDeleted(Take(*subscription, 1).status, Stream());
}

TEST_P(EventStoreContract, ASubscriptionToATombstonedStreamIsRefused) {
  ExpectWritten(GivenThreeEvents(store(), Stream()), 2);
  ASSERT_TRUE(Delete(store(), Stream(), DeleteKind::kTombstone).ok());
  const auto subscription = store().Subscribe({.stream = Stream()});
  ExpectDeleted(subscription.ok() ? Take(**subscription, 1).status : subscription.status(),
                Stream());
}

// --- Links: protocol section 3.10 ---------------------------------------------------------------

ProposedEvent Link(std::uint64_t id, std::string data) {
  ProposedEvent link = Event(id, std::string(kLinkType));
  link.is_json = false;
  link.data = std::move(data);
  return link;
}

// What a message of a subscription with resolve_links brings, as "<id>" or "<link's id>-><id>".
std::string Brought(const SubscriptionMessage& message) {
  const auto number = [](const RecordedEvent& event) {
    return std::to_string(event.id.bytes[14] * 256 + event.id.bytes[15]);
  };
  if (const auto* event = std::get_if<RecordedEvent>(&message)) return number(*event);
  const auto* resolved = std::get_if<std::unique_ptr<ResolvedEvent>>(&message);
  if (resolved == nullptr) return "";
  return number(*(*resolved)->link) + "->" +
         ((*resolved)->event.has_value() ? number(*(*resolved)->event) : "");
}

TEST_P(EventStoreContract, ASubscriptionResolvesLinksInHistoryAndLive) {
  ExpectWritten(GivenThreeEvents(store(), Stream("t")), 2);
  const std::vector<ProposedEvent> links = {
      Link(11, "0@" + Stream("t")), Link(12, "-1@" + Stream("t")), Link(13, "9@" + Stream("t")),
      Link(14, "nonsense"), Event(15)};
  ASSERT_TRUE(Append(store(), Stream("l"), kAny, links).ok());
  const auto subscription = MustSubscribe(store(), {.stream = Stream("l"), .resolve_links = true});
  std::vector<std::string> brought;
  for (const SubscriptionMessage& message : TakeUntilCaughtUp(*subscription).messages) {
    brought.push_back(Brought(message));
  }
  EXPECT_THAT(brought, ElementsAre("11->1", "12->3", "13->", "14", "15", ""));
  ASSERT_TRUE(Append(store(), Stream("l"), kAny, {Link(16, "1@" + Stream("t"))}).ok());
  std::vector<SubscriptionMessage> live;
  while (live.empty()) ASSERT_TRUE(subscription->Next(10, absl::Seconds(30), live).ok());
  EXPECT_EQ(Brought(live[0]), "16->2");
}

TEST_P(EventStoreContract, WithoutBeingAskedLinksAreEventsLikeOthers) {
  ExpectWritten(GivenThreeEvents(store(), Stream("t")), 2);
  ASSERT_TRUE(Append(store(), Stream("l"), kAny, {Link(11, "0@" + Stream("t"))}).ok());
  EXPECT_THAT(ReadStream(store(), Stream("l")).Ids(), ElementsAre(Id(11)));
  const auto subscription = MustSubscribe(store(), {.stream = Stream("l")});
  EXPECT_THAT(TakeUntilCaughtUp(*subscription).Events(), SizeIs(1));
}

}  // namespace
}  // namespace eventstoredb
