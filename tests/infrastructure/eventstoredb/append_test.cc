#include <atomic>
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/infrastructure/eventstoredb/scripted_server.h"
#include "tests/support/event_store_testing.h"

namespace eventstoredb {
namespace {

using testing::HasSubstr;
using testing::SizeIs;
using namespace testing_support;  // NOLINT: the words of these tests.

grpc::Status AnswerBatches(grpc::ServerContext&, BatchStream& stream) {
  ServeBatches(stream, SayWritten);
  return grpc::Status::OK;
}

TEST(ClientCheck, C30_AppendsShareOneBatchCallWhereTheServerHasIt) {
  ScriptedServer server({.features = ListBatchAppend, .batch_append = AnswerBatches});
  const auto client = MustCreate(server.options());
  for (std::uint64_t i = 1; i <= 3; ++i) {
    const auto answer = client->Append(AppendOf("s", i));
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->revision, 0U);
    EXPECT_EQ(answer->position, (Position{700, 700}));
  }
  EXPECT_EQ(server.Calls("BatchAppend"), 1);
  EXPECT_EQ(server.Calls("Append"), 0);
}

TEST(ClientCheck, C31_C32_C33_C34_AnAppendCallHasOptionsThenOneMessageForEachEvent) {
  Seen<std::vector<streams::AppendReq>> calls;
  ScriptedServer server(
      {.features = ListBatchAppend,
       .append = [&](grpc::ServerContext&, const std::vector<streams::AppendReq>& requests,
                     streams::AppendResp& out) {
         calls.Add(requests);
         out.mutable_success()->set_current_revision(1);
         out.mutable_success()->mutable_position()->set_commit_position(5);
         return grpc::Status::OK;
       }});
  const auto client = MustCreate(server.options());
  AppendRequest request = AppendOf("s", 1);
  request.events.push_back(Event(2));
  const auto answer = client->Append(request, {.credentials = Credentials{"ada", "secret"}});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->revision, 1U);
  EXPECT_EQ(answer->position->commit, 5U);
  ASSERT_THAT(calls.All(), SizeIs(1));
  const std::vector<streams::AppendReq> seen = calls.All()[0];
  ASSERT_THAT(seen, SizeIs(3));
  EXPECT_TRUE(seen[0].options().has_any());
  EXPECT_EQ(seen[0].options().stream_identifier().stream_name(), "s");
  EXPECT_EQ(seen[1].proposed_message().id().string(), Id(1).ToString());
  EXPECT_EQ(seen[2].proposed_message().id().string(), Id(2).ToString());
  EXPECT_EQ(server.Calls("BatchAppend"), 0);
}

TEST(ClientCheck, C36_AnEventWithoutAnIdGetsARandomOneOfVersion4) {
  Seen<std::string> ids;
  ScriptedServer server(
      {.features = ListBatchAppend, .batch_append = [&](grpc::ServerContext&, BatchStream& stream) {
         ServeBatches(stream, [&](const auto& request, auto& out) {
           ids.Add(request[0].proposed_messages(0).id().string());
           return SayWritten(request, out);
         });
         return grpc::Status::OK;
       }});
  AppendRequest request = AppendOf("s", 1);
  request.events[0].id = {};
  ASSERT_TRUE(MustCreate(server.options())->Append(request).ok());
  ASSERT_THAT(ids.All(), SizeIs(1));
  const std::string id = ids.All()[0];
  ASSERT_TRUE(Uuid::Parse(id).has_value()) << id;
  EXPECT_EQ(id[14], '4');
}

TEST(ClientCheck, C37_NoStreamAndNoPositionAreAbsent) {
  ScriptedServer server({.append = [](grpc::ServerContext&, const auto&, auto& out) {
    out.mutable_success()->mutable_no_stream();
    out.mutable_success()->mutable_no_position();
    return grpc::Status::OK;
  }});
  const auto answer = MustCreate(server.options())->Append({.stream = "s"});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->revision, std::nullopt);
  EXPECT_EQ(answer->position, std::nullopt);
}

