// Numbered as the server checks of the protocol (S), and the catalogue of bad input (B).
#include <map>
#include <set>
#include <thread>

#include "absl/time/clock.h"
#include <gmock/gmock.h>

#include "tests/infrastructure/node/grpc/node_testing.h"

namespace eventstoredb::testing_support {
namespace {

namespace client = event_store::client;
using streams::BatchAppendReq;
using streams::BatchAppendResp;
using ::testing::ElementsAre;
using ::testing::StartsWith;

BatchAppendReq Part(std::uint64_t correlation, int events = 1) {
  static std::uint64_t next_id = 1;
  BatchAppendReq request;
  request.mutable_correlation_id()->set_string(IdText(correlation));
  for (int i = 0; i < events; ++i) {
    auto& event = *request.add_proposed_messages();
    event.mutable_id()->set_string(IdText(next_id++));
    (*event.mutable_metadata())["type"] = "Tested";
    (*event.mutable_metadata())["content-type"] = "application/json";
    event.set_data("{}");
  }
  return request;
}

BatchAppendReq First(std::uint64_t correlation, const std::string& stream, int events = 1) {
  BatchAppendReq request = Part(correlation, events);
  request.mutable_options()->mutable_stream_identifier()->set_stream_name(stream);
  request.mutable_options()->mutable_any();
  return request;
}

BatchAppendReq Final(BatchAppendReq request) {
  request.set_is_final(true);
  return request;
}

template <typename Detail>
Detail DetailOf(const BatchAppendResp& answer) {
  Detail detail;
  EXPECT_EQ(answer.error().details_size(), 1);
  if (answer.error().details_size() != 1) return detail;
  EXPECT_THAT(answer.error().details(0).type_url(),
              StartsWith("type.googleapis.com/event_store.client."));
  EXPECT_TRUE(answer.error().details(0).UnpackTo(&detail)) << answer.ShortDebugString();
  return detail;
}

class StreamsBatchAppend : public NodeTest {
 protected:
  void SetUp() override {
    NodeTest::SetUp();
    Open();
  }
  void Open() {
    context_ = std::make_unique<grpc::ClientContext>();
    SetPatience(*context_);
    call_ = stub().BatchAppend(context_.get());
  }
  void TearDown() override {
    if (context_ != nullptr) context_->TryCancel();
    if (call_ != nullptr) (void)call_->Finish();
    call_.reset();
    NodeTest::TearDown();
  }
  void Send(const BatchAppendReq& request) { ASSERT_TRUE(call_->Write(request)); }
  BatchAppendResp Take() {
    BatchAppendResp answer;
    EXPECT_TRUE(call_->Read(&answer));
    return answer;
  }
  /// The call still works.
  void ExpectUsable() {
    Send(Final(First(999, "usable")));
    EXPECT_TRUE(Take().has_success());
  }

  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientReaderWriter<BatchAppendReq, BatchAppendResp>> call_;
};

TEST_F(StreamsBatchAppend, S52_OneRequestOneAnswer) {
  Send(Final(First(7, "s")));

  const BatchAppendResp answer = Take();

  EXPECT_EQ(answer.correlation_id().string(), IdText(7));
  EXPECT_EQ(answer.stream_identifier().stream_name(), "s");
  EXPECT_TRUE(answer.success().has_current_revision());
  EXPECT_EQ(answer.success().current_revision(), 0u);
  EXPECT_TRUE(answer.success().has_position());
  EXPECT_EQ(answer.expected_stream_position_case(),
            BatchAppendResp::EXPECTED_STREAM_POSITION_NOT_SET);
}

TEST_F(StreamsBatchAppend, S53_AStructuredCorrelationIdIsEchoedStructured) {
  BatchAppendReq request = Final(First(1, "s"));
  request.mutable_correlation_id()->mutable_structured()->set_most_significant_bits(5);
  Send(request);

  EXPECT_EQ(Take().correlation_id().structured().most_significant_bits(), 5);
}

TEST_F(StreamsBatchAppend, S54_S55_BatchesInPartsAreToldApart) {
  Send(First(1, "a", 2));
  Send(First(2, "b", 1));
  Send(Part(1, 1));
  Send(Final(Part(2, 1)));
  Send(Final(Part(1, 1)));

  std::map<std::string, std::uint64_t> revisions;
  for (int i = 0; i < 2; ++i) {
    const BatchAppendResp answer = Take();
    revisions[answer.correlation_id().string()] = answer.success().current_revision();
  }
  EXPECT_EQ(revisions[IdText(1)], 3u);
  EXPECT_EQ(revisions[IdText(2)], 1u);
}

TEST_F(StreamsBatchAppend, S56_AWrongRevisionNamesBoth) {
  AppendEvents("s", 2);
  BatchAppendReq request = Final(First(1, "s"));
  request.mutable_options()->set_stream_position(5);
  Send(request);

  const BatchAppendResp answer = Take();

  EXPECT_EQ(answer.error().code(), 6);
  EXPECT_EQ(answer.error().message(), "WrongExpectedVersion");
  EXPECT_EQ(answer.stream_identifier().stream_name(), "s");
  const auto detail = DetailOf<client::WrongExpectedVersion>(answer);
  EXPECT_EQ(detail.current_stream_revision(), 1u);
  EXPECT_EQ(detail.expected_stream_position(), 5u);
}

TEST_F(StreamsBatchAppend, S57_AnEmptyStreamIsNamedAsSuch) {
  BatchAppendReq request = Final(First(1, "s"));
  request.mutable_options()->set_stream_position(0);
  Send(request);

  EXPECT_TRUE(DetailOf<client::WrongExpectedVersion>(Take()).has_current_no_stream());
}

TEST_F(StreamsBatchAppend, S58_ATombstonedStreamIsDeleted) {
  ASSERT_TRUE(store().Delete({.stream = "s", .kind = DeleteKind::kTombstone}).ok());
  Send(Final(First(1, "s")));

  const BatchAppendResp answer = Take();

  EXPECT_EQ(answer.error().code(), 5);
  EXPECT_EQ(DetailOf<client::StreamDeleted>(answer).stream_identifier().stream_name(), "s");
}

TEST_F(StreamsBatchAppend, S59_S60_ADeadlineThatIsOverIsATimeout) {
  BatchAppendReq past = Final(First(1, "s"));
  past.mutable_options()->mutable_deadline_21_10_0()->set_seconds(1);
  BatchAppendReq zero = Final(First(2, "s"));
  zero.mutable_options()->mutable_deadline();
  for (const BatchAppendReq& request : {past, zero}) {
    Send(request);
    const BatchAppendResp answer = Take();
    EXPECT_EQ(answer.error().code(), 4);
    DetailOf<client::Timeout>(answer);
  }
  ExpectUsable();
}

TEST_F(StreamsBatchAppend, S61_ABatchWithoutEndTimesOutWithItsIdStructured) {
  Send(First(7, "s"));

  const BatchAppendResp answer = Take();

  EXPECT_EQ(answer.error().code(), 4);
  EXPECT_EQ(answer.error().message(), "Timeout");
  EXPECT_TRUE(answer.correlation_id().has_structured());
  EXPECT_EQ(answer.stream_identifier().stream_name(), "s");
  EXPECT_TRUE(Read(ReadStreamFromStart("s", 1)).messages.at(0).has_stream_not_found());
  EXPECT_EQ(node().Stats().incoming_bytes, 0u);
}

TEST_F(StreamsBatchAppend, S62_OverTheSizeLimitIsAnsweredAtOnceAndTheRestIgnored) {
  BatchAppendReq request = First(1, "s");
  request.mutable_proposed_messages(0)->set_data(std::string(1'048'577, 'x'));
  Send(request);

  const BatchAppendResp answer = Take();
  Send(Final(Part(1)));

  EXPECT_EQ(answer.error().code(), 3);
  EXPECT_EQ(DetailOf<client::MaximumAppendSizeExceeded>(answer).maxappendsize(), 1'048'576u);
  ExpectUsable();
}

TEST_F(StreamsBatchAppend, S63_AStrayPartHarmsNoOther) {
  Send(First(1, "s"));
  Send(Final(Part(2)));
  Send(Final(Part(1)));

  EXPECT_EQ(Take().success().current_revision(), 1u);
}

TEST_F(StreamsBatchAppend, S64_S65_WhatIsMissingIsABadRequest) {
  BatchAppendReq no_stream = Final(First(1, "s"));
  no_stream.mutable_options()->clear_stream_identifier();
  BatchAppendReq unnamed = Final(First(2, ""));
  BatchAppendReq no_expectation = Final(First(3, "s"));
  no_expectation.mutable_options()->clear_any();
  BatchAppendReq no_correlation = Final(First(4, "s"));
  no_correlation.clear_correlation_id();
  BatchAppendReq no_type = Final(First(5, "s"));
  no_type.mutable_proposed_messages(0)->mutable_metadata()->erase("type");
  BatchAppendReq no_event_id = Final(First(6, "s"));
  no_event_id.mutable_proposed_messages(0)->clear_id();
  BatchAppendReq odd_correlation = Final(First(7, "s"));
  odd_correlation.mutable_correlation_id()->set_string("not-a-uuid");
  for (const BatchAppendReq& request : {no_stream, unnamed, no_expectation, no_correlation, no_type,
                                        no_event_id, odd_correlation}) {
    Send(request);
    const BatchAppendResp answer = Take();
    EXPECT_EQ(answer.error().code(), 3);
    EXPECT_NE(DetailOf<client::BadRequest>(answer).message(), "");
    EXPECT_EQ(answer.has_correlation_id(), request.has_correlation_id());
  }
  ExpectUsable();
}

TEST_F(StreamsBatchAppend, S67_ARepeatIsAnsweredAsTheFirstTime) {
  const BatchAppendReq request = Final(First(1, "s", 2));
  Send(request);
  const BatchAppendResp first = Take();
  Send(request);

  EXPECT_EQ(Take().SerializeAsString(), first.SerializeAsString());
}

TEST_F(StreamsBatchAppend, ABatchOfNothingIsAnEmptyAppend) {
  Send(Final(First(1, "s", 0)));

  const BatchAppendResp answer = Take();

  EXPECT_TRUE(answer.success().has_no_stream());
  EXPECT_TRUE(answer.success().has_position());
}

TEST_F(StreamsBatchAppend, S68_TheCallEndsWithOkWhenAllIsAnswered) {
  for (std::uint64_t i = 1; i <= 100; ++i) Send(Final(First(i, "s")));
  call_->WritesDone();

  std::set<std::string> answered;
  BatchAppendResp answer;
  while (call_->Read(&answer)) answered.insert(answer.correlation_id().string());

  EXPECT_EQ(answered.size(), 100u);
  EXPECT_TRUE(call_->Finish().ok());
  call_.reset();
}

TEST_F(StreamsBatchAppend, B29_TooManyOpenBatchesAreExhaustedAndTheOthersGoOn) {
  call_.reset();
  StartNode({.open_batches_max = 3});
  Open();
  for (std::uint64_t i = 1; i <= 4; ++i) Send(First(i, "s"));

  EXPECT_EQ(Take().error().code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  Send(Final(Part(1)));
  EXPECT_EQ(Take().correlation_id().string(), IdText(1));
}

TEST_F(StreamsBatchAppend, AClientThatTakesNoAnswersIsNotReadOn) {
  call_.reset();
  StartNode({.batches_in_flight_max = 8});
  Open();
  constexpr std::uint64_t kBatches = 2'000;
  std::thread sender([&] {
    for (std::uint64_t i = 1; i <= kBatches; ++i) call_->Write(Final(First(i, "s")));
    call_->WritesDone();
  });
  std::uint64_t answers = 0;
  BatchAppendResp answer;
  while (call_->Read(&answer)) answers += answer.has_success() ? 1 : 0;
  sender.join();

  EXPECT_EQ(answers, kBatches);
  EXPECT_TRUE(call_->Finish().ok());
  call_.reset();
}

}  // namespace
}  // namespace eventstoredb::testing_support
