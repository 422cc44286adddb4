#include "infrastructure/journal/event_codec.h"

#include <functional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <rapidcheck.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/infrastructure/journal/random_events.h"

namespace orders::infrastructure {
namespace {

using domain::OrderEvent;
using nlohmann::json;
using ::testing::HasSubstr;
using testing_support::RandomEvent;
using testing_support::RandomMetadata;

constexpr std::size_t kKinds = std::variant_size_v<OrderEvent>;
const std::set<std::string> kOptional = {"shippingAddress", "billingAddress", "ratePpm",
                                         "occurredAt",      "$correlationId", "$causationId",
                                         "traceparent"};

std::string SomeMetadata() { return EncodeMetadata({.actor = "ada", .request_id = "r"}); }

absl::Status DecodeStatus(std::string_view type, const std::string& body,
                          const std::string& metadata = SomeMetadata()) {
  const auto decoded = DecodeEvent(type, body, metadata);
  EXPECT_TRUE(!decoded.ok() || decoded->has_value());
  return decoded.status();
}

/// Visits every member of every object in `value`, with its path.
void ForEachMember(json& value, const std::string& path,
                   const std::function<void(json& object, const std::string& key,
                                            const std::string& path)>& visit) {
  if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      ForEachMember(value[i], path + "[" + std::to_string(i) + "]", visit);
    }
  }
  if (!value.is_object()) return;
  std::vector<std::string> keys;
  for (const auto& item : value.items()) keys.push_back(item.key());
  for (const std::string& key : keys) {
    ForEachMember(value[key], path + "." + key, visit);
    visit(value, key, path + "." + key);
  }
}

TEST(EventCodec, GivesBackEveryEventAndItsMetadata) {
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    EXPECT_TRUE(rc::check("encode, decode",
                          [kind] {
                            const std::uint64_t seed = *rc::gen::arbitrary<std::uint64_t>();
                            const OrderEvent event = RandomEvent(kind, seed);
                            const application::EventMetadata metadata = RandomMetadata(seed);
                            const std::string body = EncodeBody(event);
                            const std::string encoded_metadata = EncodeMetadata(metadata);
                            const auto decoded =
                                DecodeEvent(domain::EventName(event), body, encoded_metadata);
                            RC_ASSERT(decoded.ok());
                            RC_ASSERT(decoded->has_value());
                            RC_ASSERT((*decoded)->event == event);
                            // The metadata holds no ==: the same bytes again are as good.
                            RC_ASSERT(EncodeMetadata((*decoded)->metadata) == encoded_metadata);
                            RC_ASSERT((*decoded)->metadata.time == metadata.time);
                            RC_ASSERT((*decoded)->metadata.actor == metadata.actor);
                            // Another parser reads it too.
                            RC_ASSERT(json::accept(body));
                            RC_ASSERT(json::accept(encoded_metadata));
                          }))
        << "kind " << kind;
  }
}

TEST(EventCodec, NamesTheMemberThatIsMissingOrOfAnotherType) {
  std::set<std::string> tried;
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const OrderEvent event = RandomEvent(kind, seed);
      const std::string type(domain::EventName(event));
      json body = json::parse(EncodeBody(event));
      ForEachMember(
          body, "body", [&](json& object, const std::string& key, const std::string& path) {
            const json kept = object[key];
            object.erase(key);
            const absl::Status missing = DecodeStatus(type, body.dump());
            if (kOptional.count(key) > 0) {
              EXPECT_TRUE(missing.ok()) << path;
            } else {
              EXPECT_EQ(missing.code(), absl::StatusCode::kDataLoss) << path;
              EXPECT_THAT(std::string(missing.message()), HasSubstr(path + ": is missing"));
            }
            for (const json& wrong : {json(nullptr), json(1.5), json::parse("[[]]")}) {
              object[key] = wrong;
              const absl::Status status = DecodeStatus(type, body.dump());
              EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << path << " " << wrong;
              EXPECT_THAT(std::string(status.message()), HasSubstr(path));
            }
            object[key] = kept;
            tried.insert(type + path);
          });
    }
  }
  EXPECT_GT(tried.size(), 100U);
}