TEST(ClientCheck, C38_C39_ARefusedRevisionIsAValueThatNamesStreamExpectedAndActual) {
  ScriptedServer server({.append = [](grpc::ServerContext&, const auto&, auto& out) {
    out.mutable_wrong_expected_version()->mutable_current_no_stream();
    out.mutable_wrong_expected_version()->set_expected_revision(4);
    return grpc::Status::OK;
  }});
  const auto answer =
      MustCreate(server.options())->Append(AppendOf("s", 1, ExpectedRevision::Exact(4)));
  EXPECT_TRUE(absl::IsAborted(answer.status()));
  const ErrorDetails details = GetErrorDetails(answer.status());
  EXPECT_EQ(details.stream, "s");
  EXPECT_EQ(details.expected, ExpectedRevision::Exact(4));
  ASSERT_TRUE(details.actual.has_value());
  EXPECT_EQ(*details.actual, std::nullopt);
  EXPECT_EQ(server.Calls("Append"), 1);
}

TEST(ClientCheck, C41_WhatIsOver3MiBIsSentInParts) {
  std::atomic<std::size_t> parts{0};
  ScriptedServer server(
      {.features = ListBatchAppend, .batch_append = [&](grpc::ServerContext&, BatchStream& stream) {
         ServeBatches(stream, [&](const auto& request, auto& out) {
           parts = request.size();
           return SayWritten(request, out);
         });
         return grpc::Status::OK;
       }});
  AppendRequest request{.stream = "s"};
  for (std::uint64_t i = 1; i <= 7; ++i) {
    request.events.push_back(Event(i));
    request.events.back().data = std::string(1 << 20, 'x');
  }
  const auto answer = MustCreate(server.options())->Append(request);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->revision, 6U);
  EXPECT_EQ(parts, 4U);
}

TEST(ClientCheck, C42_AnswersInAnyOrderFindTheirAppends) {
  ScriptedServer server(
      {.features = ListBatchAppend, .batch_append = [](grpc::ServerContext&, BatchStream& stream) {
         std::vector<streams::BatchAppendResp> answers;
         streams::BatchAppendReq request;
         while (answers.size() < 10 && stream.Read(&request)) {
           streams::BatchAppendResp answer;
           *answer.mutable_correlation_id() = request.correlation_id();
           std::uint64_t number = 0;
           EXPECT_TRUE(
               absl::SimpleAtoi(request.options().stream_identifier().stream_name(), &number));
           answer.mutable_success()->set_current_revision(number);
           answers.push_back(answer);
         }
         for (auto answer = answers.rbegin(); answer != answers.rend(); ++answer) {
           stream.Write(*answer);
         }
         while (stream.Read(&request)) {
         }
         return grpc::Status::OK;
       }});
  const auto client = MustCreate(server.options());
  absl::BlockingCounter waiting(10);
  std::atomic<int> right{0};
  for (std::uint64_t i = 0; i < 10; ++i) {
    client->StartAppend(AppendOf(absl::StrCat(i), i + 1),
                        [&, i](absl::StatusOr<AppendResult> answer) {
                          if (answer.ok() && answer->revision == i) ++right;
                          waiting.DecrementCount();
                        });
  }
  waiting.Wait();
  EXPECT_EQ(right, 10);
}

TEST(ClientCheck, C43_ABrokenBatchCallFailsAllThatWaitedAndTheNextAppendOpensAnother) {
  std::atomic<int> calls{0};
  ScriptedServer server({.features = ListBatchAppend,
                         .batch_append = [&](grpc::ServerContext& context, BatchStream& stream) {
                           if (++calls > 1) return AnswerBatches(context, stream);
                           streams::BatchAppendReq request;
                           stream.Read(&request);
                           stream.Read(&request);
                           return Refuse(context, grpc::StatusCode::UNAVAILABLE, {}, "going away");
                         }});
  const auto client = MustCreate(server.options());
  absl::BlockingCounter waiting(2);
  std::atomic<int> unknown{0};
  for (std::uint64_t i = 1; i <= 2; ++i) {
    client->StartAppend(AppendOf("s", i), [&](absl::StatusOr<AppendResult> answer) {
      if (absl::IsUnavailable(answer.status()) &&
          absl::StrContains(answer.status().message(), "going away (the outcome is unknown)")) {
        ++unknown;
      }
      waiting.DecrementCount();
    });
  }
  waiting.Wait();
  EXPECT_EQ(unknown, 2);
  EXPECT_TRUE(client->Append(AppendOf("s", 3)).ok());
  EXPECT_EQ(calls, 2);
}

