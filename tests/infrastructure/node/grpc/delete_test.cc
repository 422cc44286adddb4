// Numbered as the server checks of the protocol (S), and the catalogue of bad input (B).
#include <gmock/gmock.h>

#include "tests/infrastructure/node/grpc/node_testing.h"

namespace eventstoredb::testing_support {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class StreamsDelete : public NodeTest {
 protected:
  static streams::DeleteReq DeleteAny(const std::string& stream) {
    streams::DeleteReq request;
    request.mutable_options()->mutable_stream_identifier()->set_stream_name(stream);
    request.mutable_options()->mutable_any();
    return request;
  }
  static streams::TombstoneReq TombstoneAny(const std::string& stream) {
    streams::TombstoneReq request;
    request.mutable_options()->mutable_stream_identifier()->set_stream_name(stream);
    request.mutable_options()->mutable_any();
    return request;
  }
  Ended Delete(const streams::DeleteReq& request) {
    grpc::ClientContext context;
    SetPatience(context);
    const grpc::Status status = stub().Delete(&context, request, &deleted_);
    return EndOf(status, context);
  }
  Ended Tombstone(const streams::TombstoneReq& request) {
    grpc::ClientContext context;
    SetPatience(context);
    const grpc::Status status = stub().Tombstone(&context, request, &tombstoned_);
    return EndOf(status, context);
  }

  streams::DeleteResp deleted_;
  streams::TombstoneResp tombstoned_;
};

TEST_F(StreamsDelete, S86_S117_ADeletedStreamIsNotFound) {
  AppendEvents("s", 3);

  EXPECT_EQ(Delete(DeleteAny("s")).code, grpc::StatusCode::OK);

  EXPECT_GT(deleted_.position().commit_position(), 0u);
  const ReadAnswer read = Read(ReadStreamFromStart("s", 10));
  ASSERT_EQ(read.messages.size(), 1u);
  EXPECT_EQ(read.messages[0].stream_not_found().stream_identifier().stream_name(), "s");
  const ReadAnswer metadata = Read(ReadStreamBackwards("$$s", 1));
  EXPECT_EQ(metadata.messages.at(0).event().event().data(), "{\"$tb\":9223372036854775807}");
}

TEST_F(StreamsDelete, S118_AFreshStreamIsRefusedWithTheVersions) {
  const Ended end = Delete(DeleteAny("s"));

  EXPECT_EQ(end.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(
      end.trailers,
      UnorderedElementsAre(Pair("exception", "wrong-expected-version"), Pair("stream-name", "s"),
                           Pair("expected-version", "-2"), Pair("actual-version", "-1")));
}

TEST_F(StreamsDelete, S119_AWrongRevisionIsRefusedWithTheVersions) {
  AppendEvents("s", 3);
  streams::DeleteReq request = DeleteAny("s");
  request.mutable_options()->set_revision(7);

  const Ended end = Delete(request);

  EXPECT_EQ(end.trailers.at("expected-version"), "7");
  EXPECT_EQ(end.trailers.at("actual-version"), "2");
}

TEST_F(StreamsDelete, S120_TwiceSucceedsTwice) {
  AppendEvents("s", 1);
  EXPECT_EQ(Delete(DeleteAny("s")).code, grpc::StatusCode::OK);
  const std::uint64_t first = deleted_.position().commit_position();

  EXPECT_EQ(Delete(DeleteAny("s")).code, grpc::StatusCode::OK);

  EXPECT_GT(deleted_.position().commit_position(), first);
}

TEST_F(StreamsDelete, S122_S124_AnAppendRecreatesTheStream) {
  AppendEvents("s", 3);
  Delete(DeleteAny("s"));

  const Appended refused = Append({OptionsStreamExists("s"), Event(IdText(90))});
  const Appended appended = Append({OptionsNoStream("s"), Event(IdText(91))});

  EXPECT_EQ(refused.end.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(refused.end.trailers,
              UnorderedElementsAre(Pair("exception", "stream-deleted"), Pair("stream-name", "s")));
  EXPECT_EQ(appended.response.success().current_revision(), 3u);
  EXPECT_THAT(Read(ReadStreamFromStart("s", 10)).Revisions(), ElementsAre(3));
}

TEST_F(StreamsDelete, S51_S85_S127_B31_ATombstoneIsForEver) {
  AppendEvents("s", 1);
  EXPECT_EQ(Tombstone(TombstoneAny("s")).code, grpc::StatusCode::OK);
  EXPECT_GT(tombstoned_.position().commit_position(), 0u);

  const auto is_deleted =
      UnorderedElementsAre(Pair("exception", "stream-deleted"), Pair("stream-name", "s"));
  for (const Ended& end : {Tombstone(TombstoneAny("s")), Delete(DeleteAny("s")),
                           AppendEvents("s", 1).end, Read(ReadStreamFromStart("s", 1)).end}) {
    EXPECT_EQ(end.code, grpc::StatusCode::FAILED_PRECONDITION);
    EXPECT_THAT(end.trailers, is_deleted);
  }
}

TEST_F(StreamsDelete, S111_ATombstoneStandsInTheLog) {
  Tombstone(TombstoneAny("s"));

  const ReadAnswer all = Read(ReadAllFromStart(10));

  ASSERT_EQ(all.messages.size(), 1u);
  const auto& event = all.messages[0].event().event();
  EXPECT_EQ(event.metadata().at("type"), "$streamDeleted");
  EXPECT_EQ(event.stream_revision(), 9223372036854775807u);
}

TEST_F(StreamsDelete, AStreamsNameThatIsNotAsciiIsEncodedInTrailers) {
  const Ended end = Delete(DeleteAny("ü x"));

  EXPECT_EQ(end.trailers.at("stream-name"), "%C3%BC x");
}

TEST_F(StreamsDelete, B30_WhatIsMissingIsNamed) {
  streams::DeleteReq no_expectation = DeleteAny("s");
  no_expectation.mutable_options()->clear_any();
  streams::DeleteReq no_stream = DeleteAny("s");
  no_stream.mutable_options()->clear_stream_identifier();
  for (const streams::DeleteReq& request :
       {streams::DeleteReq(), no_expectation, no_stream, DeleteAny("")}) {
    const Ended end = Delete(request);
    EXPECT_EQ(end.code, grpc::StatusCode::INVALID_ARGUMENT) << end.message;
    EXPECT_THAT(end.trailers, IsEmpty());
  }
  EXPECT_EQ(Tombstone({}).code, grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace eventstoredb::testing_support