TEST(EventCodec, NamesTheMemberOfTheMetadataThatIsMissing) {
  const OrderEvent event = domain::OrderCompleted{};
  json metadata = json::parse(SomeMetadata());
  ForEachMember(metadata, "metadata",
                [&](json& object, const std::string& key, const std::string& path) {
                  const json kept = object[key];
                  object.erase(key);
                  const absl::Status status =
                      DecodeStatus("OrderCompleted", EncodeBody(event), metadata.dump());
                  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
                  EXPECT_THAT(std::string(status.message()), HasSubstr(path + ": is missing"));
                  object[key] = kept;
                });
}

TEST(EventCodec, PassesOverMembersItDoesNotKnow) {
  const auto decoded = DecodeEvent(
      "NoteSet", R"({"later":{"x":[1,2.5,null]},"note":"hm","alsoLater":1})", SomeMetadata());
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ((*decoded)->event, OrderEvent(domain::NoteSet{"hm"}));
}

TEST(EventCodec, LeavesTypesOfOthersAlone) {
  for (const char* type : {"", "orderCreated", "OrderCreated2", "$metadata", "NOTESET"}) {
    const auto decoded = DecodeEvent(type, "not even JSON", "");
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_FALSE(decoded->has_value()) << type;
    EXPECT_FALSE(IsKnownEventType(type));
  }
}

TEST(EventCodec, DoesNotReadAVersionItDoesNotKnow) {
  for (const int version : {0, 2, 1'000}) {
    const absl::Status status =
        DecodeStatus("NoteSet", R"({"note":"hm"})", EncodeMetadata({.schema_version = version}));
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(status.message()), HasSubstr("schemaVersion"));
  }
}

TEST(EventCodec, RefusesWhatIsNotExactlyOneJsonObject) {
  ASSERT_TRUE(DecodeStatus("NoteSet", R"( {"note":"a"} )").ok());
  for (const char* bad :
       {"", " ", "null", "[]", "\"note\"", R"({"note":"a"}x)", R"({"note":"a"}{})",
        R"({"note":"a",})", R"({"note":"a")", R"({note:"a"})", R"({'note':'a'})",
        "{\"note\":\"\xFF\"}", "{\"note\":\"\xED\xA0\x80\"}", "{\"note\":\"a\nb\"}",
        R"({"note":"\ud800"})", R"({"note":"\udc00"})", R"({"note":"\ud800\ud800"})",
        R"({"note":"\x"})", "\xEF\xBB\xBF\xEF\xBB\xBF{\"note\":\"a\"}"}) {
    EXPECT_EQ(DecodeStatus("NoteSet", bad).code(), absl::StatusCode::kDataLoss) << bad;
  }
  EXPECT_EQ(DecodeStatus("NoteSet", std::string(5'000, '[')).code(), absl::StatusCode::kDataLoss);
}

TEST(EventCodec, KeepsNumbersInTheirRanges) {
  const auto quantity = [](const std::string& literal) {
    return DecodeStatus("ItemQuantityChanged", R"({"lineId":1,"quantity":)" + literal + "}");
  };
  EXPECT_TRUE(quantity("0").ok());
  EXPECT_TRUE(quantity("1000000").ok());
  for (const char* bad : {"-1", "1000001", "9223372036854775808", "18446744073709551615",
                          "99999999999999999999999", "1.0", "1e3", "01", "\"1\"", "true"}) {
    EXPECT_EQ(quantity(bad).code(), absl::StatusCode::kDataLoss) << bad;
  }
  for (const char* bad : {"0", "-1", "2147483648"}) {
    EXPECT_FALSE(DecodeStatus("ItemRemoved", std::string(R"({"lineId":)") + bad + "}").ok()) << bad;
  }
  EXPECT_TRUE(DecodeStatus("ShippingFeeSet", R"({"fee":1000000000000})").ok());
  EXPECT_FALSE(DecodeStatus("ShippingFeeSet", R"({"fee":1000000000001})").ok());
  EXPECT_FALSE(DecodeStatus("TaxSet", R"({"ratePpm":10000001,"amount":0})").ok());
  EXPECT_FALSE(DecodeStatus("HoldReleased", R"({"kind":"fraud"})").ok());
}

TEST(EventCodec, WritesNoBytesThatItCannotReadAgain) {
  // What the edge may let through as a header is not always UTF-8.
  const std::string metadata =
      EncodeMetadata({.correlation_id = "\xFF\xFE", .actor = "caf\xE9", .request_id = "r"});
  const auto decoded = DecodeEvent("OrderCompleted", "{}", metadata);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ((*decoded)->metadata.actor, "caf\xEF\xBF\xBD");
}

}  // namespace
}  // namespace orders::infrastructure
