#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"

#include "infrastructure/eventstoredb/client/projection_messages.h"
#include "tests/infrastructure/eventstoredb/scripted_server.h"

// The calls about projections, against a server that answers as recorded.
namespace eventstoredb {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using namespace testing_support;  // NOLINT: the words of these tests.

using ProjectionScript = ManagementScript::Projections;

constexpr char kQuery[] = "fromAll().outputState()";

/// What real servers answer instead of an error: a text alone (protocol section 2.4).
auto Received(const std::string& what) {
  return [what](grpc::ServerContext&, const auto&, auto&) {
    return grpc::Status(grpc::StatusCode::UNKNOWN,
                        "Envelope callback expected Updated, received " + what + " instead");
  };
}

grpc::Status ListTracking(grpc::ServerContext&, features::SupportedMethods& out) {
  auto& method = *out.add_methods();
  method.set_service_name("event_store.client.projections.projections");
  method.set_method_name("create");
  method.add_features("track_emitted_streams");
  return grpc::Status::OK;
}

TEST(ProjectionCalls, SendWhatTheyAreAbout) {
  Seen<std::string> seen;
  const auto note = [&seen](grpc::ServerContext&, const auto& request, auto&) {
    seen.Add(request.ShortDebugString());
    return grpc::Status::OK;
  };
  ScriptedServer server({.features = ListTracking,
                         .management = {.projections = {.create = note,
                                                        .update = note,
                                                        .remove = note,
                                                        .enable = note,
                                                        .reset = note,
                                                        .restart = note}}});
  const auto client = MustCreate(server.options());
  const Projections projections = client->projections();
  EXPECT_TRUE(projections.Create({.name = "p", .query = kQuery}).ok());
  EXPECT_TRUE(projections
                  .Create({.name = "p",
                           .query = kQuery,
                           .emit_enabled = true,
                           .track_emitted_streams = true,
                           .engine_version = 2})
                  .ok());
  EXPECT_TRUE(
      projections.Create({.mode = ProjectionMode::kTransient, .name = "t", .query = kQuery}).ok());
  EXPECT_TRUE(projections.Create({.mode = ProjectionMode::kOneTime, .query = kQuery}).ok());
  EXPECT_TRUE(projections.Update({.name = "p", .query = kQuery}).ok());
  EXPECT_TRUE(projections.Update({.name = "p", .query = kQuery, .emit_enabled = false}).ok());
  EXPECT_TRUE(
      projections.Delete({.name = "p", .emitted_streams = true, .state_stream = true}).ok());
  EXPECT_TRUE(projections.Delete({.name = "p", .checkpoint_stream = true}).ok());
  EXPECT_TRUE(projections.Enable("p").ok());
  EXPECT_TRUE(projections.Reset("p").ok());
  EXPECT_TRUE(projections.RestartSubsystem().ok());
  const std::string query = std::string(" query: \"") + kQuery + "\"";
  EXPECT_THAT(
      seen.All(),
      ElementsAre("options { continuous { name: \"p\" }" + query + " }",
                  "options { continuous { name: \"p\" emit_enabled: true track_emitted_streams: "
                  "true }" +
                      query + " engine_version: 2 }",
                  "options { transient { name: \"t\" }" + query + " }",
                  "options { one_time { }" + query + " }",
                  "options { name: \"p\"" + query + " no_emit_options { } }",
                  "options { name: \"p\"" + query + " emit_enabled: false }",
                  "options { name: \"p\" delete_emitted_streams: true delete_state_stream: true }",
                  "options { name: \"p\" delete_checkpoint_stream: true }",
                  "options { name: \"p\" }", "options { name: \"p\" }", ""));
}

TEST(ClientCheck, C77_AbortingWritesNoCheckpointAndDisablingDoes) {
  Seen<std::string> seen;
  ScriptedServer server({.management = {.projections = {.disable = [&](grpc::ServerContext&,
                                                                       const auto& request, auto&) {
                                          seen.Add(request.ShortDebugString());
                                          return grpc::Status::OK;
                                        }}}});
  const auto client = MustCreate(server.options());
  EXPECT_TRUE(client->projections().Disable("p").ok());
  EXPECT_TRUE(client->projections().Abort("p").ok());
  EXPECT_THAT(seen.All(), ElementsAre("options { name: \"p\" write_checkpoint: true }",
                                      "options { name: \"p\" }"));
}

TEST(ProjectionCalls, ThatMakeNoSenseAreRefusedBeforeAnythingIsSent) {
  ScriptedServer server({.features = ListTracking});
  const auto client = MustCreate(server.options());
  const Projections projections = client->projections();
  const auto text_of = [](const absl::Status& status) {
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    return std::string(status.message());
  };
  const std::string not_utf8 = "\xFF";
  EXPECT_THAT(text_of(projections.Create({.query = kQuery})), HasSubstr("name"));
  EXPECT_THAT(text_of(projections.Create({.name = not_utf8, .query = kQuery})), HasSubstr("UTF-8"));
  EXPECT_THAT(text_of(projections.Create({.name = "p"})), HasSubstr("query"));
  EXPECT_THAT(text_of(projections.Create({.name = "p", .query = not_utf8})), HasSubstr("query"));
  EXPECT_THAT(
      text_of(projections.Create({.mode = ProjectionMode::kOneTime, .name = "p", .query = kQuery})),
      HasSubstr("give no name"));
  EXPECT_THAT(text_of(projections.Create({.mode = ProjectionMode::kTransient,
                                          .name = "p",
                                          .query = kQuery,
                                          .emit_enabled = true})),
              HasSubstr("emit_enabled"));
  EXPECT_THAT(
      text_of(projections.Create({.name = "p", .query = kQuery, .track_emitted_streams = true})),
      HasSubstr("track_emitted_streams"));
  for (const int version : {-1, 3}) {
    EXPECT_THAT(
        text_of(projections.Create({.name = "p", .query = kQuery, .engine_version = version})),
        HasSubstr("engine_version"));
  }
  EXPECT_THAT(text_of(projections.Update({.name = "p"})), HasSubstr("query"));
  EXPECT_THAT(text_of(projections.Update({.query = kQuery})), HasSubstr("name"));
  EXPECT_THAT(text_of(projections.Delete({})), HasSubstr("name"));
  EXPECT_THAT(text_of(projections.Enable("")), HasSubstr("name"));
  EXPECT_THAT(text_of(projections.Disable("")), HasSubstr("name"));
  EXPECT_THAT(text_of(projections.Abort(not_utf8)), HasSubstr("name"));
  EXPECT_THAT(text_of(projections.Reset("")), HasSubstr("name"));
  EXPECT_THAT(text_of(projections.GetState({}).status()), HasSubstr("name"));
  EXPECT_THAT(text_of(projections.GetResult({.name = "p", .partition = not_utf8}).status()),
              HasSubstr("partition"));
  EXPECT_THAT(text_of(projections.GetStatistics("").status()), HasSubstr("name"));
  EXPECT_EQ(server.Calls("GetSupportedMethods"), 0);
}

TEST(ProjectionCalls, AboutAMissingOneAreNotFoundAndNameIt) {
  const ProjectionScript script{
      .update = Received("NotFound"),
      .remove = Received("NotFound"),
      .statistics = Received("NotFound"),
      .disable = Received("NotFound"),
      .enable = Received("NotFound"),
      .reset = Received("NotFound"),
      .state = Received("NotFound"),
      .result = Received("NotFound"),
  };
  ScriptedServer server({.management = {.projections = script}});
  const auto client = MustCreate(server.options());
  const Projections projections = client->projections();
  for (const absl::Status& missing :
       {projections.Update({.name = "p", .query = kQuery}), projections.Delete({.name = "p"}),
        projections.Enable("p"), projections.Disable("p"), projections.Abort("p"),
        projections.Reset("p"), projections.GetState({.name = "p"}).status(),
        projections.GetResult({.name = "p"}).status(), projections.GetStatistics("p").status()}) {
    EXPECT_TRUE(absl::IsNotFound(missing)) << missing;
    EXPECT_EQ(missing.message(), "projection p does not exist");
    EXPECT_EQ(GetErrorDetails(missing),
              (ErrorDetails{.kind = ErrorKind::kProjectionNotFound, .projection = "p"}));
  }
  EXPECT_EQ(server.Calls("Projections/Enable"), 1);
}

TEST(ProjectionCalls, HaveTypedErrors) {
  const auto error_of = [](ProjectionScript script) {
    ScriptedServer server({.management = {.projections = std::move(script)}});
    return MustCreate(server.options())->projections().Create({.name = "p", .query = kQuery});
  };
  const absl::Status exists = error_of({.create = Received("Conflict")});
  EXPECT_TRUE(absl::IsAlreadyExists(exists)) << exists;
  EXPECT_EQ(GetErrorKind(exists), ErrorKind::kProjectionExists);
  const absl::Status failed = error_of({.create = Received("OperationFailed")});
  EXPECT_TRUE(absl::IsFailedPrecondition(failed)) << failed;
  EXPECT_EQ(GetErrorKind(failed), ErrorKind::kProjectionFailed);
  const absl::Status denied = error_of({.create = Received("NotAuthorized")});
  EXPECT_TRUE(absl::IsPermissionDenied(denied)) << denied;
  EXPECT_EQ(GetErrorKind(denied), ErrorKind::kAccessDenied);
  for (const absl::Status& certain : {exists, failed, denied}) {
    EXPECT_THAT(std::string(certain.message()), Not(HasSubstr("outcome is unknown")));
    EXPECT_EQ(GetErrorDetails(certain).projection, "p");
  }
  // What this client has no word for may have been done.
  const absl::Status other = error_of({.create = Received("SomethingElse")});
  EXPECT_TRUE(absl::IsUnknown(other)) << other;
  EXPECT_THAT(std::string(other.message()), HasSubstr("outcome is unknown"));
  const absl::Status forbidden = error_of({.create = [](grpc::ServerContext& context, const auto&,
                                                        auto&) {
    return Refuse(context, grpc::StatusCode::PERMISSION_DENIED, {{"exception", "access-denied"}});
  }});
  EXPECT_EQ(GetErrorKind(forbidden), ErrorKind::kAccessDenied);
  const absl::Status unsupported = error_of({});
  EXPECT_TRUE(absl::IsUnimplemented(unsupported)) << unsupported;
  EXPECT_EQ(GetErrorKind(unsupported), ErrorKind::kUnsupported);
}

TEST(ProjectionCalls, AreRestartedUnlessTheSubsystemIsInTheWrongState) {
  ScriptedServer server({.management = {.projections = {.restart = [](auto&, auto&, auto&) {
                                          return grpc::Status(
                                              grpc::StatusCode::FAILED_PRECONDITION,
                                              "Projection Subsystem cannot be restarted");
                                        }}}});
  const auto client = MustCreate(server.options());
  const absl::Status restarted = client->projections().RestartSubsystem();
  EXPECT_TRUE(absl::IsFailedPrecondition(restarted)) << restarted;
  EXPECT_THAT(std::string(restarted.message()), HasSubstr("cannot be restarted"));
}

TEST(ProjectionCalls, DoNotTrackStreamsAtAServerThatWouldTakeNoNotice) {
  for (const bool names_methods : {true, false}) {
    ScriptedServer::Script script;
    if (names_methods) script.features = ListGroupMethods;
    script.management.projections.create = [](auto&, auto&, auto&) { return grpc::Status::OK; };
    ScriptedServer server(std::move(script));
    const auto client = MustCreate(server.options());
    const absl::Status tracking = client->projections().Create(
        {.name = "p", .query = kQuery, .emit_enabled = true, .track_emitted_streams = true});
    EXPECT_TRUE(absl::IsUnimplemented(tracking)) << tracking;
    EXPECT_EQ(server.Calls("Projections/Create"), 0);
    EXPECT_TRUE(
        client->projections().Create({.name = "p", .query = kQuery, .emit_enabled = true}).ok());
  }
}

TEST(ProjectionCalls, OfUnknownOutcomeAreNotRepeatedAndQuestionsAre) {
  Seen<int> asked;
  const auto unavailable = [](grpc::ServerContext& context, const auto&, auto&) {
    return Refuse(context, grpc::StatusCode::UNAVAILABLE, {});
  };
  ScriptedServer server(
      {.management = {
           .projections = {.statistics =
                               [&](grpc::ServerContext& context, const auto&,
                                   grpc::ServerWriter<projections::StatisticsResp>& out) {
                                 asked.Add(1);
                                 if (asked.All().size() < 3) {
                                   return Refuse(context, grpc::StatusCode::UNAVAILABLE, {});
                                 }
                                 out.Write(projections::StatisticsResp());
                                 return grpc::Status::OK;
                               },
                           .enable = unavailable,
                           .state = unavailable}}});
  const auto client = MustCreate(server.options());
  const absl::Status enabled = client->projections().Enable("p");
  EXPECT_TRUE(absl::IsUnavailable(enabled)) << enabled;
  EXPECT_THAT(std::string(enabled.message()), HasSubstr("the outcome is unknown"));
  EXPECT_EQ(server.Calls("Projections/Enable"), 1);
  const absl::Status state = client->projections().GetState({.name = "p"}).status();
  EXPECT_TRUE(absl::IsUnavailable(state)) << state;
  EXPECT_THAT(std::string(state.message()), Not(HasSubstr("outcome")));
  EXPECT_EQ(server.Calls("Projections/State"), server.options().retry.attempts_max);
  const auto listed = client->projections().List();
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_THAT(*listed, SizeIs(1));
  EXPECT_EQ(client->statistics().read_retries, 4U);
}

TEST(ProjectionCalls, AreNotWaitedForLongerThanTheDeadline) {
  // As a real server does about a query that does not compile.
  const auto silent = [](grpc::ServerContext& context, const auto&, auto&) {
    while (!context.IsCancelled()) absl::SleepFor(absl::Milliseconds(2));
    return grpc::Status::CANCELLED;
  };
  ScriptedServer server({.management = {.projections = {.statistics = silent, .state = silent}}});
  const auto client = MustCreate(server.options());
  const auto soon = [] { return absl::Now() + absl::Milliseconds(100); };
  EXPECT_TRUE(absl::IsDeadlineExceeded(
      client->projections().GetState({.name = "p", .deadline = soon()}).status()));
  EXPECT_TRUE(absl::IsDeadlineExceeded(client->projections().GetStatistics("p", soon()).status()));
}

TEST(ProjectionCalls, OfAClientThatIsGoneAreCancelled) {
  ScriptedServer server({});
  std::optional<Projections> projections = MustCreate(server.options())->projections();
  EXPECT_TRUE(absl::IsCancelled(projections->Enable("p")));
  EXPECT_TRUE(absl::IsCancelled(projections->List().status()));
}

projections::StatisticsResp::Details RunningDetails() {
  projections::StatisticsResp::Details details;
  details.set_coreprocessingtime(12);
  details.set_version(1);
  details.set_epoch(2);
  details.set_effectivename("orders-by-day");
  details.set_writesinprogress(3);
  details.set_readsinprogress(4);
  details.set_partitionscached(5);
  details.set_status("Running/Writing results");
  details.set_name("orders-by-day");
  details.set_mode("Continuous");
  details.set_position("C:1/P:1");
  details.set_progress(62.5F);
  details.set_lastcheckpoint("C:0/P:0");
  details.set_eventsprocessedafterrestart(6);
  details.set_checkpointstatus("Requested");
  details.set_bufferedevents(7);
  details.set_writependingeventsbeforecheckpoint(8);
  details.set_writependingeventsaftercheckpoint(9);
  return details;
}

TEST(ClientCheck, C76_AStatusIsPartedIntoWhatAProjectionIsAndWhatItDoes) {
  const ProjectionStatistics running = client::ToProjectionStatistics(RunningDetails());
  EXPECT_EQ(running.status, "Running");
  EXPECT_EQ(running.processing_status, "Writing results");
  EXPECT_EQ(running.name, "orders-by-day");
  EXPECT_EQ(running.effective_name, "orders-by-day");
  EXPECT_EQ(running.mode, "Continuous");
  EXPECT_EQ(running.version, 1);
  EXPECT_EQ(running.epoch, 2);
  EXPECT_EQ(running.position, "C:1/P:1");
  EXPECT_EQ(running.last_checkpoint, "C:0/P:0");
  EXPECT_EQ(running.checkpoint_status, "Requested");
  EXPECT_EQ(running.progress_percent, 62.5);
  EXPECT_EQ(running.processing_time, absl::Milliseconds(12));
  EXPECT_EQ(running.events, 6);
  EXPECT_EQ(running.events_buffered, 7);
  EXPECT_EQ(running.writes_in_progress, 3);
  EXPECT_EQ(running.reads_in_progress, 4);
  EXPECT_EQ(running.partitions_cached, 5);
  EXPECT_EQ(running.writes_pending_before_checkpoint, 8);
  EXPECT_EQ(running.writes_pending_after_checkpoint, 9);

  projections::StatisticsResp::Details faulted;
  faulted.set_status("Faulted");
  faulted.set_statereason("ReferenceError: s is not defined");
  faulted.set_progress(-1);
  const ProjectionStatistics stopped = client::ToProjectionStatistics(std::move(faulted));
  EXPECT_EQ(stopped.status, "Faulted");
  EXPECT_THAT(stopped.processing_status, IsEmpty());
  EXPECT_EQ(stopped.reason, "ReferenceError: s is not defined");
  EXPECT_EQ(stopped.progress_percent, std::nullopt);
  faulted.set_status("Aborted/Stopped/More");
  EXPECT_EQ(client::ToProjectionStatistics(std::move(faulted)).processing_status, "Stopped/More");
}

TEST(ProjectionStatistics, AreAskedForByNameOrByMode) {
  Seen<std::string> seen;
  ScriptedServer server(
      {.management = {
           .projections = {.statistics = [&](grpc::ServerContext&,
                                             const projections::StatisticsReq& request,
                                             grpc::ServerWriter<projections::StatisticsResp>& out) {
             seen.Add(request.options().ShortDebugString());
             const int count = request.options().has_all() ? 300 : 1;
             projections::StatisticsResp answer;
             *answer.mutable_details() = RunningDetails();
             for (int i = 0; i < count; ++i) {
               answer.mutable_details()->set_name("p" + std::to_string(i));
               out.Write(answer);
             }
             return grpc::Status::OK;
           }}}});
  const auto client = MustCreate(server.options());
  const auto one = client->projections().GetStatistics("p0");
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(one->name, "p0");
  const auto all = client->projections().List();
  ASSERT_TRUE(all.ok()) << all.status();
  ASSERT_THAT(*all, SizeIs(300));  // More than are held for a reader at a time.
  for (std::size_t i = 0; i < all->size(); ++i) EXPECT_EQ((*all)[i].name, "p" + std::to_string(i));
  for (const ProjectionMode mode :
       {ProjectionMode::kContinuous, ProjectionMode::kTransient, ProjectionMode::kOneTime}) {
    EXPECT_TRUE(client->projections().List({.mode = mode}).ok());
  }
  EXPECT_THAT(seen.All(), ElementsAre("name: \"p0\"", "all { }", "continuous { }", "transient { }",
                                      "one_time { }"));
}

TEST(ProjectionStatistics, OfNoneOrOfTwoAreNoAnswerAboutOne) {
  for (const int count : {0, 2}) {
    ScriptedServer server(
        {.management = {.projections = {.statistics = [count](auto&, const auto&, auto& out) {
                          for (int i = 0; i < count; ++i) {
                            out.Write(projections::StatisticsResp());
                          }
                          return grpc::Status::OK;
                        }}}});
    const auto client = MustCreate(server.options());
    EXPECT_TRUE(absl::IsDataLoss(client->projections().GetStatistics("p").status()));
  }
}

google::protobuf::Value ValueOf(const std::string& json) {
  google::protobuf::Value value;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &value).ok());
  return value;
}

