#include "api/http/json_check.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "domain/order/validation.h"
#include "orders/v1/commands.pb.h"

namespace orders::api {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// Why a CreateOrderRequest is refused; empty: it is taken.
std::string Refusal(const std::string& json) {
  const absl::Status status = CheckJson(json, *v1::CreateOrderRequest::descriptor());
  if (status.ok()) return "";
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  std::string text(status.message());
  for (const domain::FieldViolation& violation : domain::GetFieldViolations(status)) {
    absl::StrAppend(&text, " [", violation.field, ": ", violation.description, "]");
  }
  return text;
}

TEST(JsonCheck, TakesARequestInEachSpelling) {
  for (const char* json : {
           "{}",
           R"( { "order_id" : "a" , "customer_id":null } )",
           R"({"orderId":"a","customerId":"ada","currencyCode":"EUR"})",
           R"({"lines":[{"sku":"T","quantity":2,"unit_price":{"minor_units":"890"}}]})",
           R"({"lines":[{"quantity":"9007199254740993"},{"quantity":-1}]})",
           R"({"note":"\u00e4 \ud83d\ude00 \"quoted\""})",
           R"({"options":{"validate_only":true}})",
       }) {
    EXPECT_EQ(Refusal(json), "") << json;
  }
}

// B54
TEST(JsonCheck, RefusesWhatIsNotOneJsonObjectAndNamesTheByte) {
  const struct {
    std::string json;
    std::string said;
  } cases[] = {
      {"", "byte 1"},
      {"{", "at byte 2"},
      {R"({"note":"a",})", "at byte 13"},
      {R"({} {})", "at byte 4"},
      {"\xef\xbb\xbf{}", "byte order mark"},
      {std::string("\xff\xfe{\0}\0", 6), "at byte 1"},
      {R"({"note":"\ud800"})", "surrogate"},
      {"{\"note\":\"\xff\"}", "at byte 10"},
      {R"({"note":NaN})", "at byte 9"},
      {R"({"note":1e400})", "at byte"},
      {R"({"lines":[{"quantity":-0}]})", "-0"},
      {R"({'note':'a'})", "at byte 2"},
      {"[]", "must be an object"},
      {"\"text\"", "must be an object"},
      {"null", "must be an object"},
      {"7", "must be an object"},
  };
  for (const auto& [json, said] : cases) EXPECT_THAT(Refusal(json), HasSubstr(said)) << json;
}

// B54
TEST(JsonCheck, SaysNothingOfWhatStandsInABodyThatIsBroken) {
  for (const std::string json :
       {R"({"note":"canary)", R"({"note":"canary\q"})", R"({"note":canary})",
        R"({"note":"x" canary})", R"({"note":"x"} canary)", "{\"note\":\"canary\xff\"}",
        "{\"note\":\"canary\n\"}"}) {
    const std::string refusal = Refusal(json);
    EXPECT_THAT(refusal, AllOf(HasSubstr("at byte"), Not(HasSubstr("canar")))) << json;
  }
}

TEST(JsonCheck, RefusesAMemberThatStandsThereTwiceUnderEitherName) {
  EXPECT_THAT(Refusal(R"({"note":"a","note":"b"})"), HasSubstr("[note: stands there twice"));
  EXPECT_THAT(Refusal(R"({"order_id":"a","orderId":"a"})"), HasSubstr("[order_id: stands"));
  EXPECT_THAT(Refusal(R"({"options":{"etag":"a","etag":"a"}})"), HasSubstr("[options.etag: "));
  EXPECT_EQ(Refusal(R"({"lines":[{"sku":"a"},{"sku":"a"}]})"), "");
}

// B55
TEST(JsonCheck, RefusesWhatIsDeepOrMany) {
  std::string deep;
  for (int i = 0; i < 1'000; ++i) deep += R"({"options":)";
  EXPECT_NE(Refusal(deep), "");
  std::string lists = R"({"lines":)" + std::string(1'000, '[');
  EXPECT_NE(Refusal(lists), "");
  std::string many = R"({"lines":[{})";
  for (int i = 0; i < 100'000; ++i) many += ",{}";
  EXPECT_THAT(Refusal(many + "]}"), HasSubstr("more than 20000"));
}

// B56
TEST(JsonCheck, TakesIntegersAloneAndEachKindWhereItBelongs) {
  for (const char* quantity :
       {"1.5", "1e2", "1.0", "\"1.5\"", "\"1e2\"", "\"+5\"", "\" 5\"", "\"05\"", "\"\"", "\"0x5\"",
        "true", "[1]", "{}", "9223372036854775808", "\"9223372036854775808\"",
        "-9223372036854775809", "\"-0\""}) {
    EXPECT_THAT(Refusal(absl::StrCat(R"({"lines":[{},{"quantity":)", quantity, "}]}")),
                HasSubstr("[lines[1].quantity: "))
        << quantity;
  }
  EXPECT_THAT(Refusal(R"({"order_id":5})"), HasSubstr("[order_id: takes a text"));
  EXPECT_THAT(Refusal(R"({"options":{"validate_only":"true"}})"), HasSubstr("true or false"));
  EXPECT_THAT(Refusal(R"({"options":"x"})"), HasSubstr("[options: takes an object"));
  EXPECT_THAT(Refusal(R"({"lines":{}})"), HasSubstr("a list of an object"));
  EXPECT_THAT(Refusal(R"({"lines":[null]})"), HasSubstr("[lines[0]: "));
}

// B57
TEST(JsonCheck, RefusesAFieldThatTheRequestDoesNotHave) {
  for (const char* field : {"total", "status", "owner", "revision", "__proto__", ""}) {
    const std::string json = absl::StrCat("{\"", field, "\":1}");
    EXPECT_THAT(Refusal(json), HasSubstr("there is no such field")) << field;
  }
  EXPECT_THAT(Refusal(R"({"lines":[{"price":1}]})"), HasSubstr("[lines[0].price: "));
}

TEST(JsonCheck, TakesNamesAndNumbersOfEnumsThatAreKnown) {
  const auto check = [](const std::string& json) {
    return CheckJson(json, *v1::PlaceHoldRequest::descriptor()).ok();
  };
  EXPECT_TRUE(check(R"({"kind":"FRAUD"})"));
  EXPECT_TRUE(check(R"({"kind":1})"));
  EXPECT_FALSE(check(R"({"kind":"fraud"})"));
  EXPECT_FALSE(check(R"({"kind":99})"));
  EXPECT_FALSE(check(R"({"kind":-1})"));
}

}  // namespace
}  // namespace orders::api
