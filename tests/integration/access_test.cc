// What files say of access, as a real service takes it: at its start, and at SIGHUP.
#include <csignal>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orders/v1/admin.grpc.pb.h"
#include "tests/integration/service_test.h"
#include "tests/support/http_client.h"
#include "tests/support/test_certificates.h"
#include "tests/support/test_tokens.h"

namespace orders::testing_support {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::Duration kPatience = absl::Seconds(60);

/// A folder with files of every kind that are right, and the flags that name them.
class AccessFiles : public ::testing::Test {
 protected:
  AccessFiles() {
    WriteFileWithMode(cert_, server_.certificate_pem() + authority_.certificate_pem(), 0644);
    WriteFileWithMode(key_, server_.key_pem());
    WriteFileWithMode(client_ca_, authority_.certificate_pem(), 0644);
    WriteFileWithMode(tokens_, StaticTokenEntry("shop", token_, "role = \"admin\"\n"));
    WriteFileWithMode(jwt_keys_, KeySet({PublicJwk(MakeKey(KeyKind::kP256).get(), "k1")}), 0644);
  }

  std::vector<std::string> TlsFlags() const {
    return {"--tls-cert", cert_, "--tls-key", key_, "--tls-client-ca", client_ca_};
  }
  std::vector<std::string> TokenFlags() const {
    return {"--tokens",     tokens_,          "--jwt-keys",     jwt_keys_,
            "--jwt-issuer", "https://issuer", "--jwt-audience", "orders"};
  }
  std::vector<std::string> AllFlags() const {
    std::vector<std::string> flags = TlsFlags();
    for (const std::string& flag : TokenFlags()) flags.push_back(flag);
    return flags;
  }

  void Start(std::vector<std::string> flags) {
    flags.insert(flags.end(), {"--metrics-listen", "127.0.0.1:0"});
    auto started = OrderdProcess::Start({.arguments = flags});
    ASSERT_TRUE(started.ok()) << started.status();
    process_ = *std::move(started);
  }
  /// Until it is so; false: it did not come to be.
  static bool Await(const std::function<bool()>& is_so) {
    const absl::Time end = absl::Now() + kPatience;
    while (!is_so()) {
      if (absl::Now() > end) return false;
      absl::SleepFor(absl::Milliseconds(5));
    }
    return true;
  }
  /// The value of a series as it is written, "" without it.
  std::string Metric(const std::string& series) const {
    const std::string page = "\n" + HttpClient(process_->ReadyWord("metrics")).Get("/metrics").body;
    const std::size_t found = page.find("\n" + series + " ");
    if (found == std::string::npos) return "";
    const std::size_t begin = found + series.size() + 2;
    return page.substr(begin, page.find('\n', begin) - begin);
  }
  /// SIGHUP, until the service has counted what came of it.
  void Reload(const std::string& result, int count) {
    process_->SendSignal(SIGHUP);
    const std::string series = absl::StrCat("orders_reloads_total{result=\"", result, "\"}");
    EXPECT_TRUE(Await([&] { return Metric(series) == absl::StrCat(count); }))
        << Metric(series) << "\n"
        << process_->err();
  }
  v1::GetHealthResponse Health() const {
    v1::GetHealthResponse health;
    OrdersClient client(process_->address());
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer " + token_);
    const grpc::Status status =
        v1::OrderAdmin::NewStub(client.channel())->GetHealth(&context, {}, &health);
    EXPECT_TRUE(status.ok()) << Describe(status);
    return health;
  }
  bool IsServing() const { return Health().state() == v1::HEALTH_STATE_SERVING; }

