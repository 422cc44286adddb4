// Users of the store's port (`orderd store --store-users`), over TLS and by the real binary: who
// comes in, what a kill leaves, and which settings are refused.
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "event_store/client/operations.grpc.pb.h"
#include "event_store/client/users.grpc.pb.h"
#include "eventstoredb/client.h"
#include "eventstoredb/connection_string.h"
#include "tests/support/orderd_process.h"
#include "tests/support/test_authority.h"
#include "tests/support/tls_client.h"

namespace orders::testing_support {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
namespace users = event_store::client::users;
namespace operations = event_store::client::operations;

class StoreWithUsers : public ::testing::Test {
 protected:
  void SetUp() override {
    WriteFileWithMode(ca_, authority_.certificate(), 0644);
    Certify();
    WriteFileWithMode(admin_password_, "the admin's\n");
    WriteFileWithMode(ops_password_, "the operator's");
    Start();
  }
  void Certify() const {
    const TestCertificate own = authority_.Issue();
    WriteFileWithMode(cert_, own.certificate, 0644);
    WriteFileWithMode(key_, own.key);
  }
  void Start() {
    auto started =
        OrderdProcess::Start({.store_alone = true,
                              .data = scratch_.Path("data"),
                              .arguments = {"--store-users", "--tls-cert", cert_, "--tls-key", key_,
                                            "--store-admin-password-file", admin_password_,
                                            "--store-ops-password-file", ops_password_}});
    ASSERT_TRUE(started.ok()) << started.status();
    process_ = *std::move(started);
  }

  std::uint16_t port() const {
    const std::string& address = process_->address();
    return static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  }
  /// What an append by our own client says, whose credentials stand in its connection string.
  absl::Status AppendAs(const std::string& login_and_password, const std::string& stream) {
    const auto parsed = eventstoredb::ParseConnectionString(
        absl::StrCat("esdb://", login_and_password, "@localhost:", port(), "?tlsCAFile=", ca_));
    if (!parsed.ok()) return parsed.status();
    auto client = eventstoredb::Client::Create(parsed->options);
    if (!client.ok()) return client.status();
    eventstoredb::AppendRequest request;
    request.stream = stream;
    request.events.push_back({.id = {}, .type = "Tested", .data = "{}"});
    return (*client)->Append(std::move(request)).status();
  }
  std::shared_ptr<grpc::Channel> Channel() const {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = authority_.certificate();
    return grpc::CreateChannel(absl::StrCat("localhost:", port()), grpc::SslCredentials(options));
  }
  static void Prepare(grpc::ClientContext& context, const std::string& login_and_password) {
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    context.AddMetadata("authorization",
                        absl::StrCat("Basic ", absl::Base64Escape(login_and_password)));
  }
  grpc::Status CreateUser(const std::string& login, const std::string& password) {
    grpc::ClientContext context;
    Prepare(context, "admin:the admin's");
    users::CreateReq request;
    request.mutable_options()->set_login_name(login);
    request.mutable_options()->set_password(password);
    users::CreateResp response;
    return users::Users::NewStub(Channel())->Create(&context, request, &response);
  }
  /// What the node says of these credentials.
  grpc::StatusCode Known(const std::string& login_and_password) {
    grpc::ClientContext context;
    Prepare(context, login_and_password);
    const auto call = users::Users::NewStub(Channel())->Details(&context, users::DetailsReq());
    users::DetailsResp message;
    while (call->Read(&message)) {
    }
    return call->Finish().error_code();
  }
  grpc::Status ShutDownAs(const std::string& login_and_password) {
    grpc::ClientContext context;
    Prepare(context, login_and_password);
    event_store::client::Empty response;
    return operations::Operations::NewStub(Channel())->Shutdown(&context, {}, &response);
  }

