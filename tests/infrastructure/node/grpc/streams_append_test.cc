// Numbered as the server checks of the protocol (S), and the catalogue of bad input (B).
#include <thread>

#include <gmock/gmock.h>

#include "tests/infrastructure/node/grpc/node_testing.h"

namespace eventstoredb::testing_support {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class StreamsAppend : public NodeTest {
 protected:
  void ExpectNothingWritten(const std::string& stream) {
    const ReadAnswer read = Read(ReadStreamFromStart(stream, 10));
    ASSERT_EQ(read.messages.size(), 1u);
    EXPECT_TRUE(read.messages[0].has_stream_not_found());
  }
  void ExpectRefused(const std::vector<streams::AppendReq>& messages, grpc::StatusCode code) {
    const Appended appended = Append(messages);
    EXPECT_EQ(appended.end.code, code) << appended.end.message;
    EXPECT_NE(appended.end.message, "");
    EXPECT_THAT(appended.end.trailers, IsEmpty());
    ExpectNothingWritten("s");
  }
};

TEST_F(StreamsAppend, S14_ToANewStreamAnswersRevisionZeroAndAPosition) {
  const Appended appended = Append({OptionsNoStream("s"), Event(IdText(1))});

  EXPECT_EQ(appended.end.code, grpc::StatusCode::OK) << appended.end.message;
  EXPECT_EQ(appended.response.success().current_revision(), 0u);
  EXPECT_GT(appended.response.success().position().commit_position(), 0u);
  EXPECT_EQ(appended.response.success().position().commit_position(),
            appended.response.success().position().prepare_position());
}

TEST_F(StreamsAppend, S15_ThePositionIsThatOfTheLastEvent) {
  const Appended appended =
      Append({Options("s"), Event(IdText(1)), Event(IdText(2)), Event(IdText(3))});

  const ReadAnswer all = Read(ReadAllFromStart(10));
  ASSERT_EQ(all.messages.size(), 3u);
  EXPECT_EQ(appended.response.success().current_revision(), 2u);
  EXPECT_EQ(appended.response.success().position().commit_position(),
            all.messages[2].event().commit_position());
}

TEST_F(StreamsAppend, S17_AWrongExactRevisionIsAnsweredInBand) {
  AppendEvents("s", 2);

  const Appended appended = Append({OptionsAt("s", 5), Event(IdText(9))});

  EXPECT_EQ(appended.end.code, grpc::StatusCode::OK);
  const auto& wrong = appended.response.wrong_expected_version();
  EXPECT_EQ(wrong.current_revision(), 1u);
  EXPECT_EQ(wrong.current_revision_20_6_0(), 1u);
  EXPECT_EQ(wrong.expected_revision(), 5u);
  EXPECT_EQ(wrong.expected_revision_20_6_0(), 5u);
}

TEST_F(StreamsAppend, S18_NoStreamOnAStreamWithEventsIsEchoedInBothGenerations) {
  AppendEvents("s", 2);

  const Appended appended = Append({OptionsNoStream("s"), Event(IdText(9))});

  const auto& wrong = appended.response.wrong_expected_version();
  EXPECT_EQ(wrong.current_revision(), 1u);
  EXPECT_TRUE(wrong.has_expected_no_stream());
  EXPECT_EQ(wrong.expected_revision_20_6_0(), UINT64_MAX);
}

TEST_F(StreamsAppend, S19_StreamExistsOnAFreshStreamIsRefused) {
  const Appended appended = Append({OptionsStreamExists("s"), Event(IdText(1))});

  const auto& wrong = appended.response.wrong_expected_version();
  EXPECT_TRUE(wrong.has_current_no_stream());
  EXPECT_TRUE(wrong.has_no_stream_20_6_0());
  EXPECT_TRUE(wrong.has_expected_stream_exists());
  EXPECT_TRUE(wrong.has_stream_exists_20_6_0());
}

TEST_F(StreamsAppend, S20_ExactZeroOnAFreshStreamIsEchoedAsZero) {
  const Appended appended = Append({OptionsAt("s", 0), Event(IdText(1))});

  const auto& wrong = appended.response.wrong_expected_version();
  EXPECT_TRUE(wrong.has_current_no_stream());
  EXPECT_TRUE(wrong.has_expected_revision());
  EXPECT_EQ(wrong.expected_revision(), 0u);
}

TEST_F(StreamsAppend, S22_ARepeatIsAnsweredAsTheFirstTime) {
  const std::vector<streams::AppendReq> messages = {OptionsNoStream("s"), Event(IdText(1)),
                                                    Event(IdText(2))};
  const Appended first = Append(messages);
  const Appended again = Append(messages);

  EXPECT_EQ(first.response.SerializeAsString(), again.response.SerializeAsString());
  EXPECT_THAT(Read(ReadStreamFromStart("s", 10)).Revisions(), ElementsAre(0, 1));
}

TEST_F(StreamsAppend, S25_OldIdsWithANewOneAreRefusedWithAnyEchoed) {
  Append({Options("s"), Event(IdText(1)), Event(IdText(2))});

  const Appended appended = Append({Options("s"), Event(IdText(1)), Event(IdText(3))});

  const auto& wrong = appended.response.wrong_expected_version();
  EXPECT_EQ(wrong.current_revision(), 1u);
  EXPECT_TRUE(wrong.has_expected_any());
  EXPECT_TRUE(wrong.has_any_20_6_0());
}

TEST_F(StreamsAppend, S33_AnAppendOfNothingSucceedsAndMakesNoStream) {
  const Appended appended = Append({Options("s")});

  EXPECT_TRUE(appended.response.success().has_no_stream());
  EXPECT_TRUE(appended.response.success().has_position());
  ExpectNothingWritten("s");
}

TEST_F(StreamsAppend, S36_S37_B13_MissingMetadataIsNamed) {
  for (const char* key : {"type", "content-type"}) {
    streams::AppendReq event = Event(IdText(1));
    event.mutable_proposed_message()->mutable_metadata()->erase(key);

    const Appended appended = Append({Options("s"), event});

    EXPECT_EQ(appended.end.code, grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(appended.end.trailers,
                UnorderedElementsAre(Pair("exception", "missing-required-metadata-property"),
                                     Pair("required-metadata-properties", "type,content-type")));
  }
  ExpectNothingWritten("s");
}

TEST_F(StreamsAppend, S38_S40_B17_MoreDataThanAllowedIsRefusedWithTheLimit) {
  const std::vector<std::vector<std::size_t>> appends = {{1'048'577}, {600'000, 600'000}};
  for (const std::vector<std::size_t>& sizes : appends) {
    std::vector<streams::AppendReq> messages = {Options("s")};
    for (const std::size_t size : sizes) {
      messages.push_back(Event(IdText(messages.size()), std::string(size, 'x')));
    }

    const Appended appended = Append(messages);

    EXPECT_EQ(appended.end.code, grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(appended.end.trailers,
                UnorderedElementsAre(Pair("exception", "maximum-append-size-exceeded"),
                                     Pair("maximum-append-size", "1048576")));
  }
  ExpectNothingWritten("s");
  EXPECT_TRUE(Eventually([&] { return node().Stats().incoming_bytes == 0; }));
}

TEST_F(StreamsAppend, S39_ExactlyTheLimitIsTaken) {
  const Appended appended = Append({Options("s"), Event(IdText(1), std::string(1'048'576, 'x'))});

  EXPECT_EQ(appended.end.code, grpc::StatusCode::OK) << appended.end.message;
}

TEST_F(StreamsAppend, S11_AMessageOfTenMebibytesReachesTheAppendLimit) {
  const Appended appended = Append({Options("s"), Event(IdText(1), std::string(10 << 20, 'x'))});

  EXPECT_EQ(appended.end.code, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(appended.end.trailers.at("exception"), "maximum-append-size-exceeded");
}

TEST_F(StreamsAppend, B34_AMessageOverTheProtocolsLimitIsExhausted) {
  const Appended appended = Append({Options("s"), Event(IdText(1), std::string(16'767'217, 'x'))});

  EXPECT_EQ(appended.end.code, grpc::StatusCode::RESOURCE_EXHAUSTED);
  ExpectNothingWritten("s");
}

TEST_F(StreamsAppend, S41_B11_AnIdThatNamesNoEventIsRefused) {
  streams::AppendReq none = Event(IdText(1));
  none.mutable_proposed_message()->clear_id();
  streams::AppendReq empty = Event(IdText(1));
  empty.mutable_proposed_message()->mutable_id()->Clear();
  for (const streams::AppendReq& event :
       {none, empty, Event("not-a-uuid"), Event("00000000-0000-0000-0000-000000000000"),
        Event("00112233-4455-6677-8899-aabbccddee")}) {
    ExpectRefused({Options("s"), event}, grpc::StatusCode::INVALID_ARGUMENT);
  }
}

TEST_F(StreamsAppend, S42_AStructuredIdReadsBackAsItsText) {
  streams::AppendReq event = Event("");
  auto& id = *event.mutable_proposed_message()->mutable_id()->mutable_structured();
  id.set_most_significant_bits(4822678189205111);
  id.set_least_significant_bits(-8603657889541918977);
  Append({Options("s"), event});

  const ReadAnswer read = Read(ReadStreamFromStart("s", 1));

  ASSERT_EQ(read.messages.size(), 1u);
  EXPECT_EQ(read.messages[0].event().event().id().string(), "00112233-4455-6677-8899-aabbccddeeff");
}

TEST_F(StreamsAppend, IdsAreReadInTheFormsOfDotNet) {
  for (const char* text :
       {"00112233445566778899AABBCCDDEEFF", "{00112233-4455-6677-8899-aabbccddeeff}",
        "(00112233-4455-6677-8899-aabbccddeeff)"}) {
    const std::string stream(text);
    EXPECT_EQ(Append({Options(stream), Event(text)}).end.code, grpc::StatusCode::OK);
    const ReadAnswer read = Read(ReadStreamFromStart(stream, 1));
    EXPECT_EQ(read.messages.at(0).event().event().id().string(),
              "00112233-4455-6677-8899-aabbccddeeff");
  }
}

TEST_F(StreamsAppend, S43_B1_B2_B4_AnAppendOutOfOrderIsRefused) {
  streams::AppendReq unnamed = Options("");
  streams::AppendReq no_identifier = Options("s");
  no_identifier.mutable_options()->clear_stream_identifier();
  const std::vector<std::vector<streams::AppendReq>> appends = {
      {Event(IdText(1))},
      {Options("s"), Options("s"), Event(IdText(1))},
      {Options("s"), Event(IdText(1)), streams::AppendReq()},
      {unnamed, Event(IdText(1))},
      {no_identifier, Event(IdText(1))},
      {}};
  for (const auto& messages : appends) ExpectRefused(messages, grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(StreamsAppend, B5_B6_AStreamNameOutOfRangeIsRefused) {
  for (const std::string& name :
       {std::string("\xFF\xFE"), std::string(1'025, 'n'), std::string("a\0b", 3)}) {
    ExpectRefused({Options(name), Event(IdText(1))}, grpc::StatusCode::INVALID_ARGUMENT);
  }
}

TEST_F(StreamsAppend, S44_B9_WithoutExpectationIsRefused) {
  streams::AppendReq options = Options("s");
  options.mutable_options()->clear_any();
  ExpectRefused({options, Event(IdText(1))}, grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(StreamsAppend, B10_TheLargestNumberMeansNoStreamAndIsEchoed) {
  EXPECT_TRUE(Append({OptionsAt("s", UINT64_MAX), Event(IdText(1))}).response.has_success());

  const Appended again = Append({OptionsAt("s", UINT64_MAX), Event(IdText(2))});

  EXPECT_EQ(again.response.wrong_expected_version().expected_revision(), UINT64_MAX);
  EXPECT_EQ(Append({OptionsAt("s", 1ULL << 63), Event(IdText(3))}).end.code,
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(StreamsAppend, S45_CancelledBeforeItsEndHasWrittenNothing) {
  constexpr int kCalls = 300;
  for (int i = 0; i < kCalls; ++i) {
    grpc::ClientContext context;
    streams::AppendResp response;
    const auto call = stub().Append(&context, &response);
    call->Write(Options("s"));
    call->Write(Event(IdText(static_cast<std::uint64_t>(i) + 1)));
    context.TryCancel();
    EXPECT_EQ(call->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  // What the server had still to hear of is over when it holds nothing more.
  EXPECT_TRUE(Eventually([&] { return node().Stats().incoming_bytes == 0; }));
  ExpectNothingWritten("s");
}

TEST_F(StreamsAppend, IsCountedWhileItIsOpen) {
  EXPECT_EQ(node().Stats().appends, 0u);
  grpc::ClientContext context;
  SetPatience(context);
  streams::AppendResp response;
  const auto call = stub().Append(&context, &response);
  call->Write(Options("s"));
  EXPECT_TRUE(Eventually([&] { return node().Stats().appends == 1; }));
  grpc::ClientContext batch_context;
  SetPatience(batch_context);
  const auto batch = stub().BatchAppend(&batch_context);
  EXPECT_TRUE(Eventually([&] { return node().Stats().appends == 2; }));
  batch->WritesDone();
  call->Write(Event(IdText(1)));
  call->WritesDone();
  EXPECT_TRUE(call->Finish().ok());
  EXPECT_TRUE(Eventually([&] { return node().Stats().appends == 0; }));
}

TEST_F(StreamsAppend, B18_TooManyEventsAreRefusedBeforeTheEnd) {
  grpc::ClientContext context;
  SetPatience(context);
  streams::AppendResp response;
  const auto call = stub().Append(&context, &response);
  call->Write(Options("s"));
  int sent = 0;
  while (sent < 1'000'000 && call->Write(Event(IdText(static_cast<std::uint64_t>(++sent)), ""))) {
  }
  EXPECT_EQ(call->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_LT(sent, 1'000'000);
  ExpectNothingWritten("s");
}

TEST_F(StreamsAppend, B19_WithoutAnEndTheCallIsEndedAndNothingWritten) {
  StartNode({.append_idle_max = absl::Milliseconds(200)});
  grpc::ClientContext context;
  SetPatience(context);
  streams::AppendResp response;
  const auto call = stub().Append(&context, &response);
  call->Write(Options("s"));
  call->Write(Event(IdText(1)));

  EXPECT_EQ(call->Finish().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  ExpectNothingWritten("s");
}

TEST_F(StreamsAppend, MoreThanAllAppendsMayHoldIsExhausted) {
  StartNode({.incoming_bytes_max = 64 << 10});

  const Appended appended = Append({Options("s"), Event(IdText(1), std::string(100'000, 'x'))});

  EXPECT_EQ(appended.end.code, grpc::StatusCode::RESOURCE_EXHAUSTED);
  ExpectNothingWritten("s");
  EXPECT_EQ(AppendEvents("s", 1).end.code, grpc::StatusCode::OK);
}

TEST_F(StreamsAppend, S46_S47_S48_ContentIsKeptAsItIs) {
  streams::AppendReq text = Event(IdText(1), "not json");
  (*text.mutable_proposed_message()->mutable_metadata())["content-type"] = "text/plain";
  text.mutable_proposed_message()->set_custom_metadata(std::string("\x00\xFF", 2));
  Append({Options("s"), text, Event(IdText(2), "{broken")});

  const ReadAnswer read = Read(ReadStreamFromStart("s", 10));

  ASSERT_EQ(read.messages.size(), 2u);
  const auto& first = read.messages[0].event().event();
  EXPECT_EQ(first.metadata().at("content-type"), "application/octet-stream");
  EXPECT_EQ(first.custom_metadata(), std::string("\x00\xFF", 2));
  const auto& second = read.messages[1].event().event();
  EXPECT_EQ(second.metadata().at("content-type"), "application/json");
  EXPECT_EQ(second.data(), "{broken");
}

TEST_F(StreamsAppend, S49_AnyUtf8NameIsAStream) {
  const std::string name = "a stream@x-ü ☃";
  AppendEvents(name, 1);
  EXPECT_THAT(Read(ReadStreamFromStart(name, 10)).Revisions(), ElementsAre(0));
}

TEST_F(StreamsAppend, S50_AThousandEventsAreContiguous) {
  EXPECT_EQ(AppendEvents("s", 1'000).response.success().current_revision(), 999u);

  const ReadAnswer read = Read(ReadStreamFromStart("s", UINT64_MAX));

  ASSERT_EQ(read.messages.size(), 1'000u);
  std::uint64_t position = 0;
  for (std::size_t i = 0; i < read.messages.size(); ++i) {
    EXPECT_EQ(read.messages[i].event().event().stream_revision(), i);
    EXPECT_GT(read.messages[i].event().commit_position(), position);
    position = read.messages[i].event().commit_position();
  }
}

TEST_F(StreamsAppend, S12_S13_RequiresLeaderHasNoEffectOnASingleNode) {
  for (const char* value : {"true", "nonsense"}) {
    grpc::ClientContext context;
    SetPatience(context);
    context.AddMetadata("requires-leader", value);
    streams::AppendResp response;
    const auto call = stub().Append(&context, &response);
    call->Write(Options("s"));
    call->WritesDone();
    EXPECT_TRUE(call->Finish().ok());
  }
}

TEST_F(StreamsAppend, B33_BytesThatAreNoMessageLeaveTheServerAlive) {
  const grpc::internal::RpcMethod method("/event_store.client.streams.Streams/Append",
                                         grpc::internal::RpcMethod::CLIENT_STREAMING);
  for (const std::string& bytes : {std::string("\xFF\xFF\xFF\xFF"), std::string("\x0A\xFF\xFF\x7F"),
                                   std::string("\x02\x01"), std::string(300, '\x0A')}) {
    grpc::ClientContext context;
    SetPatience(context);
    streams::AppendResp response;
    const std::unique_ptr<grpc::ClientWriter<grpc::ByteBuffer>> call(
        grpc::internal::ClientWriterFactory<grpc::ByteBuffer>::Create(channel().get(), method,
                                                                      &context, &response));
    const grpc::Slice slice(bytes);
    call->Write(grpc::ByteBuffer(&slice, 1));
    call->WritesDone();
    EXPECT_FALSE(call->Finish().ok());
  }
  EXPECT_EQ(AppendEvents("s", 1).end.code, grpc::StatusCode::OK);
}

}  // namespace
}  // namespace eventstoredb::testing_support