  const ScratchFolder scratch_;
  const std::string cert_ = scratch_.Path("server.pem");
  const std::string key_ = scratch_.Path("server.key");
  const std::string client_ca_ = scratch_.Path("clients.pem");
  const std::string tokens_ = scratch_.Path("tokens.toml");
  const std::string jwt_keys_ = scratch_.Path("keys.json");
  const Identity authority_ = MakeIdentity({.name = "authority", .is_authority = true});
  const Identity server_ = MakeIdentity({}, &authority_);
  const std::string token_ = NewStaticToken();
  std::unique_ptr<OrderdProcess> process_;
};

TEST_F(AccessFiles, ThatAreRightAreTakenAndNothingSecretIsLogged) {
  Start(AllFlags());
  EXPECT_THAT(process_->err(), HasSubstr("static_tokens=1 jwt_keys=1 certificate_expires=2"));
  for (const std::string& secret : {token_, HexSha256(token_), server_.key_pem().substr(40, 20)}) {
    EXPECT_THAT(process_->err(), Not(HasSubstr(secret)));
  }
  EXPECT_THAT(process_->err(), Not(HasSubstr("expires in")));
  EXPECT_EQ(process_->Stop().exit_code, 0);
  std::vector<std::string> check = {"--check-config"};
  for (const std::string& flag : AllFlags()) check.push_back(flag);
  const ProcessEnd checked = RunOrderd(check);
  EXPECT_EQ(checked.exit_code, 0) << checked.err;
  EXPECT_EQ(checked.out, "the settings are in order\n");
}

TEST_F(AccessFiles, B90_ThatCannotBeUsedEndTheStartWith78AndTheReason) {
  const absl::Time now = absl::Now();
  const Identity old =
      MakeIdentity({.begins = now - absl::Hours(2), .expires = now - absl::Hours(1)}, &authority_);
  const Identity root = MakeIdentity({.name = "root", .is_authority = true});
  const std::string chain = server_.certificate_pem() + authority_.certificate_pem();
  struct Row {
    std::string what;
    std::string path;
    std::string bytes;
    unsigned mode;
    std::string reason;
  };
  const std::vector<Row> rows = {
      {"a key that others may read", key_, server_.key_pem(), 0644, "chmod 600"},
      {"a key of another certificate", key_, old.key_pem(), 0600, "is not the key of the first"},
      {"a key with a password", key_, KeyPem(server_.key.get(), "word"), 0600, "is encrypted"},
      {"no key", key_, "", 0600, "holds no private key"},
      {"a chain that lacks its authority", cert_,
       server_.certificate_pem() + root.certificate_pem(), 0644,
       "certificate 2 did not sign certificate 1"},
      {"no certificate", cert_, "not PEM", 0644, "holds no certificate"},
      {"client authorities that are none", client_ca_, chain, 0644, "is no authority's"},
      {"tokens that others may read", tokens_, "", 0640, "chmod 600"},
      {"tokens that are no TOML", tokens_, "[[token\n", 0600, tokens_ + ":1:"},
      {"a secret key of JWTs", jwt_keys_, R"({"keys":[{"kid":"a","kty":"OKP","d":"AA"}]})", 0644,
       "holds the secret part d"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    const std::string before = ReadWholeFile(row.path);
    WriteFileWithMode(row.path, row.bytes, row.mode);
    const std::string data = scratch_.Path("data");
    std::vector<std::string> arguments = ServeArguments(data);
    for (const std::string& flag : AllFlags()) arguments.push_back(flag);
    for (const bool check_only : {false, true}) {
      if (check_only) arguments.emplace_back("--check-config");
      const ProcessEnd end = RunOrderd(arguments);
      EXPECT_EQ(end.exit_code, 78) << end.err;
      EXPECT_THAT(end.err, AllOf(HasSubstr(row.path), HasSubstr(row.reason)));
      EXPECT_EQ(end.out, "");
    }
    EXPECT_FALSE(std::filesystem::exists(data)) << "refused, and yet it has begun";
    WriteFileWithMode(row.path, before, row.path == key_ || row.path == tokens_ ? 0600 : 0644);
  }
  // The key fits, so that the time is what is wrong.
  WriteFileWithMode(cert_, old.certificate_pem() + authority_.certificate_pem(), 0644);
  WriteFileWithMode(key_, old.key_pem());
  std::vector<std::string> arguments = ServeArguments("");
  for (const std::string& flag : TlsFlags()) arguments.push_back(flag);
  const ProcessEnd expired = RunOrderd(arguments);
  EXPECT_EQ(expired.exit_code, 78) << expired.err;
  EXPECT_THAT(expired.err, AllOf(HasSubstr(cert_), HasSubstr("certificate 1 expired at")));
}

TEST_F(AccessFiles, SettingsThatContradictEachOtherEndTheStartWith78) {
  struct Row {
    std::vector<std::string> flags;
    std::string advice;
  };
  for (const Row& row : std::vector<Row>{
           {{"--tls-cert", cert_}, "Set both, or neither."},
           {{"--tls-key", key_}, "Set both, or neither."},
           {{"--tls-client-ca", client_ca_}, "Set tls-cert and tls-key too"},
           {{"--tls-cert", cert_, "--tls-key", key_, "--tls-client-certificates", "required"},
            "tls-client-ca"},
           {{"--jwt-keys", jwt_keys_}, "set jwt-issuer, jwt-audience too"},
       }) {
    std::vector<std::string> arguments = ServeArguments("");
    arguments.insert(arguments.end(), row.flags.begin(), row.flags.end());
    const ProcessEnd end = RunOrderd(arguments);
    EXPECT_EQ(end.exit_code, 78) << end.err;
    EXPECT_THAT(end.err, HasSubstr(row.advice));
  }
}

TEST_F(AccessFiles, B86_ThatAreBrokenAtSighupLeaveTheOldOnesAndTheServiceDegraded) {
  Start(TokenFlags());
  ASSERT_TRUE(Await([&] { return IsServing(); }));
  EXPECT_EQ(Metric("orders_reloads_total{result=\"ok\"}"), "0");

  WriteFileWithMode(tokens_, "[[token]]\nname = 7\n");
  Reload("failed", 1);
  EXPECT_TRUE(process_->IsRunning());
  const v1::GetHealthResponse health = Health();  // With the token of before.
  EXPECT_EQ(health.state(), v1::HEALTH_STATE_DEGRADED);
  ASSERT_EQ(health.reasons_size(), 1) << health.DebugString();
  EXPECT_THAT(health.reasons(0),
              AllOf(HasSubstr("the last reload failed"), HasSubstr(tokens_ + ":2:8: name takes")));
  EXPECT_THAT(process_->err(), AllOf(HasSubstr("error"), HasSubstr(tokens_ + ":2:8: name takes")));
  Reload("failed", 2);

  WriteFileWithMode(tokens_, StaticTokenEntry("shop", token_, "role = \"admin\"\n") +
                                 StaticTokenEntry("other", NewStaticToken()));
  Reload("ok", 1);
  EXPECT_TRUE(IsServing()) << Health().DebugString();
  EXPECT_THAT(process_->err(), HasSubstr("reloaded: static_tokens=2 jwt_keys=1"));
  EXPECT_EQ(process_->Stop().exit_code, 0);
}

TEST_F(AccessFiles, OfTlsAreReadAgainAtSighup) {
  Start(TlsFlags());
  const auto days = [&] {
    return std::stod(Metric("orders_tls_certificate_expiry_seconds")) / 86'400;
  };
  EXPECT_GT(days(), 364);
  const Identity shorter =
      MakeIdentity({.expires = absl::Now() + absl::Hours(24 * 7 + 1)}, &authority_);
  WriteFileWithMode(cert_, shorter.certificate_pem(), 0644);
  Reload("failed", 1);  // The key is still the old one's.
  EXPECT_GT(days(), 364);
  EXPECT_THAT(process_->err(), HasSubstr(key_ + ": is not the key of the first certificate"));
  WriteFileWithMode(key_, shorter.key_pem());
  Reload("ok", 1);
  EXPECT_LT(days(), 8);
  EXPECT_THAT(process_->err(), HasSubstr("a TLS certificate expires in 7"));
  EXPECT_EQ(process_->Stop().exit_code, 0);
}

TEST_F(AccessFiles, AreNoneAndSighupIsHarmless) {
  Start({});
  EXPECT_EQ(Metric("orders_tls_certificate_expiry_seconds"), "");
  Reload("ok", 1);
  EXPECT_EQ(process_->Stop().exit_code, 0);
  auto store = OrderdProcess::Start({.store_alone = true});
  ASSERT_TRUE(store.ok()) << store.status();
  (*store)->SendSignal(SIGHUP);
  (*store)->SendSignal(SIGHUP);
  EXPECT_EQ((*store)->Stop().exit_code, 0);
}

// A shell's nohup has it ignored, and whoever is to reload it means it all the same.
TEST_F(AccessFiles, AreReadAgainByAServiceThatNohupHasStarted) {
  auto started = OrderdProcess::Start(
      {.arguments = {"--metrics-listen", "127.0.0.1:0"}, .wrapper = {"nohup"}});
  ASSERT_TRUE(started.ok()) << started.status();
  process_ = *std::move(started);
  Reload("ok", 1);
}

}  // namespace
}  // namespace orders::testing_support
