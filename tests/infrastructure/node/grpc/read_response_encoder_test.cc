#include "infrastructure/node/grpc/read_response_encoder.h"

#include "absl/time/time.h"
#include "google/protobuf/util/message_differencer.h"
#include "grpcpp/support/slice.h"
#include <gtest/gtest.h>

#include "event_store/client/streams.pb.h"
#include "tests/support/event_store_testing.h"

namespace eventstoredb {
namespace {

using event_store::client::streams::ReadResp;

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  EXPECT_TRUE(buffer.Dump(&slices).ok());
  std::string bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

RecordedEvent Recorded(std::uint64_t revision, std::uint64_t position) {
  return {.stream = "s-☃",
          .revision = revision,
          .id = testing_support::Id(7),
          .type = "Tested",
          .is_json = revision % 2 == 0,
          .created = absl::FromUnixMicros(1'700'000'000'000'001),
          .position = {.commit = position, .prepare = position},
          .data = std::string(revision % 300, 'd'),
          .metadata = std::string("\0\xFF", 2)};
}

void Fill(const RecordedEvent& event, UuidForm form, ReadResp::ReadEvent::RecordedEvent& out) {
  if (form == UuidForm::kText) {
    out.mutable_id()->set_string(event.id.ToString());
  } else {
    // Of testing_support::Id(7): version 4, and the number in its last eight bytes.
    out.mutable_id()->mutable_structured()->set_most_significant_bits(0x4000);
    out.mutable_id()->mutable_structured()->set_least_significant_bits(7);
  }
  out.mutable_stream_identifier()->set_stream_name(event.stream);
  out.set_stream_revision(event.revision);
  out.set_prepare_position(event.position.prepare);
  out.set_commit_position(event.position.commit);
  (*out.mutable_metadata())["type"] = event.type;
  (*out.mutable_metadata())["created"] = "17000000000000010";
  (*out.mutable_metadata())["content-type"] =
      event.is_json ? "application/json" : "application/octet-stream";
  out.set_custom_metadata(event.metadata);
  out.set_data(event.data);
}

/// The library that clients use reads the bytes as the message that it would have written.
void ExpectReads(const grpc::ByteBuffer& buffer, const ReadResp& expected) {
  ReadResp read;
  ASSERT_TRUE(read.ParseFromString(BytesOf(buffer)));
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(read, expected))
      << read.DebugString() << "instead of\n"
      << expected.DebugString();
}

TEST(ReadResponseEncoder, WritesAnEventAsTheGeneratedCodeDoes) {
  for (const UuidForm form : {UuidForm::kText, UuidForm::kStructured}) {
    ReadResponseEncoder encoder(form);
    for (const std::uint64_t number :
         {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{127}, std::uint64_t{128},
          std::uint64_t{16'384}, std::uint64_t{INT64_MAX}, UINT64_MAX}) {
      const RecordedEvent event = Recorded(number, number);
      ReadResp expected;
      expected.mutable_event()->set_commit_position(number);
      Fill(event, form, *expected.mutable_event()->mutable_event());
      ExpectReads(encoder.Event(event), expected);
    }
  }
}

TEST(ReadResponseEncoder, ALinksPositionIsItsOwn) {
  ReadResponseEncoder encoder(UuidForm::kText);
  ResolvedEvent resolved{.event = Recorded(1, 5), .link = Recorded(2, 9)};
  ReadResp expected;
  expected.mutable_event()->set_commit_position(9);
  Fill(*resolved.event, UuidForm::kText, *expected.mutable_event()->mutable_event());
  Fill(*resolved.link, UuidForm::kText, *expected.mutable_event()->mutable_link());
  ExpectReads(encoder.Event(resolved), expected);

  resolved.event.reset();
  expected.mutable_event()->clear_event();
  ExpectReads(encoder.Event(resolved), expected);
}

TEST(ReadResponseEncoder, WritesWhatIsNoEvent) {
  ReadResponseEncoder encoder(UuidForm::kText);
  ReadResp confirmation;
  confirmation.mutable_confirmation()->set_subscription_id("id");
  ExpectReads(encoder.Confirmation("id"), confirmation);
  ReadResp first;
  first.set_first_stream_position(0);
  ExpectReads(encoder.FirstStreamPosition(0), first);
  ReadResp caught_up;
  caught_up.mutable_caught_up();
  ExpectReads(encoder.IsCaughtUp(), caught_up);
}

}  // namespace
}  // namespace eventstoredb
