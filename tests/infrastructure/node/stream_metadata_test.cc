#include "infrastructure/node/stream_metadata.h"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace eventstoredb {
namespace {

TEST(StreamVisibility, IsReadFromAJsonObject) {
  const StreamVisibility metadata = ParseStreamMetadata(
      true, R"({"$maxCount":3,"$maxAge":60,"$tb":7,"$cacheControl":1,"$tmp":true,)"
            R"("$acl":{"$r":"all","$w":["a","b"]},"mine":{"$maxCount":"x"}})");
  EXPECT_EQ(metadata.max_count, 3U);
  EXPECT_EQ(metadata.max_age, absl::Seconds(60));
  EXPECT_EQ(metadata.truncate_before, 7U);
  EXPECT_FALSE(metadata.IsSoftDeleted());
}

TEST(AnAccessList, IsReadFromMetadataByAction) {
  const AccessList list = ParseAccessList(
      true, R"({"$maxCount":3,"$acl":{"$r":"$all","$w":["a","b"],"$d":[],"$x":7}})");
  EXPECT_EQ(list.RolesOf(StreamAction::kRead), std::vector<std::string>{"$all"});
  EXPECT_EQ(list.RolesOf(StreamAction::kWrite), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(list.RolesOf(StreamAction::kDelete), std::vector<std::string>{});
  EXPECT_EQ(list.RolesOf(StreamAction::kReadMetadata), std::nullopt);
  EXPECT_EQ(list.RolesOf(StreamAction::kWriteMetadata), std::nullopt);
}

TEST(AnAccessList, OfMetadataThatIsNotValidSaysNothing) {
  for (const char* const text :
       {"", "[]", R"({"$acl":[]})", R"({"$acl":{"$r":[1],"$w":["a"]}})",
        R"({"$acl":{"$w":["a"]},"$maxAge":-1})", R"({"$acl":{"$w":["a"]})"}) {
    EXPECT_EQ(ParseAccessList(true, text).RolesOf(StreamAction::kWrite), std::nullopt) << text;
  }
  EXPECT_EQ(ParseAccessList(false, R"({"$acl":{"$w":["a"]}})").RolesOf(StreamAction::kWrite),
            std::nullopt);
}

TEST(DefaultAccessLists, AreReadFromSettingsEachForItself) {
  const DefaultAcls defaults = ParseDefaultAcls(
      true, R"({"$userStreamAcl":{"$r":["shop"]},"$systemStreamAcl":{"$r":7},"other":1})");
  EXPECT_EQ(defaults.user.RolesOf(StreamAction::kRead), std::vector<std::string>{"shop"});
  EXPECT_EQ(defaults.system.RolesOf(StreamAction::kRead), std::nullopt);
  EXPECT_EQ(ParseDefaultAcls(true, "7").user.RolesOf(StreamAction::kRead), std::nullopt);
}

TEST(StreamVisibility, ThatIsNotValidCountsAsEmptyAsAWhole) {
  for (const char* const text :
       {"", "{", "[]", "7", R"({"$maxCount":0,"$tb":7})", R"({"$maxCount":-1,"$tb":7})",
        R"({"$maxCount":3.0,"$tb":7})", R"({"$tb":-1})", R"({"$tb":9223372036854775808})",
        R"({"$tb":7,"$maxAge":"1"})", R"({"$tb":7,"$cacheControl":0})", R"({"$tb":7,"$tmp":1})",
        R"({"$tb":7,"$acl":[]})", R"({"$tb":7,"$acl":{"$r":[1]}})", "{\"$tb\":7}x",
        "{\"$tb\":7,\"a\":\"\xff\"}"}) {
    EXPECT_FALSE(ParseStreamMetadata(true, text).truncate_before.has_value()) << text;
  }
  EXPECT_FALSE(ParseStreamMetadata(false, R"({"$tb":7})").truncate_before.has_value());
}

TEST(StreamVisibility, NestedWithoutEndIsNotRead) {
  std::string text = R"({"$tb":7,"a":)";
  text += std::string(500'000, '[') + std::string(500'000, ']') + "}";
  EXPECT_FALSE(ParseStreamMetadata(true, text).truncate_before.has_value());
  EXPECT_EQ(RecreatedMetadata(true, text, 3), R"({"$tb":3})");
  EXPECT_EQ(ParseStreamMetadata(true, R"({"$tb":7,"a":"[[[[\"[["})").truncate_before, 7U);
}

TEST(StreamVisibility, FindsTheFirstAvailableRevision) {
  const auto first = [](const char* text, std::uint64_t last) {
    return ParseStreamMetadata(true, text).FirstAvailable(last);
  };
  EXPECT_EQ(first("{}", 9), 0U);
  EXPECT_EQ(first(R"({"$maxCount":3})", 9), 7U);
  EXPECT_EQ(first(R"({"$maxCount":10})", 9), 0U);
  EXPECT_EQ(first(R"({"$maxCount":11})", 9), 0U);
  EXPECT_EQ(first(R"({"$maxCount":9223372036854775807})", 0), 0U);
  EXPECT_EQ(first(R"({"$tb":4})", 9), 4U);
  EXPECT_EQ(first(R"({"$tb":4,"$maxCount":3})", 9), 7U);
  EXPECT_EQ(first(R"({"$tb":8,"$maxCount":3})", 9), 8U);
  EXPECT_EQ(first(R"({"$tb":10})", 9), 10U);
  EXPECT_EQ(first(R"({"$tb":100})", 9), 10U);
}

TEST(StreamVisibility, OfADeletedStreamHidesEverythingAndIsUndoneKeyByKey) {
  EXPECT_TRUE(ParseStreamMetadata(true, SoftDeletedMetadata()).IsSoftDeleted());
  EXPECT_EQ(RecreatedMetadata(true, SoftDeletedMetadata(), 3), R"({"$tb":3})");
  EXPECT_EQ(RecreatedMetadata(true, R"({ "b": 1, "$tb": 5, "a": "é" })", 3),
            R"({"b":1,"$tb":3,"a":"é"})");
  EXPECT_EQ(RecreatedMetadata(true, "no json", 3), R"({"$tb":3})");
  EXPECT_EQ(RecreatedMetadata(false, R"({"a":1})", 3), R"({"$tb":3})");
}

}  // namespace
}  // namespace eventstoredb
