#include "infrastructure/access/json_web_token.h"

#include <functional>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include "tests/support/test_certificates.h"
#include "tests/support/test_tokens.h"

namespace orders::infrastructure {
namespace {

using application::Role;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;
using testing_support::AlgorithmOf;
using testing_support::KeyKind;
using testing_support::MakeKey;
using testing_support::MakeToken;
using testing_support::MakeTokenOfTexts;

constexpr absl::Time kNow = absl::FromUnixSeconds(1'767'323'045);

std::int64_t At(absl::Duration from_now) { return absl::ToUnixSeconds(kNow + from_now); }

/// An issuer with a key of each type, and the service that believes it.
class Jwt : public ::testing::Test {
 protected:
  struct Keys {
    KeyPtr rsa = MakeKey(KeyKind::kRsa2048);
    KeyPtr ec = MakeKey(KeyKind::kP256);
    KeyPtr ed = MakeKey(KeyKind::kEd25519);
  };
  static const Keys& keys() {
    static const Keys& made = *new Keys();
    return made;
  }

  Jwt()
      : verifier_(
            *JsonWebKeys::Parse(
                testing_support::KeySet({testing_support::PublicJwk(keys().rsa.get(), "rsa-1"),
                                         testing_support::PublicJwk(keys().ec.get(), "ec-1"),
                                         testing_support::PublicJwk(keys().ed.get(), "ed-1")})),
            {.issuer = "https://id.example", .audience = "orders", .calls_per_second_max = 50}) {}

  static json Header(const std::string& alg = "EdDSA", const std::string& kid = "ed-1") {
    return {{"alg", alg}, {"kid", kid}, {"typ", "JWT"}};
  }
  static json Claims() {
    return {{"iss", "https://id.example"},     {"aud", "orders"},
            {"sub", "shop-backend"},           {"exp", At(absl::Minutes(5))},
            {"iat", At(absl::ZeroDuration())}, {"scope", "profile orders:write"}};
  }
  static json ClaimsWith(const char* name, const json& value) {
    json claims = Claims();
    claims[name] = value;
    return claims;
  }
  static json ClaimsWithout(const char* name) {
    json claims = Claims();
    claims.erase(name);
    return claims;
  }
  static json HeaderWith(const char* name, const json& value) {
    json header = Header();
    header[name] = value;
    return header;
  }

  absl::StatusOr<TokenClaims> Verify(const std::string& token) const {
    absl::StatusOr<TokenClaims> claims = verifier_.Verify(token);
    if (!claims.ok()) return claims;
    if (absl::Status times = CheckTokenTimes(*claims, verifier_.rules(), kNow); !times.ok()) {
      return times;
    }
    return claims;
  }
  /// Why it is refused, "" if it is not.
  std::string Refusal(const std::string& token) const {
    const auto claims = Verify(token);
    if (claims.ok()) return "";
    EXPECT_TRUE(absl::IsUnauthenticated(claims.status())) << claims.status();
    return std::string(claims.status().message());
  }
  std::string RefusalOfClaims(const json& claims) const {
    return Refusal(MakeToken(Header(), claims, keys().ed.get()));
  }
  std::string RefusalOfHeader(const json& header) const {
    return Refusal(MakeToken(header, Claims(), keys().ed.get()));
  }
  application::Caller CallerOf(const json& claims) const {
    const auto verified = Verify(MakeToken(Header(), claims, keys().ed.get()));
    EXPECT_TRUE(verified.ok()) << verified.status();
    return verified.ok() ? *verified->caller : application::Caller();
  }

  const JsonWebTokenVerifier verifier_;
};

TEST_F(Jwt, OfEachAlgorithmIsTaken) {
  for (const auto& [key, kid] : {std::pair(keys().rsa.get(), "rsa-1"),
                                 {keys().ec.get(), "ec-1"},
                                 {keys().ed.get(), "ed-1"}}) {
    const auto claims = Verify(MakeToken(Header(AlgorithmOf(key), kid), Claims(), key));
    ASSERT_TRUE(claims.ok()) << kid << " " << claims.status();
    EXPECT_EQ(claims->caller->name, "shop-backend");
    EXPECT_EQ(claims->caller->role, Role::kWrite);
    EXPECT_EQ(claims->caller->customer, "");
    EXPECT_EQ(claims->caller->calls_per_second_max, 50);
  }
}

TEST_F(Jwt, WithAnyByteChangedIsRefused) {
  for (const auto& [key, kid] : {std::pair(keys().rsa.get(), "rsa-1"),
                                 {keys().ec.get(), "ec-1"},
                                 {keys().ed.get(), "ed-1"}}) {
    const std::string token = MakeToken(Header(AlgorithmOf(key), kid), Claims(), key);
    ASSERT_EQ(Refusal(token), "");
    for (std::size_t i = 0; i < token.size(); ++i) {
      // To its neighbour in the alphabet, which differs in the last bits, and to what is none.
      for (const char other :
           {static_cast<char>(token[i] ^ 1), token[i] == 'A' ? 'B' : 'A', '=', '.', ' ', '\0'}) {
        if (other == token[i]) continue;
        std::string changed = token;
        changed[i] = other;
        EXPECT_NE(Refusal(changed), "") << kid << ": byte " << i << " is " << int{other};
      }
    }
    for (std::size_t size = 0; size < token.size(); ++size) {
      EXPECT_NE(Refusal(token.substr(0, size)), "") << kid << ": cut to " << size;
    }
    for (const char* more : {"=", "A", ".", ".AAAA", " ", "\n"}) {
      EXPECT_NE(Refusal(token + more), "") << kid << ": and " << more;
    }
  }
}

TEST_F(Jwt, TheHighestScopeCounts) {
  EXPECT_EQ(CallerOf(ClaimsWith("scope", "orders:read")).role, Role::kRead);
  EXPECT_EQ(CallerOf(ClaimsWith("scope", "orders:admin orders:read")).role, Role::kAdmin);
  EXPECT_EQ(CallerOf(ClaimsWith("scope", "orders:read orders:write")).role, Role::kWrite);
}

TEST_F(Jwt, WithoutAScopeOfOursIsRefused) {
  EXPECT_EQ(RefusalOfClaims(ClaimsWithout("scope")), "scope is missing");
  EXPECT_EQ(RefusalOfClaims(ClaimsWith("scope", {"orders:read"})), "scope is no text");
  for (const char* scope : {"", "profile", "orders:reader", "orders:", "ORDERS:READ",
                            "orders:read,orders:write", "orders:read\torders:write"}) {
    EXPECT_THAT(RefusalOfClaims(ClaimsWith("scope", scope)), HasSubstr("scope holds none of"));
  }
}

TEST_F(Jwt, BindsItsCallerToTheCustomerThatItNames) {
  EXPECT_EQ(CallerOf(ClaimsWith("customer_id", "ada@example.org")).customer, "ada@example.org");
  for (const json& customer : {json(""), json(nullptr), json(7), json("a b"), json(json::array()),
                               json(std::string(65, 'a'))}) {
    EXPECT_EQ(RefusalOfClaims(ClaimsWith("customer_id", customer)),
              "customer_id is no id of a customer");
  }
}

TEST_F(Jwt, NeedsASubjectThatCanBeRecorded) {
  EXPECT_EQ(RefusalOfClaims(ClaimsWithout("sub")), "sub is missing");
  for (const json& subject : {json(""), json(7), json("caf\u00e9"), json("a\nb"),
                              json(std::string("a\0b", 3)), json(std::string(129, 'a'))}) {
    EXPECT_THAT(RefusalOfClaims(ClaimsWith("sub", subject)), HasSubstr("sub is not 1 to 128"));
  }
  EXPECT_EQ(CallerOf(ClaimsWith("sub", std::string(128, 'a'))).name, std::string(128, 'a'));
}

// B53: what a caller may show instead of a token that is right.
TEST_F(Jwt, B53_WithoutAnythingInItIsRefused) {
  EXPECT_THAT(Refusal(""), HasSubstr("three parts"));
  EXPECT_THAT(Refusal("."), HasSubstr("three parts"));
  EXPECT_THAT(Refusal(".."), HasSubstr("is no JSON"));
  EXPECT_THAT(Refusal("Bearer x"), HasSubstr("three parts"));
  EXPECT_THAT(Refusal("a.b.c.d.e"), HasSubstr("three parts"));
}
TEST_F(Jwt, B53_ThatHasExpiredIsRefused) {
  EXPECT_EQ(RefusalOfClaims(ClaimsWith("exp", At(absl::Seconds(1)))), "");
  EXPECT_EQ(RefusalOfClaims(ClaimsWith("exp", At(absl::ZeroDuration()))), "it has expired");
  EXPECT_EQ(RefusalOfClaims(ClaimsWith("exp", At(-absl::Hours(1)))), "it has expired");
  EXPECT_EQ(RefusalOfClaims(ClaimsWith("exp", 0)), "it has expired");
  EXPECT_EQ(RefusalOfClaims(ClaimsWith("exp", -1e300)), "it has expired");
}
TEST_F(Jwt, B53_OfAnotherSignerIsRefused) {
  const KeyPtr stranger = MakeKey(KeyKind::kEd25519);
  EXPECT_EQ(Refusal(MakeToken(Header(), Claims(), stranger.get())), "the signature is wrong");
}
TEST_F(Jwt, B53_WithAnotherTokensSignatureIsRefused) {
  const std::string mine = MakeToken(Header(), Claims(), keys().ed.get());
  const std::string other =
      MakeToken(Header(), ClaimsWith("scope", "orders:admin"), keys().ed.get());
  EXPECT_EQ(Refusal(other.substr(0, other.rfind('.')) + mine.substr(mine.rfind('.'))),
            "the signature is wrong");
}
TEST_F(Jwt, B53_WithAlgNoneIsRefused) {
  const std::string signed_one = MakeToken(Header("none"), Claims(), keys().ed.get());
  EXPECT_EQ(Refusal(signed_one), "alg is none: it is not signed");
  EXPECT_EQ(Refusal(signed_one.substr(0, signed_one.rfind('.') + 1)),
            "alg is none: it is not signed");
  EXPECT_THAT(RefusalOfHeader(Header("None")), HasSubstr("alg is none of"));
  EXPECT_EQ(RefusalOfHeader({{"kid", "ed-1"}}), "alg is missing");
}
TEST_F(Jwt, B53_ForAnotherAudienceIsRefused) {
  EXPECT_EQ(RefusalOfClaims(ClaimsWithout("aud")), "aud is missing");
  for (const json& audience : {json("billing"), json(""), json("orders "), json("ORDERS"),
                               json(nullptr), json(json::array()), json({"billing"}),
                               json({json({"orders"})}), json({{"a", "orders"}})}) {
    EXPECT_EQ(RefusalOfClaims(ClaimsWith("aud", audience)), "aud is for others") << audience;
  }
  EXPECT_EQ(RefusalOfClaims(ClaimsWith("aud", {"billing", "orders"})), "");
}
TEST_F(Jwt, B53_OfAnotherIssuerIsRefused) {
  EXPECT_EQ(RefusalOfClaims(ClaimsWithout("iss")), "iss is missing");
  for (const json& issuer : {json("https://id.example/"), json(""), json({"https://id.example"})}) {
    EXPECT_EQ(RefusalOfClaims(ClaimsWith("iss", issuer)), "iss is another issuer");
  }
}

// B99: tokens made to break who reads them.
TEST_F(Jwt, B99_Of64KiBIsRefusedBeforeItIsRead) {
  EXPECT_EQ(RefusalOfClaims(ClaimsWith("more", std::string(64 << 10, 'a'))),
            "it has more than 8192 bytes");
  EXPECT_EQ(RefusalOfClaims(ClaimsWith("more", std::string(4 << 10, 'a'))), "");
}
TEST_F(Jwt, B99_WithAKeyIdThatIsAPathIsRefused) {
  for (const char* kid :
       {"../../x", "/etc/passwd", "ED-1", "", "ed-1' OR '1'='1", "https://evil.example/keys"}) {
    EXPECT_EQ(RefusalOfHeader(Header("EdDSA", kid)), "kid names no key that is known");
  }
  EXPECT_EQ(RefusalOfHeader(HeaderWith("kid", std::string("ed-1\0", 5))),
            "kid names no key that is known");
  EXPECT_EQ(RefusalOfHeader({{"alg", "EdDSA"}}), "kid is missing");
  EXPECT_EQ(RefusalOfHeader(HeaderWith("kid", {"ed-1"})), "kid is missing");
}
TEST_F(Jwt, B99_WithJsonThatNests1000DeepIsRefused) {
  const std::string deep = std::string(1'000, '[') + std::string(1'000, ']');
  const std::string header = Header().dump();
  const std::string claims = Claims().dump();
  EXPECT_EQ(Refusal(MakeTokenOfTexts(header, absl::StrCat("{\"a\":", deep, "}"), keys().ed.get())),
            "the payload nests deeper than 16");
  EXPECT_EQ(Refusal(MakeTokenOfTexts(absl::StrCat("{\"a\":", deep, "}"), claims, keys().ed.get())),
            "the header nests deeper than 4");
  EXPECT_EQ(Refusal(MakeTokenOfTexts(header, std::string(4'000, '['), keys().ed.get())),
            "the payload nests deeper than 16");
}
TEST_F(Jwt, B99_WithATimeThatIsNoNumberIsRefused) {
  EXPECT_EQ(RefusalOfClaims(ClaimsWithout("exp")), "exp is missing");
  for (const json& time : {json("abc"), json("1767323345"), json(nullptr), json(true),
                           json(json::array({1})), json(json::object())}) {
    for (const char* name : {"exp", "iat", "nbf"}) {
      EXPECT_EQ(RefusalOfClaims(ClaimsWith(name, time)), absl::StrCat(name, " is no number"));
    }
  }
  std::string text = Claims().dump();
  text.replace(text.find("\"exp\":") + 6, 10, "1e999");
  EXPECT_EQ(Refusal(MakeTokenOfTexts(Header().dump(), text, keys().ed.get())),
            "the payload has a number that is too large");
}
TEST_F(Jwt, B99_ThatBeginsInTheFutureIsRefusedBeyondTheLeeway) {
  for (const char* name : {"iat", "nbf"}) {
    EXPECT_EQ(RefusalOfClaims(ClaimsWith(name, At(absl::Seconds(60)))), "") << name;
    EXPECT_EQ(RefusalOfClaims(ClaimsWith(name, At(absl::Seconds(61)))),
              "iat or nbf is in the future")
        << name;
  }
}
TEST_F(Jwt, B99_SignedWithTheRsaPublicKeyAsASharedSecretIsRefused) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PUBKEY(bio.get(), keys().rsa.get());
  char* pem = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &pem);
  for (const char* alg : {"HS256", "RS256"}) {
    const std::string unsigned_one = MakeToken(Header(alg, "rsa-1"), Claims(), keys().ed.get());
    const std::string text = unsigned_one.substr(0, unsigned_one.rfind('.'));
    std::string mac(32, '\0');
    HMAC(EVP_sha256(), pem, static_cast<int>(size),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         reinterpret_cast<unsigned char*>(mac.data()), nullptr);
    EXPECT_THAT(
        Refusal(absl::StrCat(text, ".", absl::WebSafeBase64Escape(mac))),
        ::testing::AnyOf("alg is none of RS256, ES256 and EdDSA", "the signature is wrong"));
  }
}

TEST_F(Jwt, WithTheAlgorithmOfAnotherKeyIsRefused) {
  EXPECT_EQ(RefusalOfHeader(Header("RS256", "ed-1")), "alg is not that of the key");
  EXPECT_EQ(RefusalOfHeader(Header("EdDSA", "rsa-1")), "alg is not that of the key");
  EXPECT_EQ(RefusalOfHeader(Header("EdDSA", "ec-1")), "alg is not that of the key");
  for (const char* alg :
       {"RS384", "RS512", "PS256", "ES384", "ES256K", "Ed448", "rs256", "HS512"}) {
    EXPECT_EQ(RefusalOfHeader(Header(alg)), "alg is none of RS256, ES256 and EdDSA") << alg;
  }
}

TEST_F(Jwt, ThatBringsItsOwnKeyIsStillVerifiedWithOurs) {
  const KeyPtr stranger = MakeKey(KeyKind::kEd25519);
  json header = HeaderWith("jwk", testing_support::PublicJwk(stranger.get(), "ed-1"));
  header["jku"] = "https://evil.example/keys.json";
  EXPECT_EQ(Refusal(MakeToken(header, Claims(), stranger.get())), "the signature is wrong");
}

TEST_F(Jwt, ThatAsksForAnExtensionIsRefused) {
  EXPECT_THAT(RefusalOfHeader(HeaderWith("crit", {"exp"})), HasSubstr("crit asks"));
  EXPECT_THAT(RefusalOfHeader(HeaderWith("crit", json::array())), HasSubstr("crit asks"));
}

TEST_F(Jwt, OfAnotherKindIsRefused) {
  for (const char* type : {"at+jwt", "application/at+jwt", "jwt"}) {
    EXPECT_EQ(RefusalOfHeader(HeaderWith("typ", type)), "") << type;
  }
  for (const json& type : {json("logout+jwt"), json("dpop+jwt"), json(""), json(7)}) {
    EXPECT_EQ(RefusalOfHeader(HeaderWith("typ", type)), "typ is of another kind of token");
  }
  EXPECT_EQ(RefusalOfHeader({{"alg", "EdDSA"}, {"kid", "ed-1"}}), "");
}

TEST_F(Jwt, ThatHoldsForTooLongIsRefused) {
  const absl::Duration longest = absl::Hours(1) + absl::Seconds(60);
  EXPECT_EQ(RefusalOfClaims(ClaimsWith("exp", At(longest))), "");
  EXPECT_THAT(RefusalOfClaims(ClaimsWith("exp", At(longest + absl::Seconds(1)))),
              HasSubstr("exp is further ahead than 1h"));
  EXPECT_THAT(RefusalOfClaims(ClaimsWith("exp", 1e300)), HasSubstr("exp is further ahead"));
}

TEST_F(Jwt, ThatNamesAMemberTwiceIsRefused) {
  std::string claims = Claims().dump();
  claims.insert(1, "\"scope\":\"orders:admin\",");
  EXPECT_EQ(Refusal(MakeTokenOfTexts(Header().dump(), claims, keys().ed.get())),
            "the payload names a member twice");
  std::string header = Header().dump();
  header.insert(1, "\"alg\":\"none\",");
  EXPECT_EQ(Refusal(MakeTokenOfTexts(header, Claims().dump(), keys().ed.get())),
            "the header names a member twice");
}

TEST_F(Jwt, OfPartsThatAreNoJsonObjectIsRefused) {
  for (const char* text : {"", "1", "[]", "\"a\"", "{", "{}x", "{\"a\":\"\xff\"}"}) {
    EXPECT_THAT(Refusal(MakeTokenOfTexts(Header().dump(), text, keys().ed.get())),
                HasSubstr("the payload is no JSON"));
    EXPECT_THAT(Refusal(MakeTokenOfTexts(text, Claims().dump(), keys().ed.get())),
                HasSubstr("the header is no JSON"));
  }
}

TEST_F(Jwt, IsNotQuotedByTheReason) {
  const std::string marker = "do-not-log-me";
  for (const char* name : {"iss", "aud", "sub", "exp", "iat", "nbf", "scope", "customer_id"}) {
    EXPECT_THAT(RefusalOfClaims(ClaimsWith(name, marker + "\n")), Not(HasSubstr(marker))) << name;
    EXPECT_NE(RefusalOfClaims(ClaimsWith(name, marker + "\n")), "") << name;
  }
  for (const char* name : {"alg", "kid", "typ", "crit"}) {
    EXPECT_THAT(RefusalOfHeader(HeaderWith(name, marker)), Not(HasSubstr(marker))) << name;
    EXPECT_NE(RefusalOfHeader(HeaderWith(name, marker)), "") << name;
  }
}

}  // namespace
}  // namespace orders::infrastructure