TEST(ClientCheck, C78_StatesAndResultsAreJson) {
  Seen<std::string> seen;
  ScriptedServer server(
      {.management = {
           .projections = {
               .state =
                   [&](auto&, const projections::StateReq& request, projections::StateResp& out) {
                     seen.Add(request.options().ShortDebugString());
                     *out.mutable_state() = ValueOf(R"({"count": 1})");
                     return grpc::Status::OK;
                   },
               .result =
                   [&](auto&, const projections::ResultReq& request, projections::ResultResp& out) {
                     seen.Add(request.options().ShortDebugString());
                     out.mutable_result()->mutable_struct_value();
                     return grpc::Status::OK;
                   }}}});
  const auto client = MustCreate(server.options());
  const auto state = client->projections().GetState({.name = "p", .partition = "order-1"});
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(*state, R"({"count":1})");
  const auto result = client->projections().GetResult({.name = "p"});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(*result, "{}");
  EXPECT_THAT(seen.All(), ElementsAre("name: \"p\" partition: \"order-1\"", "name: \"p\""));
}

TEST(StateOfAProjection, KeepsEveryKindOfValueAndOrdersTheKeys) {
  const std::string json = R"({"a":null,"b":true,"c":"caf)"
                           "\xC3\xA9"
                           R"(","d":[1,-2,0.5,1e+300,9007199254740992],"e":{"f":{},"g":[]}})";
  EXPECT_EQ(*client::ToJson(ValueOf(json)), json);
  EXPECT_EQ(*client::ToJson(ValueOf(R"({"z":1,"y":{"x":2,"w":3}})")),
            R"({"y":{"w":3,"x":2},"z":1})");
  EXPECT_EQ(*client::ToJson(google::protobuf::Value()), "null");
}

TEST(StateOfAProjection, WithANumberThatIsNoneIsDataLoss) {
  google::protobuf::Value value;
  value.mutable_list_value()->add_values()->set_number_value(std::nan(""));
  EXPECT_TRUE(absl::IsDataLoss(client::ToJson(value).status()));
  (*value.mutable_struct_value()->mutable_fields())["n"].set_number_value(INFINITY);
  EXPECT_TRUE(absl::IsDataLoss(client::ToJson(value).status()));
}

}  // namespace
}  // namespace eventstoredb
