#include "infrastructure/access/access_keys.h"

#include <atomic>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "infrastructure/access/verified_tokens.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_certificates.h"
#include "tests/support/test_tokens.h"

namespace orders::infrastructure {
namespace {

using ::testing::HasSubstr;
using testing_support::Identity;
using testing_support::KeyKind;
using testing_support::KeySet;
using testing_support::MakeIdentity;
using testing_support::MakeKey;
using testing_support::NewStaticToken;
using testing_support::PublicJwk;
using testing_support::StaticTokenEntry;
using testing_support::WriteFileWithMode;

/// Files of every kind, and what is made of them.
class Access : public ::testing::Test {
 protected:
  Access() {
    WriteFileWithMode(files_.tls.certificate, identity_.certificate_pem(), 0644);
    WriteFileWithMode(files_.tls.key, identity_.key_pem());
    WriteFileWithMode(files_.tokens, StaticTokenEntry("static", token_));
    WriteFileWithMode(files_.jwt_keys, KeySet({PublicJwk(signer_.get(), "k1")}), 0644);
  }

  std::unique_ptr<AccessKeys> Open() {
    auto opened = AccessKeys::Open(files_, clock_);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened.ok() ? *std::move(opened) : nullptr;
  }
  std::string Jwt(absl::Duration life = absl::Minutes(5)) {
    return testing_support::MakeToken({{"alg", "EdDSA"}, {"kid", "k1"}},
                                      {{"iss", "issuer"},
                                       {"aud", "orders"},
                                       {"sub", "jwt"},
                                       {"scope", "orders:read"},
                                       {"exp", absl::ToUnixSeconds(clock_.Now() + life)}},
                                      signer_.get());
  }
  static std::string NameOf(const AccessKeys& keys, const std::string& token) {
    const auto caller = keys.Authenticate(token);
    return caller.ok() ? (*caller)->name : std::string(caller.status().message());
  }

