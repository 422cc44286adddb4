// The real orderctl at a port over TLS: what it shows, and what it says where the two do not agree.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/integration/orderctl_process.h"
#include "tests/integration/tls_port.h"
#include "tests/support/orderd_process.h"

namespace orders::testing_support {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class OrderctlOverTls : public ::testing::Test {
 protected:
  void Start(bool requires_certificates = false, const TlsPort::Options& options = {},
             const TestSubject& subject = {}) {
    const TestCertificate own = authority_.Issue(subject);
    identities_.Show({.certificate_chain = own.certificate,
                      .private_key = own.key,
                      .client_authorities = requires_certificates ? authority_.certificate() : "",
                      .requires_client_certificate = requires_certificates});
    port_.emplace(PortKind::kGrpc, identities_, options);
    ASSERT_TRUE(port_->is_started()) << port_->error();
    ca_ = File("ca.pem", authority_.certificate());
  }
  std::string File(const std::string& name, const std::string& text) const {
    WriteWholeFile(scratch_.Path(name), text);
    return scratch_.Path(name);
  }
  /// `orderctl get o-1` with `words`: 66 if it is known and there is no such order.
  OrderctlResult Get(std::vector<std::string> words,
                     std::map<std::string, std::string> environment = {}) const {
    environment.emplace("ORDERS_SERVER", absl::StrCat("localhost:", port_->port()));
    environment.emplace("ORDERS_TOKEN", "orders_known");
    words.insert(words.begin(), {"get", "o-1"});
    return RunOrderctl(words, environment);
  }
  static void ExpectMismatch(const OrderctlResult& result, const std::string& what) {
    EXPECT_EQ(result.exit_code, 69) << result.err;
    EXPECT_THAT(result.err, AllOf(HasSubstr("TLS"), HasSubstr(what)));
  }

  const TestAuthority authority_;
  const ScratchFolder scratch_;
  IdentityHolder identities_;
  std::optional<TlsPort> port_;
  std::string ca_;
};

TEST_F(OrderctlOverTls, IsAnsweredWhereBothAgree) {
  Start();
  EXPECT_EQ(Get({"--tls-ca", ca_}).exit_code, 66);
  EXPECT_EQ(Get({}, {{"ORDERS_TLS_CA", ca_}}).exit_code, 66);
  EXPECT_EQ(Get({}, {{"ORDERS_TLS", "true"}, {"SSL_CERT_FILE", ca_}}).exit_code, 66);
  EXPECT_EQ(Get({"--tls-ca", ca_, "--server", absl::StrCat("127.0.0.1:", port_->port())}).exit_code,
            66);
}

TEST_F(OrderctlOverTls, B98SaysThatTheServerSpeaksTls) {
  Start();
  ExpectMismatch(Get({}), "add --tls");
}

TEST_F(OrderctlOverTls, B98SaysThatTheServerDoesNotSpeakTls) {
  Start(false, {.is_plain = true});
  ExpectMismatch(Get({"--tls-ca", ca_}), "leave out --tls");
  EXPECT_EQ(Get({}).exit_code, 66);
}

TEST_F(OrderctlOverTls, BelievesNoOtherAuthority) {
  Start();
  const TestAuthority other("Other");
  ExpectMismatch(Get({"--tls-ca", File("other.pem", other.certificate())}), "--tls-ca");
}

TEST_F(OrderctlOverTls, BelievesNoOtherName) {
  Start(false, {}, {.name = "orders.example"});
  ExpectMismatch(Get({"--tls-ca", ca_}), "is for another name");
}

TEST_F(OrderctlOverTls, BelievesNothingExpired) {
  Start(false, {}, {.ends = -absl::Hours(1)});
  ExpectMismatch(Get({"--tls-ca", ca_}), "expired");
}

TEST_F(OrderctlOverTls, ShowsItsCertificateWhereOneIsRequired) {
  Start(true);
  const TestCertificate own = authority_.Issue({.name = "shop"});
  const std::string certificate = File("own.pem", own.certificate);
  const std::string key = File("own.key", own.key);
  EXPECT_EQ(Get({"--tls-ca", ca_, "--tls-cert", certificate, "--tls-key", key}).exit_code, 66);
  ExpectMismatch(Get({"--tls-ca", ca_}), "--tls-cert");
  const TestCertificate expired = authority_.Issue({.name = "shop", .ends = -absl::Hours(1)});
  ExpectMismatch(Get({"--tls-ca", ca_, "--tls-cert", File("old.pem", expired.certificate),
                      "--tls-key", File("old.key", expired.key)}),
                 "may not take the certificate");
}

TEST_F(OrderctlOverTls, SendsItsTokenAndSaysWhatToDoWithoutOne) {
  Start();
  const std::string known = File("token", "orders_known\n");
  EXPECT_EQ(Get({"--tls-ca", ca_, "--token-file", known}, {{"ORDERS_TOKEN", "x"}}).exit_code, 66);
  const OrderctlResult unknown = Get({"--tls-ca", ca_}, {{"ORDERS_TOKEN", "orders_secret"}});
  EXPECT_EQ(unknown.exit_code, 77);
  EXPECT_THAT(unknown.err, AllOf(HasSubstr("UNAUTHENTICATED"), HasSubstr("--token-file"),
                                 Not(HasSubstr("orders_secret"))));
  const OrderctlResult weak = Get({"--tls-ca", ca_}, {{"ORDERS_TOKEN", "orders_weak"}});
  EXPECT_EQ(weak.exit_code, 77);
  EXPECT_THAT(weak.err, HasSubstr("PERMISSION_DENIED"));
}

TEST_F(OrderctlOverTls, KeepsItsTokenFromNetworksInTheClear) {
  Start(false, {.is_plain = true});
  EXPECT_EQ(Get({}).exit_code, 66);  // Of this machine, all is well.
  const std::vector<std::string> away = {"--server", "192.0.2.1:1", "--timeout", "1s"};
  const OrderctlResult refused = Get(away);
  EXPECT_EQ(refused.exit_code, 64);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("--tls"), Not(HasSubstr("orders_known"))));
  std::vector<std::string> insecure = away;
  insecure.push_back("--insecure");
  EXPECT_EQ(Get(insecure).exit_code, 69);
}