TEST(AnAppend, WhoseIdsMakeARepeatHarmlessIsRepeatedWithTheSameIds) {
  std::atomic<int> calls{0};
  Seen<std::string> ids;
  ScriptedServer server({.features = ListBatchAppend,
                         .batch_append = [&](grpc::ServerContext& context, BatchStream& stream) {
                           const int call = ++calls;
                           ServeBatches(stream, [&](const auto& request, auto& out) {
                             ids.Add(request[0].proposed_messages(0).id().string());
                             return call > 1 && SayWritten(request, out);
                           });
                           return call > 1 ? grpc::Status::OK
                                           : Refuse(context, grpc::StatusCode::UNAVAILABLE, {});
                         }});
  const auto client = MustCreate(server.options());
  EXPECT_TRUE(client->Append(AppendOf("s", 1, ExpectedRevision::NoStream())).ok());
  EXPECT_THAT(ids.All(), testing::ElementsAre(Id(1).ToString(), Id(1).ToString()));
  EXPECT_EQ(client->statistics().write_retries, 1U);
  EXPECT_EQ(client->statistics().calls_in_flight, 1U) << "the batch call stays open";
}

TEST(AnAppend, ThatTheServerHadNoTimeForIsRepeatedWhateverItExpects) {
  std::atomic<int> asked{0};
  ScriptedServer server(
      {.features = ListBatchAppend, .batch_append = [&](grpc::ServerContext&, BatchStream& stream) {
         ServeBatches(stream, [&](const auto& request, auto& out) {
           if (++asked > 1) return SayWritten(request, out);
           out.mutable_error()->set_message("Server Is Busy");
           out.mutable_error()->add_details()->PackFrom(google::protobuf::Empty());
           return true;
         });
         return grpc::Status::OK;
       }});
  EXPECT_TRUE(MustCreate(server.options())->Append(AppendOf("s", 1)).ok());
  EXPECT_EQ(asked, 2);
}

TEST(AnAppend, OfUnknownOutcomeStaysUnknownWhateverTheRepeatIsTold) {
  std::atomic<int> calls{0};
  ScriptedServer server({.append = [&](grpc::ServerContext& context, const auto&, auto&) {
    return ++calls == 1 ? Refuse(context, grpc::StatusCode::UNAVAILABLE, {})
                        : Refuse(context, grpc::StatusCode::PERMISSION_DENIED,
                                 {{"exception", "access-denied"}});
  }});
  const auto answer =
      MustCreate(server.options())->Append(AppendOf("s", 1, ExpectedRevision::NoStream()));
  EXPECT_EQ(calls, 2);
  EXPECT_TRUE(absl::IsUnavailable(answer.status())) << answer.status();
  EXPECT_THAT(std::string(answer.status().message()), HasSubstr("outcome is unknown"));
}

