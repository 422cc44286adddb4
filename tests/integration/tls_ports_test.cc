// Both ports over TLS: whom they take, whom they refuse, and what a new certificate changes.
#include <atomic>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <openssl/ssl.h>

#include "tests/integration/tls_port.h"
#include "tests/support/orderd_process.h"
#include "tests/support/orders_client.h"

namespace orders::testing_support {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// The first bytes of a handshake: a record whose rest is to come (RFC 8446, 5.1).
const std::string kBegunHandshake("\x16\x03\x01\x02\x00\x01", 6);

class TlsPorts : public ::testing::TestWithParam<PortKind> {
 protected:
  static void SetUpTestSuite() { std::signal(SIGPIPE, SIG_IGN); }

  /// The server's own certificate is for localhost, and valid.
  void Start(bool wants_certificates = false, bool requires_them = false,
             const TlsPort::Options& options = {}) {
    const TestCertificate own = authority_.Issue();
    identities_.Show({.certificate_chain = own.certificate,
                      .private_key = own.key,
                      .client_authorities = wants_certificates ? authority_.certificate() : "",
                      .requires_client_certificate = requires_them});
    port_.emplace(GetParam(), identities_, options);
    ASSERT_TRUE(port_->is_started()) << port_->error();
  }
  /// Shows a certificate of `authority` from here on.
  TestCertificate Reload(const TestAuthority& authority) {
    const TestCertificate own = authority.Issue();
    api::TlsIdentity next = *identities_.shown();
    next.certificate_chain = own.certificate;
    next.private_key = own.key;
    identities_.Show(next);
    return own;
  }
  TlsClientOptions Believing(TlsClientOptions options = {}) const {
    options.authority = authority_.certificate();
    return options;
  }
  std::string RefusalOf(const TlsClientOptions& options) {
    std::string error;
    EXPECT_FALSE(port_->Serves(options, &error));
    return error;
  }

