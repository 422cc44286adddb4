#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/infrastructure/eventstoredb/scripted_server.h"

// The calls about users, against a server that answers as the protocol says.
namespace eventstoredb {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using namespace testing_support;  // NOLINT: the words of these tests.

using UserScript = ManagementScript::Users;

auto Refusing(grpc::StatusCode code, std::map<std::string, std::string> trailers) {
  return [code, trailers](grpc::ServerContext& context, const auto&, auto&) {
    return Refuse(context, code, trailers);
  };
}

TEST(UserCalls, SendWhatTheyAreAbout) {
  Seen<std::string> seen;
  const auto note = [&seen](grpc::ServerContext&, const auto& request, auto&) {
    seen.Add(request.options().ShortDebugString());
    return grpc::Status::OK;
  };
  ScriptedServer server({.management = {.users = {.create = note,
                                                  .update = note,
                                                  .remove = note,
                                                  .disable = note,
                                                  .enable = note,
                                                  .change_password = note,
                                                  .reset_password = note}}});
  const auto client = MustCreate(server.options());
  const Users users = client->users();
  EXPECT_TRUE(users
                  .Create({.login = "ada",
                           .password = "secret",
                           .full_name = "Ada L.",
                           .groups = {"$ops", "billing"}})
                  .ok());
  EXPECT_TRUE(users.Create({.login = "bob", .password = " "}).ok());
  EXPECT_TRUE(users.Update({.login = "ada", .full_name = "Ada", .groups = {"$admins"}}).ok());
  EXPECT_TRUE(users.Delete("ada").ok());
  EXPECT_TRUE(users.Disable("ada").ok());
  EXPECT_TRUE(users.Enable("ada").ok());
  EXPECT_TRUE(
      users.ChangePassword({.login = "ada", .current_password = "old", .new_password = "new"})
          .ok());
  EXPECT_TRUE(users.ResetPassword({.login = "ada", .new_password = "new"}).ok());
  EXPECT_THAT(
      seen.All(),
      ElementsAre("login_name: \"ada\" password: \"secret\" full_name: \"Ada L.\" groups: \"$ops\" "
                  "groups: \"billing\"",
                  "login_name: \"bob\" password: \" \"",
                  "login_name: \"ada\" full_name: \"Ada\" groups: \"$admins\"",
                  "login_name: \"ada\"", "login_name: \"ada\"", "login_name: \"ada\"",
                  "login_name: \"ada\" current_password: \"old\" new_password: \"new\"",
                  "login_name: \"ada\" new_password: \"new\""));
}

TEST(UserCalls, ThatMakeNoSenseAreRefusedBeforeAnythingIsSent) {
  ScriptedServer server({});
  const auto client = MustCreate(server.options());
  const Users users = client->users();
  const auto text_of = [](const absl::Status& status) {
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    return std::string(status.message());
  };
  const std::string not_utf8 = "secret\xFF";
  EXPECT_THAT(text_of(users.Create({.password = "p"})), HasSubstr("login"));
  EXPECT_THAT(text_of(users.Create({.login = "a:b", .password = "p"})), HasSubstr("colon"));
  EXPECT_THAT(text_of(users.Create({.login = "\xFF", .password = "p"})), HasSubstr("login"));
  EXPECT_THAT(text_of(users.Create({.login = "a"})), HasSubstr("password"));
  const std::string refused = text_of(users.Create({.login = "a", .password = not_utf8}));
  EXPECT_THAT(refused, HasSubstr("password"));
  EXPECT_THAT(refused, Not(HasSubstr("secret")));
  EXPECT_THAT(text_of(users.Create({.login = "a", .password = "p", .full_name = "\xFF"})),
              HasSubstr("full_name"));
  EXPECT_THAT(text_of(users.Create({.login = "a", .password = "p", .groups = {"ok", ""}})),
              HasSubstr("group"));
  EXPECT_THAT(text_of(users.Update({})), HasSubstr("login"));
  EXPECT_THAT(text_of(users.Update({.login = "a", .groups = {"\xFF"}})), HasSubstr("group"));
  EXPECT_THAT(text_of(users.Delete("")), HasSubstr("login"));
  EXPECT_THAT(text_of(users.Enable("")), HasSubstr("login"));
  EXPECT_THAT(text_of(users.Disable("")), HasSubstr("login"));
  EXPECT_THAT(text_of(users.Get("").status()), HasSubstr("login"));  // It would be all of them.
  EXPECT_THAT(text_of(users.ChangePassword({.login = "a", .new_password = "p"})),
              HasSubstr("current_password"));
  EXPECT_THAT(text_of(users.ChangePassword({.login = "a", .current_password = "p"})),
              HasSubstr("new_password"));
  EXPECT_THAT(text_of(users.ResetPassword({.login = "a"})), HasSubstr("new_password"));
  EXPECT_EQ(server.Calls("GetSupportedMethods"), 0);
}

TEST(UserCalls, AboutAMissingUserAreNotFoundAndNameTheLogin) {
  // A trailer carries no such name faithfully: the one asked for is told.
  const std::string login = "zo\xC3\xAB";
  const auto missing = Refusing(grpc::StatusCode::NOT_FOUND,
                                {{"exception", "user-not-found"}, {"login-name", "zo?"}});
  ScriptedServer server({.management = {.users = {.update = missing,
                                                  .remove = missing,
                                                  .disable = missing,
                                                  .enable = missing,
                                                  .details = missing,
                                                  .change_password = missing,
                                                  .reset_password = missing}}});
  const auto client = MustCreate(server.options());
  const Users users = client->users();
  for (const absl::Status& status :
       {users.Update({.login = login}), users.Delete(login), users.Disable(login),
        users.Enable(login), users.Get(login).status(),
        users.ChangePassword({.login = login, .current_password = "a", .new_password = "b"}),
        users.ResetPassword({.login = login, .new_password = "b"})}) {
    EXPECT_TRUE(absl::IsNotFound(status)) << status;
    EXPECT_EQ(GetErrorDetails(status),
              (ErrorDetails{.kind = ErrorKind::kUserNotFound, .login = login}));
  }
}

TEST(UserCalls, HaveTypedErrors) {
  const auto error_of = [](UserScript script) {
    ScriptedServer server({.management = {.users = std::move(script)}});
    return MustCreate(server.options())->users().Create({.login = "ada", .password = "p"});
  };
  const absl::Status conflict =
      error_of({.create = Refusing(grpc::StatusCode::FAILED_PRECONDITION,
                                   {{"exception", "user-conflict"}, {"login-name", "ada"}})});
  EXPECT_TRUE(absl::IsFailedPrecondition(conflict)) << conflict;
  EXPECT_EQ(GetErrorKind(conflict), ErrorKind::kUserConflict);
  EXPECT_THAT(std::string(conflict.message()), Not(HasSubstr("outcome is unknown")));
  const absl::Status again =
      error_of({.create = Refusing(grpc::StatusCode::DEADLINE_EXCEEDED,
                                   {{"exception", "user-conflict"}, {"login-name", "ada"}})});
  EXPECT_TRUE(absl::IsDeadlineExceeded(again)) << again;
  EXPECT_EQ(GetErrorKind(again), ErrorKind::kUserConflict);
  const absl::Status denied = error_of(
      {.create = Refusing(grpc::StatusCode::PERMISSION_DENIED, {{"exception", "access-denied"}})});
  EXPECT_TRUE(absl::IsPermissionDenied(denied)) << denied;
  EXPECT_EQ(GetErrorKind(denied), ErrorKind::kAccessDenied);
  const absl::Status wrong_password =
      error_of({.create = Refusing(grpc::StatusCode::UNAUTHENTICATED, {})});
  EXPECT_EQ(GetErrorKind(wrong_password), ErrorKind::kNotAuthenticated);
  EXPECT_EQ(GetErrorKind(error_of({})), ErrorKind::kUnsupported);
}

TEST(UserCalls, OfUnknownOutcomeAreNotRepeated) {
  ScriptedServer server(
      {.management = {.users = {.create = Refusing(grpc::StatusCode::UNAVAILABLE, {})}}});
  const auto client = MustCreate(server.options());
  const absl::Status created = client->users().Create({.login = "ada", .password = "p"});
  EXPECT_TRUE(absl::IsUnavailable(created)) << created;
  EXPECT_THAT(std::string(created.message()), HasSubstr("the outcome is unknown"));
  EXPECT_EQ(server.Calls("Users/Create"), 1);
}

TEST(UserCalls, FollowTheLeader) {
  ScriptedServer leader({.management = {.users = {.create = [](auto&, const auto&, auto&) {
                                          return grpc::Status::OK;
                                        }}}});
  const auto not_leader = Refusing(grpc::StatusCode::NOT_FOUND,
                                   {{"exception", "not-leader"},
                                    {"leader-endpoint-host", "localhost"},
                                    {"leader-endpoint-port", std::to_string(leader.port())}});
  ScriptedServer follower({.management = {.users = {.create = not_leader}}});
  const auto client = MustCreate(follower.options());
  EXPECT_TRUE(client->users().Create({.login = "ada", .password = "p"}).ok());
  EXPECT_EQ(leader.Calls("Users/Create"), 1);
}

users::DetailsResp Detail(const std::string& login) {
  users::DetailsResp answer;
  auto& user = *answer.mutable_user_details();
  user.set_login_name(login);
  user.set_full_name("Ada L.");
  user.add_groups("$ops");
  user.mutable_last_updated()->set_ticks_since_epoch(16'409'952'001'234'567);
  user.set_disabled(true);
  return answer;
}

TEST(UserDetails, AreOfOneUserOrOfAll) {
  Seen<std::string> seen;
  ScriptedServer server(
      {.management = {.users = {.details = [&](auto&, const users::DetailsReq& request,
                                               grpc::ServerWriter<users::DetailsResp>& out) {
                        seen.Add(request.ShortDebugString());
                        out.Write(Detail("ada"));
                        if (!request.options().login_name().empty()) return grpc::Status::OK;
                        users::DetailsResp never_updated;
                        never_updated.mutable_user_details()->set_login_name("bob");
                        out.Write(never_updated);
                        return grpc::Status::OK;
                      }}}});
  const auto client = MustCreate(server.options());
  const auto one = client->users().Get("ada");
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(*one, (UserDetails{.login = "ada",
                               .full_name = "Ada L.",
                               .groups = {"$ops"},
                               .last_updated = absl::FromUnixNanos(1'640'995'200'123'456'700),
                               .is_disabled = true}));
  const auto all = client->users().List();
  ASSERT_TRUE(all.ok()) << all.status();
  ASSERT_THAT(*all, SizeIs(2));
  EXPECT_EQ((*all)[1], UserDetails{.login = "bob"});
  EXPECT_THAT(seen.All(), ElementsAre("options { login_name: \"ada\" }", "options { }"));
}

TEST(UserDetails, AreListedUpToABoundAndNoFurther) {
  std::atomic<int> users_there = 3;
  ScriptedServer server({.management = {.users = {.details = [&](auto&, const auto&, auto& out) {
                                          for (int i = 0; i < users_there; ++i)
                                            out.Write(Detail("ada"));
                                          return grpc::Status::OK;
                                        }}}});
  ClientOptions options = server.options();
  options.listed_max = 3;
  const auto client = MustCreate(options);
  EXPECT_THAT(*client->users().List(), SizeIs(3));
  users_there = 4;
  const absl::Status too_many = client->users().List().status();
  EXPECT_TRUE(absl::IsResourceExhausted(too_many)) << too_many;
  EXPECT_THAT(std::string(too_many.message()), HasSubstr("more than 3"));
  EXPECT_EQ(server.Calls("Users/Details"), 2) << "asked again it would be the same";
}

TEST(UserDetails, ThatBreakOffInTheMiddleAreAnError) {
  ScriptedServer server(
      {.management = {.users = {.details = [](auto& context, const auto&, auto& out) {
                        out.Write(Detail("ada"));
                        return Refuse(context, grpc::StatusCode::UNAVAILABLE, {});
                      }}}});
  const auto client = MustCreate(server.options());
  EXPECT_TRUE(absl::IsUnavailable(client->users().List().status()));
}

TEST(UserDetails, OfNobodyAreNoAnswerAboutOne) {
  ScriptedServer server({.management = {.users = {.details = [](auto&, const auto&, auto&) {
                                          return grpc::Status::OK;
                                        }}}});
  const auto client = MustCreate(server.options());
  EXPECT_TRUE(absl::IsDataLoss(client->users().Get("ada").status()));
  EXPECT_THAT(*client->users().List(), SizeIs(0));
}

}  // namespace
}  // namespace eventstoredb
