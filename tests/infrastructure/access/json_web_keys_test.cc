#include "infrastructure/access/json_web_keys.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "infrastructure/access/base64url.h"
#include "infrastructure/access/json_web_signature.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_certificates.h"
#include "tests/support/test_tokens.h"

namespace orders::infrastructure {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using testing_support::KeyKind;
using testing_support::KeySet;
using testing_support::MakeKey;
using testing_support::PublicJwk;

json Jwk(KeyKind kind, const std::string& kid = "a") { return PublicJwk(MakeKey(kind).get(), kid); }

json With(json key, const char* name, const json& value) {
  key[name] = value;
  return key;
}

json Without(json key, const char* name) {
  key.erase(name);
  return key;
}

std::string Refusal(const std::string& text) {
  const auto keys = JsonWebKeys::Parse(text);
  if (keys.ok()) return "";
  EXPECT_TRUE(absl::IsInvalidArgument(keys.status())) << keys.status();
  return std::string(keys.status().message());
}
std::string RefusalOf(const json& key) { return Refusal(KeySet({key})); }

TEST(JsonWebKeys, OfEachTypeAreFoundByTheirId) {
  const auto keys = JsonWebKeys::Parse(
      KeySet({Jwk(KeyKind::kRsa2048, "r"), Jwk(KeyKind::kP256, "p"), Jwk(KeyKind::kEd25519, "e")}));
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_EQ(keys->size(), 3U);
  EXPECT_EQ(keys->Find("r")->algorithm, SignatureAlgorithm::kRs256);
  EXPECT_EQ(keys->Find("p")->algorithm, SignatureAlgorithm::kEs256);
  EXPECT_EQ(keys->Find("e")->algorithm, SignatureAlgorithm::kEdDsa);
  for (const char* kid : {"", "R", "r ", "../r", "keys"}) EXPECT_EQ(keys->Find(kid), nullptr);
}

TEST(JsonWebKeys, WithoutAlgUseAndKeyOpsAreTaken) {
  const json key = Without(Without(Jwk(KeyKind::kP256), "alg"), "use");
  EXPECT_EQ(RefusalOf(key), "");
  EXPECT_EQ(RefusalOf(With(key, "key_ops", {"verify"})), "");
  EXPECT_EQ(RefusalOf(With(key, "x5t", "unknown members are passed over")), "");
}

TEST(JsonWebKeys, ForAnotherPurposeAreRefused) {
  const json key = Jwk(KeyKind::kRsa2048);
  for (const json& alg : {json("RS512"), json("ES256"), json("none"), json(1), json(nullptr)}) {
    EXPECT_THAT(RefusalOf(With(key, "alg", alg)), HasSubstr("alg of this key is RS256"));
  }
  EXPECT_THAT(RefusalOf(With(key, "use", "enc")), HasSubstr("use is sig"));
  EXPECT_THAT(RefusalOf(With(key, "key_ops", {"encrypt"})), HasSubstr("key_ops names verify"));
  EXPECT_THAT(RefusalOf(With(key, "key_ops", "verify")), HasSubstr("key_ops names verify"));
}

TEST(JsonWebKeys, WithASecretPartAreRefusedAndThePartIsNotShown) {
  for (const char* part : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
    const std::string refusal = RefusalOf(With(Jwk(KeyKind::kP256), part, "c2VjcmV0"));
    EXPECT_THAT(refusal, HasSubstr(absl::StrCat("secret part ", part)));
    EXPECT_THAT(refusal, ::testing::Not(HasSubstr("c2VjcmV0")));
  }
}

TEST(JsonWebKeys, OfATypeThatIsNotTakenAreRefused) {
  const json key = Jwk(KeyKind::kP256);
  EXPECT_THAT(RefusalOf(With(key, "kty", "oct")), HasSubstr("kty is RSA, EC or OKP"));
  EXPECT_THAT(RefusalOf(Without(key, "kty")), HasSubstr("kty is RSA, EC or OKP"));
  EXPECT_THAT(RefusalOf(With(key, "crv", "P-384")), HasSubstr("crv of an EC key is P-256"));
  EXPECT_THAT(RefusalOf(With(Jwk(KeyKind::kEd25519), "crv", "X25519")),
              HasSubstr("crv of an OKP key is Ed25519"));
}

TEST(JsonWebKeys, ThatAreTooWeakOrNoneAreRefused) {
  EXPECT_THAT(RefusalOf(Jwk(KeyKind::kRsa1024)), HasSubstr("2048 to 8192 bits, not 1024"));
  const json rsa = Jwk(KeyKind::kRsa2048);
  EXPECT_THAT(RefusalOf(With(rsa, "e", "Aw")), HasSubstr("e of an RSA key is odd"));    // 3
  EXPECT_THAT(RefusalOf(With(rsa, "e", "AQAA")), HasSubstr("e of an RSA key is odd"));  // 65536
  EXPECT_THAT(RefusalOf(With(rsa, "e", "AQABAQABAQABAQAB")), HasSubstr("e of an RSA key is odd"));
  EXPECT_THAT(RefusalOf(With(rsa, "n", EncodeBase64Url(std::string(1025, '\xff')))),
              HasSubstr("not 8200"));
  EXPECT_THAT(RefusalOf(With(rsa, "n", "a b")), HasSubstr("has n and e"));
  EXPECT_THAT(RefusalOf(Without(rsa, "e")), HasSubstr("has n and e"));
  const json ec = Jwk(KeyKind::kP256);
  EXPECT_THAT(RefusalOf(With(ec, "x", EncodeBase64Url(std::string(32, '\1')))),
              HasSubstr("is no key of its type"));  // A point that is not on the curve.
  EXPECT_THAT(RefusalOf(With(ec, "x", EncodeBase64Url(std::string(31, '\1')))),
              HasSubstr("32 bytes each"));
  EXPECT_THAT(RefusalOf(With(Jwk(KeyKind::kEd25519), "x", "AAAA")), HasSubstr("x of 32 bytes"));
}

TEST(JsonWebKeys, WithoutAnIdOfTheirOwnAreRefused) {
  const json key = Jwk(KeyKind::kP256);
  EXPECT_THAT(RefusalOf(Without(key, "kid")), HasSubstr("keys[0]: needs a kid"));
  EXPECT_THAT(RefusalOf(With(key, "kid", "")), HasSubstr("needs a kid"));
  EXPECT_THAT(RefusalOf(With(key, "kid", 7)), HasSubstr("needs a kid"));
  EXPECT_THAT(RefusalOf(With(key, "kid", std::string(129, 'k'))), HasSubstr("needs a kid"));
  EXPECT_THAT(Refusal(KeySet({key, Jwk(KeyKind::kP256)})),
              HasSubstr("keys[1] (kid a): another key has this kid too"));
  EXPECT_THAT(Refusal(KeySet({json("a")})), HasSubstr("keys[0]: needs a kid"));
}

TEST(JsonWebKeys, InATextThatIsNoSetOfKeysAreRefused) {
  EXPECT_THAT(Refusal(""), HasSubstr("is no JSON"));
  EXPECT_THAT(Refusal("{\"keys\": [\n  x]}"), HasSubstr("line 2, column 3"));
  EXPECT_THAT(Refusal("{\"keys\": \"\xff\"}"), HasSubstr("is no JSON"));
  EXPECT_THAT(Refusal("[]"), HasSubstr("is no JSON object"));
  EXPECT_THAT(Refusal("{}"), HasSubstr("has no keys"));
  EXPECT_THAT(Refusal("{\"keys\": []}"), HasSubstr("has no keys"));
  EXPECT_THAT(Refusal("{\"keys\": {}}"), HasSubstr("has no keys"));
  EXPECT_THAT(Refusal("{\"keys\": [], \"keys\": []}"), HasSubstr("names a member twice"));
  EXPECT_THAT(Refusal(absl::StrCat("{\"keys\": ", std::string(1'000, '['), "]")),
              HasSubstr("nests deeper than 8"));
  EXPECT_THAT(Refusal(KeySet(std::vector<json>(65, Jwk(KeyKind::kP256)))),
              HasSubstr("more than 64 keys"));
}

TEST(JsonWebKeyFile, IsBoundedAndNotForEveryoneToWrite) {
  const eventstoredb::testing_support::TempDirectory folder;
  const std::string path = folder.path() + "/keys.json";
  const auto refusal = [&] { return std::string(ReadJsonWebKeys(path).status().message()); };
  testing_support::WriteFileWithMode(path, KeySet({Jwk(KeyKind::kP256)}), 0644);
  EXPECT_EQ(refusal(), "");
  testing_support::WriteFileWithMode(path, KeySet({Jwk(KeyKind::kP256)}), 0646);
  EXPECT_THAT(refusal(), HasSubstr("chmod o-w " + path));
  testing_support::WriteFileWithMode(path, std::string(kJsonWebKeyFileBytesMax + 1, ' '), 0644);
  EXPECT_THAT(refusal(), HasSubstr("has more than"));
  testing_support::WriteFileWithMode(path, "{}", 0644);
  EXPECT_THAT(refusal(), HasSubstr(path + ": has no keys"));
}

// Others have signed these: RFC 7515 appendix A.2 and A.3, RFC 8037 appendix A.4.
struct Vector {
  std::string key;
  std::string text;
  std::string signature;
};
class PublishedSignature : public ::testing::TestWithParam<Vector> {};
TEST_P(PublishedSignature, IsRightAndOfNoOtherText) {
  const Vector& vector = GetParam();
  const auto keys = JsonWebKeys::Parse("{\"keys\": [" + vector.key + "]}");
  ASSERT_TRUE(keys.ok()) << keys.status();
  const auto signature = DecodeBase64Url(vector.signature);
  ASSERT_TRUE(signature.has_value());
  EXPECT_TRUE(IsSignatureOf(*keys->Find("k"), vector.text, *signature));
  EXPECT_FALSE(IsSignatureOf(*keys->Find("k"), vector.text + " ", *signature));
  EXPECT_FALSE(IsSignatureOf(*keys->Find("k"), vector.text, *signature + '\0'));
  EXPECT_FALSE(IsSignatureOf(*keys->Find("k"), vector.text, ""));
}
constexpr char kRfc7515Payload[] =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlf"
    "Q";
INSTANTIATE_TEST_SUITE_P(
    Rfc, PublishedSignature,
    ::testing::Values(
        Vector{R"({"kid":"k","kty":"RSA","e":"AQAB","n":")"
               "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPM"
               "EzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-"
               "bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3"
               "qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9g"
               R"(b54h4FRWyuXpoQ"})",
               absl::StrCat("eyJhbGciOiJSUzI1NiJ9.", kRfc7515Payload),
               "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YK"
               "t_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBA"
               "rLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6Bf"
               "I7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_Ioyp"
               "GlUPQGe77Rw"},
        Vector{R"({"kid":"k","kty":"EC","crv":"P-256",)"
               R"("x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
               R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})",
               absl::StrCat("eyJhbGciOiJFUzI1NiJ9.", kRfc7515Payload),
               "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6N"
               "U1Q"},
        Vector{R"({"kid":"k","kty":"OKP","crv":"Ed25519",)"
               R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
               "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
               "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0"
               "KAg"}));

}  // namespace
}  // namespace orders::infrastructure
