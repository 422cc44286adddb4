#include "infrastructure/access/tls_files.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/support/temp_directory.h"
#include "tests/support/test_certificates.h"

namespace orders::infrastructure {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using testing_support::Identity;
using testing_support::KeyKind;
using testing_support::MakeIdentity;
using testing_support::WriteFileWithMode;

/// A root, an authority below it, and a server's certificate below that.
class Tls : public ::testing::Test {
 protected:
  void Given(const std::string& chain, const std::string& key, unsigned key_mode = 0600) const {
    WriteFileWithMode(files_.certificate, chain, 0644);
    WriteFileWithMode(files_.key, key, key_mode);
  }
  void GivenClientAuthorities(const std::string& pem) {
    files_.client_authorities = folder_.path() + "/clients.pem";
    WriteFileWithMode(files_.client_authorities, pem, 0644);
  }
  absl::StatusOr<std::shared_ptr<const TlsMaterial>> Load() const {
    return LoadTlsFiles(files_, absl::Now());
  }
  std::string Refusal() const {
    const auto loaded = Load();
    if (loaded.ok()) return "";
    EXPECT_TRUE(absl::IsFailedPrecondition(loaded.status())) << loaded.status();
    return std::string(loaded.status().message());
  }
  std::string whole_chain() const {
    return server_.certificate_pem() + between_.certificate_pem() + root_.certificate_pem();
  }

  const eventstoredb::testing_support::TempDirectory folder_;
  TlsFiles files_{.certificate = folder_.path() + "/server.pem",
                  .key = folder_.path() + "/server.key"};
  const Identity root_ = MakeIdentity({.name = "root", .is_authority = true});
  const Identity between_ = MakeIdentity({.name = "between", .is_authority = true}, &root_);
  const Identity server_ = MakeIdentity({.extended_usage = "serverAuth"}, &between_);
};

TEST_F(Tls, OfAWholeChainIsTaken) {
  Given(whole_chain(), server_.key_pem());
  const auto loaded = Load();
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ((*loaded)->certificate_chain, whole_chain());
  EXPECT_THAT((*loaded)->private_key, StartsWith("-----BEGIN PRIVATE KEY-----"));
  EXPECT_EQ((*loaded)->client_authorities, "");
  EXPECT_FALSE((*loaded)->requires_client_certificate);
}

TEST_F(Tls, MayLeaveOutTheRootWhichCallersHave) {
  Given(server_.certificate_pem() + between_.certificate_pem(), server_.key_pem());
  EXPECT_EQ(Refusal(), "");
}

TEST_F(Tls, OfOneThatSignedItselfIsTaken) {
  const Identity alone = MakeIdentity({.is_authority = true});
  Given(alone.certificate_pem(), alone.key_pem());
  EXPECT_EQ(Refusal(), "");
}

TEST_F(Tls, OfEachTypeOfKeyIsTaken) {
  for (const KeyKind kind :
       {KeyKind::kRsa2048, KeyKind::kP256, KeyKind::kP384, KeyKind::kEd25519}) {
    const Identity server = MakeIdentity({}, &between_, kind);
    Given(server.certificate_pem() + between_.certificate_pem(), server.key_pem());
    EXPECT_EQ(Refusal(), "") << static_cast<int>(kind);
  }
}

TEST_F(Tls, PassesOnNothingButCertificates) {
  Given(absl::StrCat("A note.\n", server_.key_pem(), whole_chain()), server_.key_pem());
  const auto loaded = Load();
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ((*loaded)->certificate_chain, whole_chain());
}

TEST_F(Tls, ExpiresWithTheFirstOfItsCertificates) {
  const absl::Time soon = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()) + 3'600);
  const Identity clients = MakeIdentity({.is_authority = true, .expires = soon});
  Given(whole_chain(), server_.key_pem());
  GivenClientAuthorities(clients.certificate_pem());
  const auto loaded = Load();
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ((*loaded)->expires_at, soon);
  EXPECT_TRUE((*loaded)->requires_client_certificate);
  EXPECT_EQ((*loaded)->client_authorities, clients.certificate_pem());
}