TEST_F(OrderctlOverTls, SaysWhichFileIsWrong) {
  Start();
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"--tls-ca", scratch_.Path("none")},
                                             {"--tls-ca", File("no.pem", "text")},
                                             {"--tls-cert", ca_},
                                             {"--tls-key", ca_},
                                             {"--tls-cert", ca_, "--tls-key", ca_},
                                             {"--token-file", scratch_.Path("none")},
                                             {"--token-file", File("empty", "\n")},
                                             {"--token-file", File("two", "a b")}}) {
    const OrderctlResult result = Get(words);
    EXPECT_EQ(result.exit_code, 64) << words.back() << result.err;
    EXPECT_THAT(result.err, StartsWith("orderctl: "));
  }
  // What makes no call does not mind.
  EXPECT_EQ(RunOrderctl({"man"}, {{"ORDERS_TOKEN_FILE", scratch_.Path("none")}}).exit_code, 0);
}

TEST_F(OrderctlOverTls, MakesTokens) {
  const std::string file = scratch_.Path("tokens.toml");
  const OrderctlResult made =
      RunOrderctl({"token", "new", "a \"b\" \\c", "--role", "write", "--customer", "c-1",
                   "--calls-per-second", "5", "--append", file});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  EXPECT_THAT(made.out, StartsWith("orders_"));
  EXPECT_EQ(made.out.size(), std::string("orders_").size() + 43 + 1);
  struct stat status {};
  ASSERT_EQ(stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  const std::string entry = ReadWholeFile(file);
  EXPECT_THAT(entry, StartsWith("[[token]]\nname = \"a \\\"b\\\" \\\\c\"\nsha256 = \""));
  EXPECT_THAT(entry, HasSubstr("\nrole = \"write\"\ncustomer = \"c-1\"\ncalls_per_second = 5\n"));
  EXPECT_THAT(entry, Not(HasSubstr(made.out.substr(0, made.out.size() - 1))));

  const OrderctlResult second =
      RunOrderctl({"token", "new", "b", "--role", "read", "--append", file});
  EXPECT_EQ(second.exit_code, 0);
  EXPECT_NE(second.out, made.out);
  EXPECT_THAT(ReadWholeFile(file), StartsWith(entry + "\n[[token]]\nname = \"b\"\n"));
  EXPECT_THAT(RunOrderctl({"token", "new", "c", "--role", "admin"}).out,
              HasSubstr("\n\n[[token]]\nname = \"c\"\n"));
}

TEST_F(OrderctlOverTls, MakesNoTokenThatTheServiceWouldNotTake) {
  const std::string file = File("open.toml", "");
  ASSERT_EQ(chmod(file.c_str(), 0644), 0);
  EXPECT_EQ(RunOrderctl({"token", "new", "a", "--role", "read", "--append", file}).exit_code, 74);
  EXPECT_EQ(ReadWholeFile(file), "");
  EXPECT_EQ(RunOrderctl({"token", "new", "a"}).exit_code, 64);
  EXPECT_EQ(RunOrderctl({"token", "new", "", "--role", "read"}).exit_code, 64);
  EXPECT_EQ(RunOrderctl({"token", "new", "n\u00e9e", "--role", "read"}).exit_code, 64);
  EXPECT_EQ(RunOrderctl({"token", "new", "a", "--role", "root"}).exit_code, 64);
  EXPECT_EQ(RunOrderctl({"token", "new", "a", "--role", "read", "--customer", "a b"}).exit_code,
            64);
  EXPECT_EQ(
      RunOrderctl({"token", "new", "a", "--role", "read", "--calls-per-second", "0"}).exit_code,
      64);
}

}  // namespace
}  // namespace orders::testing_support
