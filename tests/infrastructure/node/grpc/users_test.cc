// Users and their passwords (protocol sections 1.8, 2.4 and 3.17). Numbered as the protocol's
// server checks (S).
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>

#include "tests/infrastructure/node/grpc/access_testing.h"
#include "tests/support/temp_directory.h"

namespace eventstoredb::testing_support {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using UsersStub = users::Users::Stub;

class Users : public AccessTest {
 protected:
  template <typename Request, typename Response>
  Ended OfLogin(grpc::Status (UsersStub::*method)(grpc::ClientContext*, const Request&, Response*),
                const std::string& login) {
    Request request;
    request.mutable_options()->set_login_name(login);
    return Do(user_stub(), method, request, Response());
  }
  Ended Disable(const std::string& login) { return OfLogin(&UsersStub::Disable, login); }
  Ended Enable(const std::string& login) { return OfLogin(&UsersStub::Enable, login); }
  Ended DeleteUser(const std::string& login) { return OfLogin(&UsersStub::Delete, login); }
  Ended Update(const std::string& login, const std::string& full_name,
               const std::vector<std::string>& groups) {
    users::UpdateReq request;
    request.mutable_options()->set_login_name(login);
    request.mutable_options()->set_full_name(full_name);
    for (const std::string& group : groups) request.mutable_options()->add_groups(group);
    return Do(user_stub(), &UsersStub::Update, request, users::UpdateResp());
  }
  Ended ChangePassword(const std::string& login, const std::string& current,
                       const std::string& password) {
    users::ChangePasswordReq request;
    request.mutable_options()->set_login_name(login);
    request.mutable_options()->set_current_password(current);
    request.mutable_options()->set_new_password(password);
    return Do(user_stub(), &UsersStub::ChangePassword, request, users::ChangePasswordResp());
  }
  Ended ResetPassword(const std::string& login, const std::string& password) {
    users::ResetPasswordReq request;
    request.mutable_options()->set_login_name(login);
    request.mutable_options()->set_new_password(password);
    return Do(user_stub(), &UsersStub::ResetPassword, request, users::ResetPasswordResp());
  }
};

TEST_F(Users, S176_ANewOneIsKnownByItsCredentials) {
  ActAs("carol", "secret");
  ASSERT_EQ(AppendOne("s").code, kNotKnown);
  AsAdmin();
  ASSERT_EQ(CreateUser("carol", "secret", {"shop"}).code, kOk);

  ActAs("carol", "secret");
  EXPECT_EQ(AppendOne("s").code, kOk);
  EXPECT_EQ(ReadAny("s").code, kOk);
  ActAs("carol", "Secret");
  EXPECT_EQ(ReadAny("s").code, kNotKnown);
}

TEST_F(Users, HaveTheRightsOfTheirNameAndGroups) {
  SetMetadata("s", R"({"$acl":{"$r":["shop"],"$w":["carol"]}})");
  ASSERT_EQ(CreateUser("carol", "c", {"shop"}).code, kOk);
  ASSERT_EQ(CreateUser("dora", "d", {"$admins"}).code, kOk);

  ActAs("carol", "c");
  EXPECT_EQ(ReadAny("s").code, kOk);
  EXPECT_EQ(AppendOne("s").code, kOk);
  EXPECT_EQ(CreateUser("eve", "e").code, kDenied);
  ActAs("dora", "d");
  EXPECT_EQ(CreateUser("eve", "e").code, kOk);
}

TEST_F(Users, S177_CreatingOneAgainWithAnotherPasswordIsAConflict) {
  ASSERT_EQ(CreateUser("carol", "c", {"shop"}).code, kOk);

  const Ended again = CreateUser("carol", "other");
  EXPECT_EQ(again.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(again.trailers,
              ElementsAre(Pair("exception", "user-conflict"), Pair("login-name", "carol")));
  EXPECT_EQ(Details("carol").found.at(0).groups_size(), 1);
  ActAs("carol", "c");
  EXPECT_EQ(ReadAny("s").code, kOk);
}

TEST_F(Users, CreatingOneAgainWithTheSamePasswordChangesNothing) {
  ASSERT_EQ(CreateUser("carol", "c", {"shop"}).code, kOk);

  EXPECT_EQ(CreateUser("carol", "c", {"$admins"}).code, kOk);
  EXPECT_THAT(Details("carol").found.at(0).groups(), ElementsAre("shop"));
  EXPECT_THAT(Details("").Logins(), ElementsAre("admin", "ops", "alice", "bob", "carol"));
}

TEST_F(Users, S178_DetailsOfAnUnknownOneAreNotFound) {
  const DetailsAnswer answer = Details("nobody");
  EXPECT_EQ(answer.end.code, grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(answer.end.trailers,
              ElementsAre(Pair("exception", "user-not-found"), Pair("login-name", "nobody")));
  for (const Ended& end :
       {Disable("nobody"), Enable("nobody"), DeleteUser("nobody"), Update("nobody", "", {}),
        ResetPassword("nobody", "p"), ChangePassword("nobody", "p", "q")}) {
    EXPECT_EQ(end.code, grpc::StatusCode::NOT_FOUND);
    EXPECT_THAT(end.trailers,
                ElementsAre(Pair("exception", "user-not-found"), Pair("login-name", "nobody")));
  }
}

TEST_F(Users, DetailsTellAllButThePassword) {
  ASSERT_EQ(CreateUser("carol", "c", {"shop", "$ops"}).code, kOk);

  As("alice");
  const DetailsAnswer answer = Details("carol");
  ASSERT_EQ(answer.found.size(), 1u);
  EXPECT_EQ(answer.found[0].login_name(), "carol");
  EXPECT_EQ(answer.found[0].full_name(), "User carol");
  EXPECT_THAT(answer.found[0].groups(), ElementsAre("shop", "$ops"));
  EXPECT_FALSE(answer.found[0].disabled());
  EXPECT_GT(answer.found[0].last_updated().ticks_since_epoch(), 0);
  EXPECT_THAT(Details("").Logins(), ElementsAre("admin", "ops", "alice", "bob", "carol"));
}

TEST_F(Users, AreStoredAsEventsWithoutTheirPasswords) {
  ASSERT_EQ(CreateUser("carol", "much-too-open").code, kOk);
  ASSERT_EQ(Update("carol", "Carol", {}).code, kOk);

  std::vector<std::string> types;
  for (const auto& message : Read(ReadStreamFromStart("$user-carol", 10)).messages) {
    types.push_back(message.event().event().metadata().at("type"));
    EXPECT_THAT(message.event().event().data(), Not(HasSubstr("much-too-open")));
  }
  EXPECT_THAT(types, ElementsAre("$UserCreated", "$UserUpdated"));
  EXPECT_EQ(Read(ReadStreamFromStart("$users", 10)).Revisions().size(), 5u);
}

TEST_F(Users, ADisabledOneIsNotKnownUntilItIsEnabled) {
  As("alice");
  ASSERT_EQ(ReadAny("s").code, kOk);
  AsAdmin();
  ASSERT_EQ(Disable("alice").code, kOk);
  EXPECT_TRUE(Details("alice").found.at(0).disabled());
  EXPECT_EQ(Disable("alice").code, kOk) << "again";

  As("alice");
  EXPECT_EQ(ReadAny("s").code, kNotKnown);
  AsAdmin();
  ASSERT_EQ(Enable("alice").code, kOk);
  As("alice");
  EXPECT_EQ(ReadAny("s").code, kOk);
}

TEST_F(Users, ADeletedOneIsNotKnownAndItsNameMayBeUsedAgain) {
  As("alice");
  ASSERT_EQ(ReadAny("s").code, kOk);
  AsAdmin();
  ASSERT_EQ(DeleteUser("alice").code, kOk);
  EXPECT_EQ(DeleteUser("alice").code, grpc::StatusCode::NOT_FOUND) << "again";
  EXPECT_THAT(Details("").Logins(), ElementsAre("admin", "ops", "bob"));

  As("alice");
  EXPECT_EQ(ReadAny("s").code, kNotKnown);
  AsAdmin();
  ASSERT_EQ(CreateUser("alice", "another").code, kOk);
  EXPECT_THAT(Details("").Logins(), ElementsAre("admin", "ops", "alice", "bob"));
  As("alice");
  EXPECT_EQ(ReadAny("s").code, kNotKnown);
  ActAs("alice", "another");
  EXPECT_EQ(ReadAny("s").code, kOk);
}

TEST_F(Users, NewGroupsCountFromTheAnswerOn) {
  SetMetadata("s", R"({"$acl":{"$r":["shop"]}})");
  As("alice");
  ASSERT_EQ(ReadAny("s").code, kDenied);
  AsAdmin();
  ASSERT_EQ(Update("alice", "Alice", {"shop"}).code, kOk);
  As("alice");
  EXPECT_EQ(ReadAny("s").code, kOk);
  AsAdmin();
  ASSERT_EQ(Update("alice", "Alice", {}).code, kOk);
  As("alice");
  EXPECT_EQ(ReadAny("s").code, kDenied);
}

TEST_F(Users, ChangeTheirPasswordByTheCurrentOne) {
  As("alice");
  const Ended wrong = ChangePassword("alice", "guess", "new");
  EXPECT_EQ(wrong.code, kDenied);
  EXPECT_THAT(wrong.trailers, ElementsAre(Pair("exception", "access-denied")));
  EXPECT_EQ(ReadAny("s").code, kOk);

  ASSERT_EQ(ChangePassword("alice", "alice's", "new").code, kOk);
  EXPECT_EQ(ReadAny("s").code, kNotKnown);
  ActAs("alice", "new");
  EXPECT_EQ(ReadAny("s").code, kOk);
}

TEST_F(Users, HaveTheirPasswordResetByAnAdministrator) {
  As("alice");
  ASSERT_EQ(ResetPassword("bob", "mine").code, kDenied);
  AsAdmin();
  ASSERT_EQ(ResetPassword("alice", "new").code, kOk);
  As("alice");
  EXPECT_EQ(ReadAny("s").code, kNotKnown);
  ActAs("alice", "new");
  EXPECT_EQ(ReadAny("s").code, kOk);
}

TEST_F(Users, NamesThatWouldBeSomethingElseAreRefused) {
  for (const std::string& login : {std::string(), std::string("$admins"), std::string("a:b"),
                                   std::string("a\nb"), std::string(257, 'a')}) {
    EXPECT_EQ(CreateUser(login, "p").code, kInvalid) << login;
  }
  EXPECT_EQ(CreateUser("carol", "").code, kInvalid);
  EXPECT_EQ(CreateUser("carol", std::string(1'025, 'p')).code, kInvalid);
  EXPECT_EQ(CreateUser("carol", "p", {""}).code, kInvalid);
  EXPECT_EQ(CreateUser("carol", "p", std::vector<std::string>(65, "g")).code, kInvalid);
  EXPECT_EQ(Do(user_stub(), &UsersStub::Create, users::CreateReq(), users::CreateResp()).code,
            kInvalid);
  EXPECT_THAT(Details("").Logins(), ElementsAre("admin", "ops", "alice", "bob"));
  EXPECT_EQ(CreateUser("Åsa Öberg", "på svenska").code, kOk);
  ActAs("Åsa Öberg", "på svenska");
  EXPECT_EQ(ReadAny("s").code, kOk);
}

TEST_F(Users, OfARaceToMakeOneTheFirstPasswordCounts) {
  constexpr int kRivals = 8;
  std::vector<Ended> ends(kRivals);
  std::vector<std::thread> rivals;
  for (int i = 0; i < kRivals; ++i) {
    rivals.emplace_back([&, i] { ends[i] = CreateUser("carol", absl::StrCat("password ", i)); });
  }
  for (std::thread& rival : rivals) rival.join();

  int winner = -1;
  for (int i = 0; i < kRivals; ++i) {
    if (ends[i].code == kOk) {
      EXPECT_EQ(winner, -1);
      winner = i;
    } else {
      EXPECT_EQ(ends[i].trailers.at("exception"), "user-conflict");
    }
  }
  ASSERT_NE(winner, -1);
  EXPECT_THAT(Details("").Logins(), ElementsAre("admin", "ops", "alice", "bob", "carol"));
  ActAs("carol", absl::StrCat("password ", winner));
  EXPECT_EQ(ReadAny("s").code, kOk);
}

TEST_F(Users, APasswordThatIsChangedAmidCallsIsWorthNothingFromTheAnswerOn) {
  std::atomic<bool> is_changed{false};
  std::atomic<bool> is_over{false};
  std::atomic<int> let_in{0};
  std::atomic<int> others{0};
  std::atomic<int> too_late{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      while (!is_over) {
        const bool began_after = is_changed;
        grpc::ClientContext context;
        SetPatience(context);
        context.AddMetadata("authorization", BasicCredentials("alice", "alice's"));
        streams::ReadResp message;
        const auto call = stub().Read(&context, ReadStreamFromStart("s", 1));
        while (call->Read(&message)) {
        }
        const grpc::StatusCode code = call->Finish().error_code();
        if (code == kOk) {
          ++let_in;
          if (began_after) ++too_late;
        } else if (code != kNotKnown && code != grpc::StatusCode::RESOURCE_EXHAUSTED) {
          ++others;
        }
      }
    });
  }
  EXPECT_TRUE(Eventually([&] { return let_in > 20; }));
  EXPECT_EQ(ResetPassword("alice", "new").code, kOk);
  is_changed = true;
  ActAs("alice", "new");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(ReadAny("s").code, kOk);
  is_over = true;
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(too_late, 0);
  EXPECT_EQ(others, 0);
}

TEST_F(Users, OfTwoChangesByTheSamePasswordOneSucceeds) {
  std::vector<Ended> ends(2);
  std::vector<std::thread> rivals;
  As("alice");
  for (int i = 0; i < 2; ++i) {
    rivals.emplace_back(
        [&, i] { ends[i] = ChangePassword("alice", "alice's", absl::StrCat("new ", i)); });
  }
  for (std::thread& rival : rivals) rival.join();

  const int winner = ends[0].code == kOk ? 0 : 1;
  EXPECT_EQ(ends[winner].code, kOk);
  // Too late for its current password, or for its own credentials.
  EXPECT_NE(ends[1 - winner].code, kOk);
  ActAs("alice", absl::StrCat("new ", winner));
  EXPECT_EQ(ReadAny("s").code, kOk);
}

TEST_F(Users, AFloodOfWrongPasswordsHoldsUpNobodyWhoIsKnown) {
  ASSERT_EQ(ReadAny("s").code, kOk);
  std::atomic<bool> is_over{false};
  std::atomic<int> others{0};
  std::vector<std::thread> flood;
  for (int i = 0; i < 16; ++i) {
    flood.emplace_back([&] {
      while (!is_over) {
        const Ended end = CallWithNothing(channel(), "/event_store.client.gossip.Gossip/Read",
                                          BasicCredentials("admin", "guess"));
        if (end.code != kNotKnown && end.code != grpc::StatusCode::RESOURCE_EXHAUSTED) ++others;
      }
    });
  }
  for (int i = 0; i < 100; ++i) EXPECT_EQ(ReadAny("s").code, kOk);
  is_over = true;
  for (std::thread& one : flood) one.join();
  EXPECT_EQ(others, 0);
}

class FirstUsers : public testing::Test {
 protected:
  void Open(const std::string& admin_password) {
    node_.reset();
    store_.reset();
    auto store = EmbeddedEventStore::Open({.directory = directory_.path() + "/store"});
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    NodeServerOptions options{.address = ""};
    options.access = {.admin_password = admin_password, .password_iterations = 1'000};
    auto node = NodeServer::Start(options, *store_);
    ASSERT_TRUE(node.ok()) << node.status();
    node_ = *std::move(node);
  }
  grpc::Status AdminChanges(const std::string& current, const std::string& password) {
    grpc::ClientContext context;
    SetPatience(context);
    users::ChangePasswordReq request;
    request.mutable_options()->set_login_name("admin");
    request.mutable_options()->set_current_password(current);
    request.mutable_options()->set_new_password(password);
    users::ChangePasswordResp response;
    return Stub()->ChangePassword(&context, request, &response);
  }
  std::unique_ptr<UsersStub> Stub() { return users::Users::NewStub(node_->InProcessChannel()); }

  TempDirectory directory_;
  std::unique_ptr<EmbeddedEventStore> store_;
  std::unique_ptr<NodeServer> node_;
};

TEST_F(FirstUsers, HaveThePasswordsOfTheFirstStartOnly) {
  Open("first");
  Open("second");
  EXPECT_EQ(AdminChanges("second", "x").error_code(), kDenied);
  EXPECT_TRUE(AdminChanges("first", "own").ok());
  Open("third");
  EXPECT_TRUE(AdminChanges("own", "again").ok());
}

TEST_F(FirstUsers, OnceDeletedAreNotMadeAgain) {
  Open("first");
  grpc::ClientContext context;
  SetPatience(context);
  users::DeleteReq request;
  request.mutable_options()->set_login_name("admin");
  users::DeleteResp response;
  ASSERT_TRUE(Stub()->Delete(&context, request, &response).ok());
  Open("first");
  EXPECT_EQ(AdminChanges("first", "x").error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(FirstUsers, AreRefusedAPasswordThatIsNone) {
  auto store = EmbeddedEventStore::Open({.in_memory = true});
  ASSERT_TRUE(store.ok());
  NodeServerOptions options{.address = ""};
  options.access = {.admin_password = ""};
  EXPECT_EQ(NodeServer::Start(options, **store).status().code(),
            absl::StatusCode::kInvalidArgument);
  options.access = {.password_iterations = 1};
  EXPECT_EQ(NodeServer::Start(options, **store).status().code(),
            absl::StatusCode::kInvalidArgument);
}

class WithoutUsers : public NodeTest {};

TEST_F(WithoutUsers, TheServiceSaysWhyThereAreNone) {
  grpc::ClientContext context;
  SetPatience(context);
  users::CreateReq request;
  request.mutable_options()->set_login_name("carol");
  users::CreateResp response;
  const grpc::Status status =
      users::Users::NewStub(channel())->Create(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr("without access control"));
}

}  // namespace
}  // namespace eventstoredb::testing_support