  const TestAuthority authority_;
  const TestAuthority foreign_{"Foreign authority"};
  IdentityHolder identities_;
  std::optional<TlsPort> port_;
};

TEST_P(TlsPorts, TakesTls12And13WithAeadCiphersAlone) {
  Start();
  EXPECT_TRUE(port_->Serves(Believing()));
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(
        port_->port(),
        Believing({.protocol = port_->protocol(), .version_min = version, .version_max = version}));
    EXPECT_TRUE(port_->Serves(client)) << client.error();
    EXPECT_THAT(client.cipher(), AnyOf(HasSubstr("GCM"), HasSubstr("CHACHA20")));
    EXPECT_EQ(client.protocol(), port_->protocol());
  }
  EXPECT_NE(RefusalOf({.version_max = TLS1_2_VERSION, .ciphers = "AES128-SHA:AES256-SHA256"}), "");
  EXPECT_NE(RefusalOf({.version_max = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES128-SHA256"}), "");
  EXPECT_NE(RefusalOf({.version_max = TLS1_2_VERSION, .ciphers = "aNULL:eNULL@SECLEVEL=0"}), "");
}

TEST_P(TlsPorts, B100RefusesTls10And11) {
  Start();
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    EXPECT_NE(RefusalOf({.version_min = version, .version_max = version}), "");
  }
  EXPECT_TRUE(port_->HasRefused(2));
  const std::vector<std::string> lines = port_->log().Take();
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(lines[0], HasSubstr("reason=\"unsupported protocol\""));
}

TEST_P(TlsPorts, B100RefusesWhoHasNoCertificateWhereOneIsRequired) {
  Start(true, true);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    EXPECT_NE(RefusalOf({.version_min = version, .version_max = version}), "");
  }
  EXPECT_TRUE(port_->Serves({.certificate = authority_.Issue({.name = "shop"})}));
  EXPECT_TRUE(port_->HasRefused(2));
  EXPECT_THAT(port_->log().Take()[0], HasSubstr("peer did not return a certificate"));
}

TEST_P(TlsPorts, B100RefusesCertificatesThatNobodyShouldTake) {
  // Also where none is required: what is shown must be good.
  for (const bool is_required : {true, false}) {
    Start(true, is_required);
    std::vector<TestCertificate> bad = {
        foreign_.Issue({.name = "shop"}),
        authority_.Issue({.name = "shop", .ends = -absl::Hours(1)}),
        authority_.Issue({.name = "shop", .begins = absl::Hours(1)}),
        TestAuthority::SelfSigned({.name = "shop"}),
    };
    bad.push_back(authority_.Issue({.name = "shop"}));
    bad.back().key = authority_.Issue({.name = "shop"}).key;  // Not its own: none is shown at all.
    for (std::size_t i = 0; i < bad.size(); ++i) {
      const bool is_shown = i + 1 < bad.size();
      const bool is_served = port_->Serves({.certificate = bad[i]});
      EXPECT_EQ(is_served, !is_shown && !is_required) << i;
    }
    EXPECT_TRUE(port_->Serves({.certificate = authority_.Issue({.name = "shop"})}));
    EXPECT_EQ(port_->Serves(TlsClientOptions{}), !is_required);
    EXPECT_TRUE(port_->HasRefused(is_required ? 6U : 4U));
    EXPECT_THAT(port_->log().Take(), SizeIs(1));
  }
}

TEST_P(TlsPorts, B100GivesNoOtherHandshakeOnAConnection) {
  Start();
  for (int i = 0; i < 100; ++i) {
    TlsClient client(port_->port(), {.version_max = TLS1_2_VERSION});
    ASSERT_TRUE(client.is_connected()) << client.error();
    EXPECT_FALSE(client.Renegotiate());
  }
  EXPECT_TRUE(port_->Serves(Believing()));
}

TEST_P(TlsPorts, CutsHandshakesThatNeverEndAndServesOthersMeanwhile) {
  Start(false, false, {.handshake_max = absl::Milliseconds(1'500)});
  std::vector<RawClient> stuck;
  for (int i = 0; i < 100; ++i) {
    stuck.emplace_back(port_->port());
    ASSERT_TRUE(i % 2 == 0 || stuck.back().Send(kBegunHandshake));
  }
  EXPECT_TRUE(port_->Serves(Believing()));
  for (RawClient& one : stuck) {
    bool is_closed = false;
    (void)one.ReceiveAll(is_closed);
    EXPECT_TRUE(is_closed);
  }
  EXPECT_TRUE(port_->Serves(Believing()));
}

TEST_P(TlsPorts, ANewIdentityIsThatOfTheNextConnection) {
  Start();
  TlsClient old(port_->port(), Believing({.protocol = port_->protocol()}));
  ASSERT_TRUE(port_->Serves(old));
  for (int i = 0; i < 20; ++i) {
    const TestCertificate next = Reload(authority_);
    TlsClient client(port_->port(), Believing({.protocol = port_->protocol()}));
    EXPECT_TRUE(port_->Serves(client));
    EXPECT_EQ(client.peer_certificate(), next.certificate);
  }
  // What was open goes on, and answers: a second request, or a ping and its echo.
  if (GetParam() == PortKind::kHttp) {
    EXPECT_TRUE(port_->Serves(old));
  } else {
    EXPECT_TRUE(old.Send(std::string("\0\0\x8\6\0\0\0\0\0abcdefgh", 17)));
    EXPECT_NE(old.ReceiveThrough("abcdefgh"), "");
  }
}

TEST_P(TlsPorts, OtherClientAuthoritiesAreThoseOfTheNextConnection) {
  Start(true, true);
  const TestCertificate known = authority_.Issue({.name = "shop"});
  const TestCertificate unknown = foreign_.Issue({.name = "shop"});
  EXPECT_TRUE(port_->Serves({.certificate = known}));
  EXPECT_FALSE(port_->Serves({.certificate = unknown}));
  api::TlsIdentity next = *identities_.shown();
  next.client_authorities = foreign_.certificate();
  identities_.Show(next);
  EXPECT_FALSE(port_->Serves({.certificate = known}));
  EXPECT_TRUE(port_->Serves({.certificate = unknown}));
  next.client_authorities += authority_.certificate();
  identities_.Show(next);
  EXPECT_TRUE(port_->Serves({.certificate = known}));
  EXPECT_TRUE(port_->Serves({.certificate = unknown}));
}

TEST_P(TlsPorts, AnIdentityThatIsNoneLeavesTheOneBefore) {
  Start();
  const std::string before = identities_.shown()->certificate_chain;
  api::TlsIdentity broken = *identities_.shown();
  broken.private_key = authority_.Issue().key;
  identities_.Show(broken);
  TlsClient client(port_->port(), Believing({.protocol = port_->protocol()}));
  EXPECT_TRUE(port_->Serves(client)) << client.error();
  EXPECT_EQ(client.peer_certificate(), before);
}

TEST_P(TlsPorts, DoesNotStartWithAKeyOfAnotherCertificate) {
  identities_.Show(
      {.certificate_chain = authority_.Issue().certificate, .private_key = authority_.Issue().key});
  const TlsPort port(GetParam(), identities_, {});
  EXPECT_FALSE(port.is_started());
  EXPECT_FALSE(port.error().ok());
}

TEST_P(TlsPorts, ANameForTwoAddressesServesBoth) {
  Start(false, false, {.address = "localhost:0"});
  for (int i = 0; i < 5; ++i) {
    const TestCertificate next = Reload(authority_);
    TlsClient client(port_->port(), Believing({.protocol = port_->protocol()}));
    EXPECT_TRUE(port_->Serves(client));
    EXPECT_EQ(client.peer_certificate(), next.certificate);
  }
}

TEST_P(TlsPorts, B98TlsAgainstAPlainPortIsNoHandshake) {
  Start(false, false, {.is_plain = true});
  TlsClient client(port_->port());
  EXPECT_FALSE(client.is_connected());
  EXPECT_EQ(client.error(), "wrong version number");
}

// A load of requests, over connections that stay and others that are new each time, while the
// identity changes all the while: each request is answered.
TEST_P(TlsPorts, ManyReloadsUnderLoadDropNothing) {
  Start();
  std::atomic<bool> is_over = false;
  std::atomic<int> answered = 0;
  std::atomic<int> failed = 0;
  const auto count = [&](bool is_good) { ++(is_good ? answered : failed); };
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([&, stays = i > 0] {
      while (!is_over) {
        TlsClient client(port_->port(), Believing({.protocol = port_->protocol()}));
        count(port_->Serves(client));
        // Of gRPC, another preface would be an error; below, calls share a connection.
        const int more = stays && GetParam() == PortKind::kHttp ? 1'000 : 0;
        for (int j = 0; j < more && !is_over; ++j) count(port_->Serves(client));
      }
    });
  }
  if (GetParam() == PortKind::kGrpc) {
    callers.emplace_back([&] {
      OrdersClient client(absl::StrCat("localhost:", port_->port()), absl::Seconds(30),
                          grpc::SslCredentials({.pem_root_certs = authority_.certificate()}));
      bool is_serving = false;
      while (!is_over) count(client.CheckHealth(is_serving).ok() && is_serving);
    });
  }
  TestCertificate last;
  // Until there was a load, however slow the machine.
  for (int i = 0; i < 50 || (answered < 200 && i < 5'000); ++i) {
    last = Reload(authority_);
    absl::SleepFor(absl::Milliseconds(20));
  }
  is_over = true;
  for (std::thread& caller : callers) caller.join();
  EXPECT_GE(answered.load(), 200);
  EXPECT_EQ(failed.load(), 0);
  EXPECT_TRUE(port_->HasRefused(0));
  TlsClient client(port_->port(), Believing());
  EXPECT_EQ(client.peer_certificate(), last.certificate);
}

INSTANTIATE_TEST_SUITE_P(Both, TlsPorts, ::testing::Values(PortKind::kGrpc, PortKind::kHttp),
                         [](const auto& kind) {
                           return kind.param == PortKind::kGrpc ? "Grpc" : "Http";
                         });

TEST(GrpcOverTls, B98APlainClientIsToldAtOnce) {
  const TestAuthority authority;
  const TestCertificate own = authority.Issue();
  IdentityHolder identities;
  identities.Show({.certificate_chain = own.certificate, .private_key = own.key});
  const TlsPort port(PortKind::kGrpc, identities, {});
  OrdersClient plain(absl::StrCat("127.0.0.1:", port.port()));
  bool is_serving = false;
  EXPECT_EQ(plain.CheckHealth(is_serving).error_code(), grpc::UNAVAILABLE);
}

}  // namespace
}  // namespace orders::testing_support