  const TestAuthority authority_;
  const ScratchFolder scratch_;
  const std::string ca_ = scratch_.Path("ca.pem");
  const std::string cert_ = scratch_.Path("store.pem");
  const std::string key_ = scratch_.Path("store.key");
  const std::string admin_password_ = scratch_.Path("admin-password");
  const std::string ops_password_ = scratch_.Path("ops-password");
  std::unique_ptr<OrderdProcess> process_;
};

TEST_F(StoreWithUsers, TakesThemByThePasswordsOfTheFiles) {
  EXPECT_TRUE(AppendAs("admin:the%20admin%27s", "s").ok());
  EXPECT_TRUE(AppendAs("ops:the%20operator%27s", "s").ok());
  EXPECT_EQ(Known("admin:the admin's"), grpc::StatusCode::OK);
  EXPECT_EQ(Known("admin:changeit"), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_FALSE(AppendAs("admin:changeit", "s").ok());
  EXPECT_EQ(AppendAs("ops:the%20operator%27s", "$s").code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(StoreWithUsers, KeepsThemThroughAKill) {
  ASSERT_TRUE(CreateUser("carol", "secret").ok());
  ASSERT_TRUE(AppendAs("carol:secret", "s").ok());
  process_->KillNow();
  WriteFileWithMode(admin_password_, "another\n");
  Start();
  EXPECT_TRUE(AppendAs("carol:secret", "s").ok());
  EXPECT_TRUE(AppendAs("admin:the%20admin%27s", "s").ok()) << "the file is for the first start";
  EXPECT_EQ(Known("carol:Secret"), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(StoreWithUsers, IsStoppedByAnOperator) {
  ASSERT_TRUE(CreateUser("carol", "secret").ok());
  EXPECT_EQ(ShutDownAs("carol:secret").error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_TRUE(process_->IsRunning());
  EXPECT_TRUE(ShutDownAs("ops:the operator's").ok());
  const ProcessEnd end = process_->WaitForEnd(absl::Seconds(60));
  EXPECT_EQ(end.exit_code, 0) << end.err;
}

TEST_F(StoreWithUsers, NamesNoPasswordInItsOutput) {
  EXPECT_EQ(Known("admin:canary-1234"), grpc::StatusCode::UNAUTHENTICATED);
  const ProcessEnd end = process_->Stop();
  EXPECT_EQ(end.exit_code, 0);
  for (const std::string& text : {end.out, end.err}) {
    EXPECT_THAT(text, Not(HasSubstr("canary-1234")));
    EXPECT_THAT(text, Not(HasSubstr("the admin's")));
  }
}

TEST_F(StoreWithUsers, AnswersHttpOverTlsAndNothingInTheClear) {
  const ProcessEnd health =
      RunToEnd({"curl", "--silent", "--show-error", "--http1.1", "--cacert", ca_, "--write-out",
                "%{http_code}", absl::StrCat("https://localhost:", port(), "/health/live")},
               absl::Seconds(60));
  EXPECT_EQ(health.out, "204") << health.err;
  const ProcessEnd info = RunToEnd({"curl", "--silent", "--show-error", "--http1.1", "--cacert",
                                    ca_, absl::StrCat("https://localhost:", port(), "/info")},
                                   absl::Seconds(60));
  EXPECT_THAT(info.out, HasSubstr(R"("userManagement":true)")) << info.err;
  const ProcessEnd clear = RunToEnd({"curl", "--silent", "--show-error",
                                     absl::StrCat("http://localhost:", port(), "/health/live")},
                                    absl::Seconds(60));
  EXPECT_NE(clear.exit_code, 0);

  const TlsClient old(port(), {.authority = authority_.certificate(), .protocol = "h2"});
  EXPECT_TRUE(old.is_connected()) << old.error();
  EXPECT_EQ(old.protocol(), "h2");
}

TEST_F(StoreWithUsers, ShowsANewCertificateAfterAReload) {
  const auto shown = [this] {
    return TlsClient(port(), {.authority = authority_.certificate(), .protocol = "h2"})
        .peer_certificate();
  };
  const std::string before = shown();
  EXPECT_THAT(before, HasSubstr("BEGIN CERTIFICATE"));
  Certify();
  process_->SendSignal(SIGHUP);
  const absl::Time patience = absl::Now() + absl::Seconds(60);
  while (shown() == before && absl::Now() < patience) absl::SleepFor(absl::Milliseconds(20));
  EXPECT_NE(shown(), before);
  EXPECT_TRUE(AppendAs("admin:the%20admin%27s", "s").ok());
}

/// How `orderd store` ends with `arguments`, which it must refuse.
ProcessEnd Refused(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"store", "--in-memory"});
  return RunOrderd(arguments, absl::Seconds(60));
}

TEST(SettingsOfUsers, ThatWouldLetEveryoneInAreRefused) {
  const ScratchFolder scratch;
  const TestAuthority authority;
  const TestCertificate own = authority.Issue();
  const std::string cert = scratch.Path("cert");
  const std::string key = scratch.Path("key");
  const std::string password = scratch.Path("password");
  WriteFileWithMode(cert, own.certificate, 0644);
  WriteFileWithMode(key, own.key);
  WriteFileWithMode(password, "secret\n");

  const ProcessEnd no_tls = Refused({"--listen", "0.0.0.0:0", "--store-users"});
  EXPECT_EQ(no_tls.exit_code, 78);
  EXPECT_THAT(no_tls.err, HasSubstr("no TLS to keep them secret"));

  const ProcessEnd no_users =
      Refused({"--listen", "0.0.0.0:0", "--tls-cert", cert, "--tls-key", key});
  EXPECT_EQ(no_users.exit_code, 78);
  EXPECT_THAT(no_users.err, HasSubstr("no password to tell callers apart"));

  const ProcessEnd known_password =
      Refused({"--listen", "0.0.0.0:0", "--tls-cert", cert, "--tls-key", key, "--store-users",
               "--store-admin-password-file", password});
  EXPECT_EQ(known_password.exit_code, 78);
  EXPECT_THAT(known_password.err, HasSubstr("a password that everybody knows"));
}

TEST(SettingsOfUsers, WhoseFilesCannotBeUsedAreRefused) {
  const ScratchFolder scratch;
  const std::string password = scratch.Path("password");
  for (const auto& [content, mode, said] :
       std::vector<std::tuple<std::string, unsigned, std::string>>{
           {"secret\n", 0644, "chmod 600"},
           {"", 0600, "holds no password"},
           {"one\ntwo\n", 0600, "holds no password"}}) {
    WriteFileWithMode(password, content, mode);
    const std::vector<std::string> arguments = {"--listen", "127.0.0.1:0", "--store-users",
                                                "--store-admin-password-file", password};
    const ProcessEnd end = Refused(arguments);
    EXPECT_EQ(end.exit_code, 78) << end.err;
    EXPECT_THAT(end.err, HasSubstr(said));
    std::vector<std::string> check = arguments;
    check.emplace_back("--check-config");
    EXPECT_EQ(Refused(check).exit_code, 78);
  }
  EXPECT_EQ(Refused({"--listen", "127.0.0.1:0", "--store-users", "--store-admin-password-file",
                     scratch.Path("none")})
                .exit_code,
            78);
}

}  // namespace
}  // namespace orders::testing_support
