// Numbered as the server checks of the protocol (S), and the catalogue of bad input (B).
#include "absl/time/clock.h"
#include "google/protobuf/util/message_differencer.h"
#include <gmock/gmock.h>

#include "tests/infrastructure/node/grpc/node_testing.h"

namespace eventstoredb::testing_support {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using Options = streams::ReadReq::Options;

class StreamsRead : public NodeTest {
 protected:
  static streams::ReadReq WithPositions(streams::ReadReq request) {
    request.mutable_options()->mutable_control_option()->set_compatibility(1);
    return request;
  }
  static streams::ReadReq Filtered(std::uint64_t count) {
    streams::ReadReq request = ReadAllFromStart(count);
    request.mutable_options()->mutable_filter()->mutable_count();
    return request;
  }
  void SetMetadata(const std::string& stream, const std::string& json) {
    ASSERT_TRUE(Append({streams::AppendReq(testing_support::Options("$$" + stream)),
                        Event(IdText(next_metadata_++), json, "$metadata")})
                    .response.has_success());
  }
  void ExpectRefused(const streams::ReadReq& request) {
    const ReadAnswer read = Read(request);
    EXPECT_EQ(read.end.code, grpc::StatusCode::INVALID_ARGUMENT) << request.ShortDebugString();
    EXPECT_NE(read.end.message, "");
    EXPECT_THAT(read.end.trailers, IsEmpty());
    EXPECT_THAT(read.messages, IsEmpty());
  }