  const eventstoredb::testing_support::TempDirectory folder_;
  // Within the certificate's time, and moved by hand.
  testing_support::ManualClock clock_;
  const Identity identity_ = MakeIdentity(
      {.begins = clock_.Now() - absl::Hours(1), .expires = clock_.Now() + absl::Hours(24)});
  const KeyPtr signer_ = MakeKey(KeyKind::kEd25519);
  const std::string token_ = NewStaticToken();
  AccessFiles files_{
      .tls = {.certificate = folder_.path() + "/cert.pem", .key = folder_.path() + "/key.pem"},
      .tokens = folder_.path() + "/tokens.toml",
      .jwt_keys = folder_.path() + "/keys.json",
      .jwt_issuer = "issuer",
      .jwt_audience = "orders"};
};

TEST_F(Access, TellsStaticTokensFromJwts) {
  const auto keys = Open();
  EXPECT_EQ(NameOf(*keys, token_), "static");
  EXPECT_EQ(NameOf(*keys, Jwt()), "jwt");
  EXPECT_EQ(NameOf(*keys, NewStaticToken()), "no such static token");
  EXPECT_THAT(NameOf(*keys, ""), HasSubstr("three parts"));
  EXPECT_THAT(NameOf(*keys, std::string(9'000, 'a')), HasSubstr("more than 8192 bytes"));
  EXPECT_THAT(NameOf(*keys, "orders_" + std::string(1 << 20, 'a')), "no such static token");
  EXPECT_TRUE(keys->takes_tokens());
  EXPECT_EQ(keys->counts().static_tokens, 1U);
  EXPECT_EQ(keys->counts().jwt_keys, 1U);
}

TEST_F(Access, OfNoFilesTakesNoTokenAndHasNoTls) {
  files_ = {};
  const auto keys = Open();
  EXPECT_FALSE(keys->takes_tokens());
  EXPECT_EQ(keys->tls(), nullptr);
  EXPECT_TRUE(absl::IsUnauthenticated(keys->Authenticate(token_).status()));
  EXPECT_TRUE(absl::IsUnauthenticated(keys->Authenticate(Jwt()).status()));
}

TEST_F(Access, IsNotOpenedOnAFileThatCannotBeUsed) {
  for (std::string* const path :
       {&files_.tls.certificate, &files_.tls.key, &files_.tokens, &files_.jwt_keys}) {
    const AccessFiles whole = files_;
    *path += ".missing";
    const auto opened = AccessKeys::Open(files_, clock_);
    EXPECT_TRUE(absl::IsFailedPrecondition(opened.status())) << opened.status();
    EXPECT_THAT(std::string(opened.status().message()), HasSubstr(*path));
    files_ = whole;
  }
}

TEST_F(Access, AReloadTakesWhatTheFilesSayNow) {
  const auto keys = Open();
  const auto tls = keys->tls();
  const std::string jwt = Jwt();
  ASSERT_EQ(NameOf(*keys, jwt), "jwt");
  const std::string other = NewStaticToken();
  const Identity renewed = MakeIdentity(
      {.begins = clock_.Now() - absl::Hours(1), .expires = clock_.Now() + absl::Hours(48)});
  WriteFileWithMode(files_.tokens, StaticTokenEntry("other", other));
  WriteFileWithMode(files_.jwt_keys, KeySet({PublicJwk(MakeKey(KeyKind::kEd25519).get(), "k1")}),
                    0644);
  WriteFileWithMode(files_.tls.certificate, renewed.certificate_pem(), 0644);
  WriteFileWithMode(files_.tls.key, renewed.key_pem());
  EXPECT_EQ(NameOf(*keys, token_), "static");  // Nobody has asked for it.
  ASSERT_TRUE(keys->Reload().ok());
  EXPECT_EQ(NameOf(*keys, token_), "no such static token");
  EXPECT_EQ(NameOf(*keys, other), "other");
  // Verified before, by a key that is no more.
  EXPECT_EQ(NameOf(*keys, jwt), "the signature is wrong");
  EXPECT_NE(keys->tls(), tls);
  EXPECT_EQ(keys->tls()->certificate_chain, renewed.certificate_pem());
  EXPECT_EQ(tls->certificate_chain, identity_.certificate_pem());  // Whoever holds it still has it.
}

TEST_F(Access, B86_AReloadOfOneBrokenFileChangesNothing) {
  const auto keys = Open();
  const auto tls = keys->tls();
  const std::string jwt = Jwt();
  // All other files are new and right.
  const std::string other = NewStaticToken();
  for (const std::string& broken : {files_.tokens, files_.jwt_keys, files_.tls.key}) {
    WriteFileWithMode(files_.tokens, StaticTokenEntry("other", other));
    WriteFileWithMode(files_.jwt_keys, KeySet({PublicJwk(signer_.get(), "k2")}), 0644);
    WriteFileWithMode(files_.tls.key, identity_.key_pem());
    WriteFileWithMode(broken, "{ broken");
    const absl::Status reloaded = keys->Reload();
    EXPECT_TRUE(absl::IsFailedPrecondition(reloaded)) << reloaded;
    EXPECT_THAT(std::string(reloaded.message()), HasSubstr(broken));
    EXPECT_EQ(NameOf(*keys, token_), "static");
    EXPECT_EQ(NameOf(*keys, other), "no such static token");
    EXPECT_EQ(NameOf(*keys, jwt), "jwt");
    EXPECT_EQ(keys->tls(), tls);
  }
  WriteFileWithMode(files_.tls.key, identity_.key_pem());
  EXPECT_TRUE(keys->Reload().ok());
  EXPECT_EQ(NameOf(*keys, other), "other");
}

TEST_F(Access, AJwtThatWasTakenOnceStillExpires) {
  const auto keys = Open();
  const std::string jwt = Jwt(absl::Minutes(5));
  EXPECT_EQ(NameOf(*keys, jwt), "jwt");
  EXPECT_EQ(NameOf(*keys, jwt), "jwt");
  clock_.Advance(absl::Minutes(5));
  EXPECT_EQ(NameOf(*keys, jwt), "it has expired");
}

TEST_F(Access, AJwtThatComesTooEarlyIsTakenWhenItsTimeComes) {
  const auto keys = Open();
  const std::string jwt = Jwt(absl::Hours(2));
  EXPECT_THAT(NameOf(*keys, jwt), HasSubstr("exp is further ahead"));
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(NameOf(*keys, jwt), "jwt");
}

TEST_F(Access, ReloadsWhileManyAsk) {
  const auto keys = Open();
  const std::string jwt = Jwt();
  std::atomic<bool> stop = false;
  std::atomic<int> refused = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      while (!stop) {
        if (NameOf(*keys, token_) != "static" || NameOf(*keys, jwt) != "jwt" ||
            keys->tls() == nullptr) {
          ++refused;
        }
      }
    });
  }
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(keys->Reload().ok());
  stop = true;
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(refused, 0);
}

TEST(VerifiedTokens, KeepsTheNewestAndNoMoreThanTwiceItsSize) {
  VerifiedTokens tokens(10);
  const auto hash = [](int i) { return application::Sha256{static_cast<std::uint8_t>(i)}; };
  for (int i = 0; i < 100; ++i) tokens.Add(hash(i), {});
  int found = 0;
  for (int i = 0; i < 100; ++i) found += tokens.Find(hash(i)).has_value() ? 1 : 0;
  EXPECT_GE(found, 10);
  EXPECT_LE(found, 20);
  for (int i = 90; i < 100; ++i) EXPECT_TRUE(tokens.Find(hash(i)).has_value()) << i;
}

}  // namespace
}  // namespace orders::infrastructure
