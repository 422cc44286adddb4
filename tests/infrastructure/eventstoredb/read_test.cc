#include <atomic>
#include <string>
#include <thread>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "eventstoredb/client_event_store.h"
#include "tests/infrastructure/eventstoredb/scripted_server.h"
#include "tests/support/event_store_testing.h"

namespace eventstoredb {
namespace {

using testing::ElementsAre;
using testing::SizeIs;
using namespace testing_support;  // NOLINT: the words of these tests.

using Writer = grpc::ServerWriter<streams::ReadResp>;

struct ReadEvents {
  std::vector<std::uint64_t> revisions;
  absl::Status status;
};
ReadEvents ReadOut(EventReader& reader) {
  ReadEvents seen;
  while (true) {
    absl::StatusOr<std::optional<ResolvedEvent>> next = reader.Next();
    seen.status = next.status();
    if (!next.ok() || !next->has_value()) return seen;
    seen.revisions.push_back((*next)->Original().revision);
  }
}

TEST(ClientCheck, C46_AStreamThatDoesNotExistIsNotFoundByName) {
  ScriptedServer server({.read = [](grpc::ServerContext&, const auto&, Writer& out) {
    streams::ReadResp message;
    message.mutable_stream_not_found()->mutable_stream_identifier()->set_stream_name("s");
    out.Write(message);
    return grpc::Status::OK;
  }});
  const auto client = MustCreate(server.options());
  const auto reader = client->ReadStream({.stream = "s"});
  const ReadEvents seen = ReadOut(*reader);
  EXPECT_TRUE(absl::IsNotFound(seen.status));
  EXPECT_EQ(GetErrorKind(seen.status), ErrorKind::kStreamNotFound);
  EXPECT_EQ(GetErrorDetails(seen.status).stream, "s");
  EXPECT_TRUE(absl::IsNotFound(reader->Next().status()));  // And again.
}

TEST(ClientCheck, C53_WhatIsNoEventIsSkipped) {
  ScriptedServer server({.read = [](grpc::ServerContext&, const auto&, Writer& out) {
    streams::ReadResp message;
    message.set_first_stream_position(0);
    out.Write(message);
    out.Write(EventMessage("s", 0));
    out.Write(streams::ReadResp());
    message.set_last_stream_position(1);
    out.Write(message);
    out.Write(EventMessage("s", 1));
    return grpc::Status::OK;
  }});
  const auto client = MustCreate(server.options());
  const ReadEvents seen = ReadOut(*client->ReadStream({.stream = "s"}));
  EXPECT_TRUE(seen.status.ok()) << seen.status;
  EXPECT_THAT(seen.revisions, ElementsAre(0, 1));
}

TEST(ClientCheck, C54_AConsumerThatStopsEarlyCancelsTheCall) {
  absl::Notification cancelled;
  ScriptedServer server({.read = [&](grpc::ServerContext& context, const auto&, Writer& out) {
    std::uint64_t revision = 0;
    while (!context.IsCancelled()) out.Write(EventMessage("s", revision++));
    cancelled.Notify();
    return grpc::Status::OK;
  }});
  const auto client = MustCreate(server.options());
  {
    const auto reader = client->ReadStream({.stream = "s"});
    for (std::uint64_t i = 0; i < 1'000; ++i) {
      const auto next = reader->Next();
      ASSERT_TRUE(next.ok() && next->has_value()) << next.status();
      ASSERT_EQ((*next)->Original().revision, i);
    }
  }
  cancelled.WaitForNotification();
}

TEST(AReader, ThatIsNotReadHoldsTheServerBack) {
  std::atomic<std::uint64_t> written{0};
  ScriptedServer server({.read = [&](grpc::ServerContext& context, const auto&, Writer& out) {
    streams::ReadResp large = EventMessage("s", 0);
    large.mutable_event()->mutable_event()->set_data(std::string(100'000, 'x'));
    while (!context.IsCancelled() && out.Write(large)) ++written;
    return grpc::Status::OK;
  }});
  ClientOptions options = server.options();
  options.events_buffered_max = 4;
  const auto client = MustCreate(options);
  const auto reader = client->ReadStream({.stream = "s"});
  ASSERT_TRUE(reader->Next().ok());
  // Once the windows of HTTP/2 are full nothing moves any more.
  std::uint64_t before = 0;
  do {
    before = written;
    absl::SleepFor(absl::Milliseconds(200));
  } while (written != before);
  EXPECT_LT(written, 1'000U);
  while (written == before) ASSERT_TRUE(reader->Next().ok());  // As it is read, it goes on.
}

TEST(ClientCheck, C29_AnEventOf16MiBIsAccepted) {
  ScriptedServer server({.read = [](grpc::ServerContext&, const auto&, Writer& out) {
    streams::ReadResp large = EventMessage("s", 0);
    large.mutable_event()->mutable_event()->set_data(std::string(16 << 20, 'x'));
    out.Write(large);
    return grpc::Status::OK;
  }});
  const auto client = MustCreate(server.options());
  const auto next = client->ReadStream({.stream = "s"})->Next();
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_THAT((*next)->event->data, SizeIs(16 << 20));
}

TEST(ClientCheck, C55_AStreamWithoutMetadataHasEmptyMetadata) {
  Seen<streams::ReadReq> requests;
  ScriptedServer server({.read = [&](grpc::ServerContext&, const auto& request, Writer& out) {
    requests.Add(request);
    streams::ReadResp message;
    message.mutable_stream_not_found();
    out.Write(message);
    return grpc::Status::OK;
  }});
  const auto metadata = MustCreate(server.options())->GetStreamMetadata("s");
  ASSERT_TRUE(metadata.ok()) << metadata.status();
  EXPECT_EQ(metadata->metadata, StreamMetadata{});
  EXPECT_EQ(metadata->revision, std::nullopt);
  ASSERT_THAT(requests.All(), SizeIs(1));
  const streams::ReadReq asked = requests.All()[0];
  EXPECT_EQ(asked.options().stream().stream_identifier().stream_name(), "$$s");
  EXPECT_EQ(asked.options().count(), 1U);
  EXPECT_EQ(asked.options().read_direction(), streams::ReadReq::Options::Backwards);
}

TEST(StreamMetadataOfAStream, IsAnAppendToItsMetadataStream) {
  Seen<std::vector<streams::AppendReq>> calls;
  ScriptedServer server({.append = [&](grpc::ServerContext&, const auto& requests, auto& out) {
    calls.Add(requests);
    out.mutable_success()->set_current_revision(0);
    return grpc::Status::OK;
  }});
  const auto client = MustCreate(server.options());
  ASSERT_TRUE(client->SetStreamMetadata("s", {.max_count = 7}, ExpectedRevision::NoStream()).ok());
  ASSERT_THAT(calls.All(), SizeIs(1));
  const std::vector<streams::AppendReq> seen = calls.All()[0];
  ASSERT_THAT(seen, SizeIs(2));
  EXPECT_EQ(seen[0].options().stream_identifier().stream_name(), "$$s");
  EXPECT_TRUE(seen[0].options().has_no_stream());
  EXPECT_EQ(seen[1].proposed_message().metadata().at("type"), "$metadata");
  EXPECT_EQ(seen[1].proposed_message().data(), R"({"$maxCount":7})");
}

TEST(ClientCheck, C58_AReadHasNoDeadlineUnlessItBringsOne) {
  std::atomic<bool> has_deadline{false};
  ScriptedServer server({.read = [&](grpc::ServerContext& context, const auto&, Writer&) {
    has_deadline = context.deadline() < std::chrono::system_clock::now() + std::chrono::hours(24);
    while (has_deadline && !context.IsCancelled()) absl::SleepFor(absl::Milliseconds(5));
    return grpc::Status::OK;
  }});
  const auto client = MustCreate(server.options());
  EXPECT_TRUE(ReadOut(*client->ReadStream({.stream = "s"})).status.ok());
  EXPECT_FALSE(has_deadline);
  const ReadEvents seen = ReadOut(
      *client->ReadStream({.stream = "s", .deadline = absl::Now() + absl::Milliseconds(50)}));
  EXPECT_TRUE(absl::IsDeadlineExceeded(seen.status)) << seen.status;
  EXPECT_TRUE(has_deadline);
}

TEST(AReader, BeginsAnewAsLongAsNothingHasCome) {
  std::atomic<int> calls{0};
  ScriptedServer server({.read = [&](grpc::ServerContext& context, const auto&, Writer& out) {
    if (++calls == 1) return Refuse(context, grpc::StatusCode::UNAVAILABLE, {});
    out.Write(EventMessage("s", 0));
    return calls == 2 ? grpc::Status::OK : Refuse(context, grpc::StatusCode::UNAVAILABLE, {});
  }});
  const auto client = MustCreate(server.options());
  const ReadEvents whole = ReadOut(*client->ReadStream({.stream = "s"}));
  EXPECT_TRUE(whole.status.ok()) << whole.status;
  EXPECT_THAT(whole.revisions, ElementsAre(0));
  const ReadEvents cut = ReadOut(*client->ReadStream({.stream = "s"}));
  EXPECT_TRUE(absl::IsUnavailable(cut.status)) << cut.status;
  EXPECT_THAT(cut.revisions, ElementsAre(0));
  EXPECT_EQ(calls, 3);
}

TEST(AReader, EndsWhenItIsCancelledFromAnotherThread) {
  absl::Notification arrived;
  ScriptedServer server({.read = [&](grpc::ServerContext& context, const auto&, Writer&) {
    arrived.Notify();
    while (!context.IsCancelled()) absl::SleepFor(absl::Milliseconds(5));
    return grpc::Status::OK;
  }});
  const auto client = MustCreate(server.options());
  const auto reader = client->ReadStream({.stream = "s"});
  std::thread canceller([&] {
    arrived.WaitForNotification();
    reader->Cancel();
  });
  EXPECT_TRUE(absl::IsCancelled(reader->Next().status()));
  canceller.join();
}

TEST(AnEventStoreOverTheClient, VisitsUntilToldToStop) {
  ScriptedServer server({.read = [](grpc::ServerContext&, const auto&, Writer& out) {
    for (std::uint64_t i = 0; i < 5; ++i) out.Write(EventMessage("s", i));
    return grpc::Status::OK;
  }});
  const auto client = MustCreate(server.options());
  ClientEventStore store(*client);
  int visited = 0;
  EXPECT_TRUE(
      store.ReadStream({.stream = "s"}, [&](RecordedEvent&&) { return ++visited < 3; }).ok());
  EXPECT_EQ(visited, 3);
  EXPECT_EQ(store.KnownHead("s"), std::nullopt);
  AppendRequest no_id = AppendOf("s", 1);
  no_id.events[0].id = {};
  EXPECT_TRUE(absl::IsInvalidArgument(store.Append(no_id).status()));
}

}  // namespace
}  // namespace eventstoredb