TEST_F(Tls, B90_KeyThatOthersMayReadIsRefused) {
  for (const unsigned mode : {0640U, 0604U, 0644U, 0660U}) {
    Given(whole_chain(), server_.key_pem(), mode);
    EXPECT_THAT(Refusal(), HasSubstr("chmod 600 " + files_.key)) << mode;
  }
}

TEST_F(Tls, B90_KeyOfAnotherCertificateIsRefused) {
  Given(whole_chain(), between_.key_pem());
  EXPECT_THAT(Refusal(), StartsWith(files_.key + ": is not the key of the first certificate of " +
                                    files_.certificate));
  // The right key, and the chain upside down.
  Given(root_.certificate_pem() + between_.certificate_pem() + server_.certificate_pem(),
        server_.key_pem());
  EXPECT_THAT(Refusal(), HasSubstr("is not the key of the first certificate"));
}

TEST_F(Tls, B90_CertificateThatHasExpiredIsRefused) {
  const absl::Time now = absl::Now();
  const Identity old =
      MakeIdentity({.begins = now - absl::Hours(48), .expires = now - absl::Seconds(2)}, &between_);
  Given(old.certificate_pem() + between_.certificate_pem(), old.key_pem());
  EXPECT_THAT(Refusal(), StartsWith(files_.certificate + ": certificate 1 expired at 2"));
  const Identity old_authority = MakeIdentity({.name = "old",
                                               .is_authority = true,
                                               .begins = now - absl::Hours(48),
                                               .expires = now - absl::Seconds(2)},
                                              &root_);
  const Identity server = MakeIdentity({}, &old_authority);
  Given(server.certificate_pem() + old_authority.certificate_pem(), server.key_pem());
  EXPECT_THAT(Refusal(), HasSubstr("certificate 2 expired at 2"));
}

TEST_F(Tls, OfACertificateThatIsNotValidYetIsRefused) {
  const Identity later = MakeIdentity({.begins = absl::Now() + absl::Hours(1)}, &between_);
  Given(later.certificate_pem() + between_.certificate_pem(), later.key_pem());
  EXPECT_THAT(Refusal(), HasSubstr("certificate 1 is not valid before 2"));
}

TEST_F(Tls, B90_ChainThatLacksAnAuthorityIsRefused) {
  Given(server_.certificate_pem() + root_.certificate_pem(), server_.key_pem());
  EXPECT_THAT(Refusal(),
              StartsWith(files_.certificate + ": certificate 2 did not sign certificate 1"));
  // Another authority of the same name.
  const Identity twin = MakeIdentity({.name = "between", .is_authority = true}, &root_);
  Given(server_.certificate_pem() + twin.certificate_pem(), server_.key_pem());
  EXPECT_THAT(Refusal(), HasSubstr("certificate 2 did not sign certificate 1"));
}

TEST_F(Tls, OfASignerThatIsNoAuthorityIsRefused) {
  const Identity fake = MakeIdentity({.name = "fake"}, &root_);
  const Identity server = MakeIdentity({}, &fake);
  Given(server.certificate_pem() + fake.certificate_pem(), server.key_pem());
  EXPECT_THAT(Refusal(), HasSubstr("certificate 2 is no authority's"));
}

TEST_F(Tls, OfACertificateForCallersIsRefused) {
  const Identity client = MakeIdentity({.extended_usage = "clientAuth"}, &between_);
  Given(client.certificate_pem() + between_.certificate_pem(), client.key_pem());
  EXPECT_THAT(Refusal(), HasSubstr("certificate 1 is not for servers"));
}

TEST_F(Tls, OfAKeyThatIsTooWeakIsRefused) {
  const Identity weak = MakeIdentity({}, &between_, KeyKind::kRsa1024);
  Given(weak.certificate_pem() + between_.certificate_pem(), weak.key_pem());
  EXPECT_THAT(Refusal(), HasSubstr("is not taken for TLS"));
}