// The first thing on a fresh connection, from many threads at once.
TEST(Appends, ByTheThousandAsTheFirstThingAllComplete) {
  constexpr int kThreads = 8;
  constexpr std::uint64_t kEach = 500;
  ScriptedServer server({.features = ListBatchAppend, .batch_append = AnswerBatches});
  const auto client = MustCreate(server.options());
  absl::BlockingCounter waiting(kThreads * static_cast<int>(kEach));
  std::atomic<int> written{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      for (std::uint64_t i = 1; i <= kEach; ++i) {
        client->StartAppend(AppendOf("s", i), [&](absl::StatusOr<AppendResult> answer) {
          if (answer.ok()) ++written;
          waiting.DecrementCount();
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  waiting.Wait();
  EXPECT_EQ(written, kThreads * static_cast<int>(kEach));
  EXPECT_EQ(server.Calls("BatchAppend"), 1);
}

TEST(Appends, BeyondTheBoundAreRefusedAndNotSent) {
  absl::Notification leave;
  ScriptedServer server({.append = [&](grpc::ServerContext&, const auto&, auto& out) {
    leave.WaitForNotification();
    out.mutable_success()->set_current_revision(0);
    return grpc::Status::OK;
  }});
  ClientOptions options = server.options();
  options.appends_in_flight_max = 2;
  const auto client = MustCreate(options);
  absl::BlockingCounter waiting(2);
  for (std::uint64_t i = 1; i <= 2; ++i) {
    client->StartAppend(AppendOf("s", i), [&](absl::StatusOr<AppendResult> answer) {
      EXPECT_TRUE(answer.ok()) << answer.status();
      waiting.DecrementCount();
    });
  }
  const auto third = client->Append(AppendOf("s", 3));
  EXPECT_EQ(third.status().code(), absl::StatusCode::kResourceExhausted);
  leave.Notify();
  waiting.Wait();
  EXPECT_TRUE(client->Append(AppendOf("s", 3)).ok());
}

TEST(AnAppend, ThatIsNeverAnsweredEndsAtItsDeadlineWithUnknownOutcome) {
  ScriptedServer server(
      {.features = ListBatchAppend, .batch_append = [](grpc::ServerContext&, BatchStream& stream) {
         streams::BatchAppendReq request;
         while (stream.Read(&request)) {
         }
         return grpc::Status::OK;
       }});
  const auto client = MustCreate(server.options());
  AppendRequest request = AppendOf("s", 1);
  request.deadline = absl::Now() + absl::Milliseconds(100);
  const auto answer = client->Append(request);
  EXPECT_TRUE(absl::IsDeadlineExceeded(answer.status())) << answer.status();
  EXPECT_THAT(std::string(answer.status().message()), HasSubstr("unknown"));
  EXPECT_GE(absl::Now(), request.deadline);
  request.deadline = absl::Now() - absl::Seconds(1);
  EXPECT_TRUE(absl::IsDeadlineExceeded(client->Append(request).status()));
}

TEST(AnAppend, OutOfRangeIsRefusedWithoutACall) {
  ScriptedServer server({});
  const auto client = MustCreate(server.options());
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(client->Append(AppendOf("", 1)).status().code(), kInvalid);
  EXPECT_EQ(client->Append(AppendOf("s", 1, ExpectedRevision::Exact(1ULL << 63))).status().code(),
            kInvalid);
  AppendRequest no_type = AppendOf("s", 1);
  no_type.events[0].type.clear();
  EXPECT_EQ(client->Append(no_type).status().code(), kInvalid);
  EXPECT_EQ(server.Calls("GetSupportedMethods"), 0);
}

TEST(ADelete, IsSentByItsKindAndAnsweredWithThePosition) {
  ScriptedServer server(
      {.remove =
           [](grpc::ServerContext&, const streams::DeleteReq& request, streams::DeleteResp& out) {
             EXPECT_EQ(request.options().revision(), 3U);
             out.mutable_position()->set_commit_position(9);
             return grpc::Status::OK;
           },
       .tombstone =
           [](grpc::ServerContext& context, const streams::TombstoneReq&, auto&) {
             return Refuse(context, grpc::StatusCode::FAILED_PRECONDITION,
                           {{"exception", "stream-deleted"}, {"stream-name", "s"}});
           }});
  const auto client = MustCreate(server.options());
  const auto soft = client->Delete({.stream = "s", .expected = ExpectedRevision::Exact(3)});
  ASSERT_TRUE(soft.ok()) << soft.status();
  EXPECT_EQ(soft->position->commit, 9U);
  const auto hard = client->Delete({.stream = "s", .kind = DeleteKind::kTombstone});
  EXPECT_EQ(GetStreamDeleted(hard.status())->stream, "s");
}

TEST(ADelete, OfUnknownOutcomeIsNotRepeated) {
  ScriptedServer server({.remove = [](grpc::ServerContext& context, const auto&, auto&) {
    return Refuse(context, grpc::StatusCode::UNAVAILABLE, {});
  }});
  const auto client = MustCreate(server.options());
  absl::Notification answered;
  absl::Status heard;
  client->StartDelete({.stream = "s"}, [&](absl::StatusOr<DeleteResult> answer) {
    heard = answer.status();
    answered.Notify();
  });
  answered.WaitForNotification();
  EXPECT_TRUE(absl::IsUnavailable(heard)) << heard;
  EXPECT_EQ(server.Calls("Delete"), 1);
}

}  // namespace
}  // namespace eventstoredb