  std::uint64_t next_metadata_ = 1'000'000;
};

TEST_F(StreamsRead, S69_S70_AFreshStreamIsNotFoundAndTheCallIsOk) {
  for (const streams::ReadReq& request :
       {ReadStreamFromStart("s", 10), ReadStreamBackwards("s", 10)}) {
    const ReadAnswer read = Read(request);
    EXPECT_EQ(read.end.code, grpc::StatusCode::OK);
    ASSERT_THAT(read.messages, SizeIs(1));
    EXPECT_EQ(read.messages[0].stream_not_found().stream_identifier().stream_name(), "s");
  }
}

TEST_F(StreamsRead, S71_S73_S76_S77_S78_FromAnywhereInBothDirections) {
  AppendEvents("s", 10);
  streams::ReadReq backwards_from_100 = ReadStreamFrom("s", 100, 3);
  backwards_from_100.mutable_options()->set_read_direction(Options::Backwards);
  streams::ReadReq backwards_from_start = ReadStreamFromStart("s", 3);
  backwards_from_start.mutable_options()->set_read_direction(Options::Backwards);

  EXPECT_THAT(Read(ReadStreamFromStart("s", 5)).Revisions(), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(Read(ReadStreamFrom("s", 8, 5)).Revisions(), ElementsAre(8, 9));
  EXPECT_THAT(Read(ReadStreamFrom("s", 10, 5)).messages, IsEmpty());
  EXPECT_THAT(Read(ReadStreamBackwards("s", 3)).Revisions(), ElementsAre(9, 8, 7));
  EXPECT_THAT(Read(backwards_from_100).Revisions(), ElementsAre(9, 8, 7));
  EXPECT_THAT(Read(backwards_from_start).Revisions(), ElementsAre(0));
}

TEST_F(StreamsRead, S72_B23_AHugeCountReadsAllPageByPage) {
  StartNode({.page_events_max = 7});
  AppendEvents("s", 100);
  for (const std::uint64_t count : {std::uint64_t{9007199254740991}, UINT64_MAX}) {
    EXPECT_THAT(Read(ReadStreamFromStart("s", count)).Revisions(), SizeIs(100));
    EXPECT_THAT(Read(ReadStreamBackwards("s", count)).Revisions(), SizeIs(100));
    EXPECT_THAT(Read(ReadAllFromStart(count)).Revisions(), SizeIs(100));
  }
}

TEST_F(StreamsRead, S74_S75_S79_S80_PositionsAreSaidIfAskedFor) {
  AppendEvents("s", 10);

  const ReadAnswer beyond = Read(WithPositions(ReadStreamFrom("s", 100, 10)));
  ASSERT_THAT(beyond.messages, SizeIs(2));
  EXPECT_EQ(beyond.messages[0].first_stream_position(), 10u);
  EXPECT_EQ(beyond.messages[1].last_stream_position(), 9u);

  const ReadAnswer at_end = Read(WithPositions(ReadStreamFrom("s", 10, 10)));
  ASSERT_THAT(at_end.messages, SizeIs(1));
  EXPECT_EQ(at_end.messages[0].last_stream_position(), 9u);

  const ReadAnswer some = Read(WithPositions(ReadStreamFromStart("s", 3)));
  ASSERT_THAT(some.messages, SizeIs(4));
  EXPECT_EQ(some.messages[3].last_stream_position(), 9u);

  EXPECT_THAT(Read(ReadStreamFromStart("s", 3)).messages, SizeIs(3));
}

TEST_F(StreamsRead, S81_ATruncatedStreamSaysItsFirstRevisionIfThePageBeforeWasEmpty) {
  AppendEvents("s", 10);
  SetMetadata("s", "{\"$tb\":5}");

  const ReadAnswer read = Read(WithPositions(ReadStreamFromStart("s", 3)));

  ASSERT_THAT(read.messages, SizeIs(5));
  EXPECT_EQ(read.messages[0].first_stream_position(), 5u);
  EXPECT_THAT(read.Revisions(), ElementsAre(5, 6, 7));
  EXPECT_EQ(read.messages[4].last_stream_position(), 9u);
}

TEST_F(StreamsRead, S82_S84_MetadataDecidesWhatIsSeen) {
  AppendEvents("s", 10);
  SetMetadata("s", "{\"$maxCount\":3}");
  EXPECT_THAT(Read(ReadStreamFromStart("s", 10)).Revisions(), ElementsAre(7, 8, 9));
  SetMetadata("s", "{\"$maxCount\":3,\"$tb\":8}");
  EXPECT_THAT(Read(ReadStreamFromStart("s", 10)).Revisions(), ElementsAre(8, 9));
  SetMetadata("s", "{\"$tb\":10}");
  EXPECT_THAT(Read(ReadStreamFromStart("s", 10)).messages, IsEmpty());
}

TEST_F(StreamsRead, S87_S88_S107_B21_B22_B27_WhatIsMissingOrOddIsRefused) {
  AppendEvents("s", 1);
  std::vector<streams::ReadReq> odd(13, ReadStreamFromStart("s", 1));
  odd[0].mutable_options()->clear_no_filter();
  odd[1].mutable_options()->mutable_filter()->mutable_event_type()->add_prefix("x");
  odd[1].mutable_options()->mutable_filter()->mutable_count();
  odd[2].mutable_options()->set_count(0);
  odd[3].mutable_options()->clear_count();
  odd[4].mutable_options()->clear_stream();
  odd[5].mutable_options()->mutable_stream()->clear_start();
  odd[6].mutable_options()->mutable_stream()->mutable_end();
  odd[7].mutable_options()->mutable_stream()->set_revision(UINT64_MAX);
  odd[8].mutable_options()->mutable_stream()->mutable_stream_identifier()->clear_stream_name();
  odd[9].clear_options();
  odd[10].mutable_options()->clear_uuid_option();
  odd[11].mutable_options()->set_read_direction(static_cast<Options::ReadDirection>(7));
  odd[12].mutable_options()->mutable_stream()->set_revision(1ULL << 63);
  for (const streams::ReadReq& request : odd) ExpectRefused(request);

  std::vector<streams::ReadReq> all(5, Filtered(1));
  all[0].mutable_options()->mutable_filter()->mutable_event_type()->add_prefix("x");
  all[0].mutable_options()->mutable_filter()->clear_count();
  all[1].mutable_options()->mutable_filter();
  all[2].mutable_options()->mutable_filter()->mutable_event_type()->add_prefix("x");
  all[2].mutable_options()->mutable_filter()->set_max(0);
  all[3] = ReadAllFromStart(0);
  all[4] = ReadAllFromStart(1);
  all[4].mutable_options()->mutable_all()->mutable_position()->set_prepare_position(9);
  for (const streams::ReadReq& request : all) ExpectRefused(request);
}

TEST_F(StreamsRead, S89_WithoutUuidOptionAFreshStreamIsStillNotFound) {
  streams::ReadReq request = ReadStreamFromStart("s", 1);
  request.mutable_options()->clear_uuid_option();

  const ReadAnswer read = Read(request);

  EXPECT_EQ(read.end.code, grpc::StatusCode::OK);
  ASSERT_THAT(read.messages, SizeIs(1));
  EXPECT_TRUE(read.messages[0].has_stream_not_found());
}

TEST_F(StreamsRead, S90_IdsAreStructuredIfAskedFor) {
  Append({streams::AppendReq(testing_support::Options("s")),
          Event("00112233-4455-6677-8899-aabbccddeeff")});
  streams::ReadReq request = ReadStreamFromStart("s", 1);
  request.mutable_options()->mutable_uuid_option()->mutable_structured();

  const ReadAnswer read = Read(request);

  ASSERT_THAT(read.messages, SizeIs(1));
  const auto& id = read.messages[0].event().event().id().structured();
  EXPECT_EQ(id.most_significant_bits(), 4822678189205111);
  EXPECT_EQ(id.least_significant_bits(), -8603657889541918977);
}

TEST_F(StreamsRead, S91_S92_S93_AnEventCarriesItsTypeTimeAndPosition) {
  const std::int64_t before = absl::ToUnixNanos(absl::Now()) / 100;
  AppendEvents("s", 1);
  const std::int64_t after = absl::ToUnixNanos(absl::Now()) / 100;

  const ReadAnswer stream = Read(ReadStreamFromStart("s", 1));
  const ReadAnswer all = Read(ReadAllFromStart(1));

  ASSERT_THAT(stream.messages, SizeIs(1));
  const auto& event = stream.messages[0].event().event();
  EXPECT_EQ(event.metadata_size(), 3);
  EXPECT_EQ(event.metadata().at("type"), "Tested");
  EXPECT_EQ(event.metadata().at("content-type"), "application/json");
  const std::int64_t created = std::stoll(event.metadata().at("created"));
  EXPECT_GE(created, before - 10);  // To the microsecond.
  EXPECT_LE(created, after);
  EXPECT_EQ(event.commit_position(), event.prepare_position());
  EXPECT_TRUE(
      google::protobuf::util::MessageDifferencer::Equals(all.messages.at(0), stream.messages[0]));
}

TEST_F(StreamsRead, S95_S96_OnlyTheNewestMetadataIsReadable) {
  EXPECT_TRUE(Read(ReadStreamBackwards("$$s", 1)).messages.at(0).has_stream_not_found());
  for (const char* json : {"{\"a\":1}", "{\"a\":2}", "{\"a\":3}"}) SetMetadata("s", json);
  EXPECT_THAT(Read(ReadStreamFromStart("$$s", 10)).Revisions(), ElementsAre(2));
}

TEST_F(StreamsRead, S98_S99_S100_S101_AllFromAPosition) {
  AppendEvents("s", 3);
  const std::uint64_t second = Read(ReadAllFromStart(10)).messages.at(1).event().commit_position();
  streams::ReadReq from_second = ReadAllFromStart(10);
  from_second.mutable_options()->mutable_all()->mutable_position()->set_commit_position(second);
  from_second.mutable_options()->mutable_all()->mutable_position()->set_prepare_position(second);
  streams::ReadReq before_second = from_second;
  before_second.mutable_options()->set_read_direction(Options::Backwards);
  streams::ReadReq from_end = ReadAllFromStart(10);
  from_end.mutable_options()->mutable_all()->mutable_end();
  streams::ReadReq newest = from_end;
  newest.mutable_options()->set_read_direction(Options::Backwards);
  newest.mutable_options()->set_count(1);
  streams::ReadReq before_start = ReadAllFromStart(10);
  before_start.mutable_options()->set_read_direction(Options::Backwards);
  streams::ReadReq far = from_second;
  far.mutable_options()->mutable_all()->mutable_position()->set_commit_position(INT64_MAX);
  far.mutable_options()->mutable_all()->mutable_position()->set_prepare_position(INT64_MAX);

  EXPECT_THAT(Read(from_second).Revisions(), ElementsAre(1, 2));
  EXPECT_THAT(Read(before_second).Revisions(), ElementsAre(0));
  EXPECT_THAT(Read(newest).Revisions(), ElementsAre(2));
  for (const streams::ReadReq& request : {from_end, before_start, far}) {
    const ReadAnswer read = Read(request);
    EXPECT_EQ(read.end.code, grpc::StatusCode::OK);
    EXPECT_THAT(read.messages, IsEmpty());
  }
}

TEST_F(StreamsRead, S102_AllSaysNoPositionsThoughAskedFor) {
  AppendEvents("s", 3);
  streams::ReadReq request = ReadAllFromStart(2);
  request.mutable_options()->mutable_control_option()->set_compatibility(1);

  const ReadAnswer read = Read(request);

  EXPECT_EQ(read.end.code, grpc::StatusCode::OK);
  ASSERT_EQ(read.messages.size(), 2U);
  for (const streams::ReadResp& message : read.messages) EXPECT_TRUE(message.has_event());
}

TEST_F(StreamsRead, S103_APositionWhosePrepareIsAboveItsCommitIsRefused) {
  AppendEvents("s", 1);
  streams::ReadReq request = ReadAllFromStart(10);
  auto& position = *request.mutable_options()->mutable_all()->mutable_position();
  position.set_commit_position(1);
  position.set_prepare_position(2);

  const ReadAnswer read = Read(request);

  EXPECT_EQ(read.end.code, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(read.messages, IsEmpty());
}

TEST_F(StreamsRead, S83_AStreamWhoseEventsAreTooOldIsEmptyAndNotMissing) {
  AppendEvents("s", 3);
  Append({streams::AppendReq(testing_support::Options("$$s")),
          Event(IdText(99), R"({"$maxAge":1})", "$metadata")});

  // When their second is over
  ASSERT_TRUE(testing_support::Eventually(
      [&] { return Read(ReadStreamFromStart("s", 10)).messages.empty(); }));

  // Then there is nothing to read, which is no error, and no word that the stream is missing
  EXPECT_EQ(Read(ReadStreamFromStart("s", 10)).end.code, grpc::StatusCode::OK);
}

TEST_F(StreamsRead, S104_S105_S106_FiltersDecideByTypeOrStream) {
  Append({streams::AppendReq(testing_support::Options("acc-1")), Event(IdText(1), "{}", "order-a"),
          Event(IdText(2), "{}", "x"), Event(IdText(3), "{}", "order-b")});
  Append({streams::AppendReq(testing_support::Options("bacc")), Event(IdText(4), "{}", "y")});
  streams::ReadReq by_type = Filtered(10);
  by_type.mutable_options()->mutable_filter()->mutable_event_type()->add_prefix("order-");
  streams::ReadReq by_stream = Filtered(10);
  by_stream.mutable_options()->mutable_filter()->mutable_stream_identifier()->set_regex("^acc");
  by_stream.mutable_options()->mutable_filter()->mutable_stream_identifier()->add_prefix("b");
  streams::ReadReq of_nothing = Filtered(10);
  of_nothing.mutable_options()->mutable_filter()->mutable_event_type();

  EXPECT_THAT(Read(by_type).Revisions(), ElementsAre(0, 2));
  EXPECT_THAT(Read(by_stream).Revisions(), ElementsAre(0, 1, 2));
  EXPECT_THAT(Read(of_nothing).messages, IsEmpty());
  by_type.mutable_options()->set_count(1);
  EXPECT_THAT(Read(by_type).Revisions(), ElementsAre(0));
}

TEST_F(StreamsRead, S108_AMatchAtTheVeryEndIsFound) {
  std::vector<ProposedEvent> events(10'000, ProposedEvent{.type = "x", .data = "{}"});
  std::uint8_t number = 0;
  for (ProposedEvent& event : events) {
    event.id.bytes[0] = 1;
    event.id.bytes[14] = number / 100;
    event.id.bytes[15] = ++number;
  }
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(
        store()
            .Append({.stream = "noise", .expected = ExpectedRevision::Any(), .events = events})
            .ok());
    for (ProposedEvent& event : events) ++event.id.bytes[1];
  }
  Append({streams::AppendReq(testing_support::Options("s")), Event(IdText(1), "{}", "wanted")});
  streams::ReadReq request = Filtered(1);
  request.mutable_options()->mutable_filter()->mutable_event_type()->add_prefix("wanted");

  EXPECT_THAT(Read(request).messages, SizeIs(1));
}

TEST_F(StreamsRead, S109_B26_ABadPatternIsRefusedAndACostlyOneIsNot) {
  AppendEvents("s", 10);
  for (const std::string& pattern : {std::string("("), std::string(10 << 10, 'a')}) {
    streams::ReadReq request = Filtered(1);
    request.mutable_options()->mutable_filter()->mutable_event_type()->set_regex(pattern);
    ExpectRefused(request);
  }
  streams::ReadReq costly = Filtered(1);
  costly.mutable_options()->mutable_filter()->mutable_event_type()->set_regex("(a+)+$");
  EXPECT_EQ(Read(costly).end.code, grpc::StatusCode::OK);
}

TEST_F(StreamsRead, S112_S113_S114_S115_S116_LinksAreResolvedIfAskedFor) {
  AppendEvents("a@b", 1);
  Append({streams::AppendReq(testing_support::Options("links")), Event(IdText(71), "0@a@b", "$>"),
          Event(IdText(72), "7@a@b", "$>"), Event(IdText(73), "0@links", "$>")});
  streams::ReadReq request = ReadStreamFromStart("links", 10);

  const ReadAnswer plain = Read(request);
  request.mutable_options()->set_resolve_links(true);
  const ReadAnswer resolved = Read(request);

  ASSERT_THAT(plain.messages, SizeIs(3));
  EXPECT_EQ(plain.messages[0].event().event().metadata().at("type"), "$>");
  EXPECT_FALSE(plain.messages[0].event().has_link());
  ASSERT_THAT(resolved.messages, SizeIs(3));
  const auto& first = resolved.messages[0].event();
  EXPECT_EQ(first.event().stream_identifier().stream_name(), "a@b");
  EXPECT_EQ(first.link().stream_identifier().stream_name(), "links");
  EXPECT_EQ(first.commit_position(), first.link().commit_position());
  EXPECT_FALSE(resolved.messages[1].event().has_event());
  EXPECT_EQ(resolved.messages[1].event().link().stream_revision(), 1u);
  EXPECT_EQ(resolved.messages[2].event().event().data(), "0@a@b");
}

TEST_F(StreamsRead, S94_B36_AClientsDeadlineEndsTheReadAndFreesIt) {
  AppendEvents("s", 10);
  grpc::ClientContext context;
  SetPatience(context, absl::Milliseconds(100));
  const auto call = stub().Read(&context, SubscribeToStream("s"));
  streams::ReadResp message;
  while (call->Read(&message)) {
  }
  EXPECT_EQ(call->Finish().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_TRUE(Eventually([&] { return node().Stats().subscriptions == 0; }));
}

TEST_F(StreamsRead, AReadIsEndedWithTheStoresErrorAndFreed) {
  StartNode({.reads_max = 1});
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(Read(ReadStreamFromStart("s", 1)).end.code, grpc::StatusCode::OK);
    EXPECT_TRUE(Eventually([&] { return node().Stats().reads == 0; }));
  }
}

}  // namespace
}  // namespace eventstoredb::testing_support