TEST_F(Tls, OfAKeyWithAPasswordIsRefusedWithTheWayOut) {
  Given(whole_chain(), testing_support::KeyPem(server_.key.get(), "secret"));
  EXPECT_THAT(Refusal(), HasSubstr(files_.key + ": is encrypted"));
  EXPECT_THAT(Refusal(), HasSubstr("openssl pkey -in " + files_.key));
}

TEST_F(Tls, OfFilesThatAreNoPemIsRefused) {
  Given("", server_.key_pem());
  EXPECT_THAT(Refusal(), HasSubstr(files_.certificate + ": holds no certificate in PEM"));
  Given(server_.key_pem(), server_.key_pem());
  EXPECT_THAT(Refusal(), HasSubstr(files_.certificate + ": holds no certificate in PEM"));
  Given(std::string("\x30\x82\x01\x0a", 4), server_.key_pem());
  EXPECT_THAT(Refusal(), HasSubstr("holds no certificate in PEM"));
  std::string damaged = whole_chain();
  damaged[damaged.find('\n') + 10] = '!';
  Given(damaged, server_.key_pem());
  EXPECT_THAT(Refusal(), HasSubstr("certificate 1 is damaged"));
  damaged = whole_chain();
  Given(damaged.substr(0, damaged.size() - 100), server_.key_pem());
  EXPECT_THAT(Refusal(), HasSubstr("certificate 3 is damaged"));
  Given(whole_chain(), "");
  EXPECT_THAT(Refusal(), HasSubstr(files_.key + ": holds no private key in PEM"));
  Given(whole_chain(), server_.certificate_pem());
  EXPECT_THAT(Refusal(), HasSubstr(files_.key + ": holds no private key in PEM"));
}

TEST_F(Tls, OfFilesThatAreMissingIsRefusedByTheirNames) {
  EXPECT_THAT(Refusal(), StartsWith(files_.certificate + ": No such file"));
  WriteFileWithMode(files_.certificate, whole_chain(), 0644);
  EXPECT_THAT(Refusal(), StartsWith(files_.key + ": No such file"));
  WriteFileWithMode(files_.key, server_.key_pem());
  files_.client_authorities = folder_.path() + "/missing.pem";
  EXPECT_THAT(Refusal(), StartsWith(files_.client_authorities + ": No such file"));
}

TEST_F(Tls, OfAChainWithoutAnEndIsRefused) {
  std::string chain;
  for (int i = 0; i < 11; ++i) chain += server_.certificate_pem();
  Given(chain, server_.key_pem());
  EXPECT_THAT(Refusal(), HasSubstr("more than 10 certificates"));
}

TEST_F(Tls, OfClientAuthoritiesThatAreNoneIsRefused) {
  Given(whole_chain(), server_.key_pem());
  GivenClientAuthorities(server_.certificate_pem());
  EXPECT_THAT(Refusal(), StartsWith(files_.client_authorities + ": certificate 1 is no authority"));
  const absl::Time now = absl::Now();
  const Identity old = MakeIdentity(
      {.is_authority = true, .begins = now - absl::Hours(2), .expires = now - absl::Hours(1)});
  GivenClientAuthorities(root_.certificate_pem() + old.certificate_pem());
  EXPECT_THAT(Refusal(), StartsWith(files_.client_authorities + ": certificate 2 expired"));
}

TEST_F(Tls, ThatIsRefusedSaysNothingOfTheKey) {
  const std::string key = server_.key_pem();
  Given(root_.certificate_pem(), key);
  EXPECT_THAT(Refusal(), Not(HasSubstr(key.substr(30, 20))));
}

// Whoever speaks TLS on this thread next would take an error of ours for his.
TEST_F(Tls, LeavesNoErrorBehindInOpenssl) {
  Given("", "");
  EXPECT_NE(Refusal(), "");
  EXPECT_EQ(ERR_peek_error(), 0UL);
  Given(whole_chain(), server_.key_pem());
  EXPECT_EQ(Refusal(), "");
  EXPECT_EQ(ERR_peek_error(), 0UL);
}

}  // namespace
}  // namespace orders::infrastructure
