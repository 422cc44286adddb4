#include "eventstoredb/stream_metadata.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace eventstoredb {
namespace {

TEST(StreamMetadataJson, HasTheKeysOfTheProtocol) {
  StreamMetadata metadata{.max_age = absl::Hours(1),
                          .max_count = 10,
                          .truncate_before = 3,
                          .cache_control = absl::Seconds(5),
                          .custom_json = R"({"owner":"shop"})"};
  metadata.acl = StreamAcl{.read = {{"$all"}}, .metadata_write = {{"ada", "$admins"}}};
  const auto json = EncodeStreamMetadata(metadata);
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ(*json, R"({"owner":"shop","$maxAge":3600,"$cacheControl":5,"$maxCount":10,"$tb":3,)"
                   R"("$acl":{"$r":["$all"],"$mw":["ada","$admins"]}})");
  const auto back = DecodeStreamMetadata(*json);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, metadata);
}

TEST(StreamMetadataJson, OfNothingIsAnEmptyObject) {
  EXPECT_EQ(EncodeStreamMetadata({}).value(), "{}");
  EXPECT_EQ(DecodeStreamMetadata("{}").value(), StreamMetadata{});
}

TEST(StreamMetadataJson, TakesARoleAloneForAListOfOne) {
  const auto read = DecodeStreamMetadata(R"({"$acl":{"$r":"$all","$w":[]}})");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->acl, (StreamAcl{.read = {{"$all"}}, .write = {std::vector<std::string>{}}}));
}

TEST(StreamMetadataJson, OfASoftDeletedStreamIsRead) {
  EXPECT_EQ(DecodeStreamMetadata(R"({"$tb":9223372036854775807})")->truncate_before,
            static_cast<std::uint64_t>(INT64_MAX));
}

class RefusedMetadata : public testing::TestWithParam<StreamMetadata> {};
TEST_P(RefusedMetadata, IsInvalidArgument) {
  EXPECT_EQ(EncodeStreamMetadata(GetParam()).status().code(), absl::StatusCode::kInvalidArgument);
}
INSTANTIATE_TEST_SUITE_P(Of, RefusedMetadata,
                         testing::Values(StreamMetadata{.max_age = absl::ZeroDuration()},
                                         StreamMetadata{.max_age = absl::Milliseconds(1'500)},
                                         StreamMetadata{.max_age = absl::InfiniteDuration()},
                                         StreamMetadata{.max_count = 0},
                                         StreamMetadata{.max_count = 1ULL << 63},
                                         StreamMetadata{.truncate_before = 1ULL << 63},
                                         StreamMetadata{.cache_control = absl::Seconds(-1)},
                                         StreamMetadata{.custom_json = "[]"},
                                         StreamMetadata{.custom_json = "{"},
                                         StreamMetadata{.custom_json = R"({"$tb":1})"}));

class UnreadableMetadata : public testing::TestWithParam<std::string> {};
TEST_P(UnreadableMetadata, IsDataLoss) {
  EXPECT_EQ(DecodeStreamMetadata(GetParam()).status().code(), absl::StatusCode::kDataLoss);
}
INSTANTIATE_TEST_SUITE_P(Of, UnreadableMetadata,
                         testing::Values("", "[]", "{", R"({"$maxAge":0})", R"({"$maxAge":"1"})",
                                         R"({"$maxCount":-1})", R"({"$maxCount":1.5})",
                                         R"({"$tb":9223372036854775808})", R"({"$acl":[]})",
                                         R"({"$acl":{"$r":1}})", R"({"$acl":{"$r":[1]}})"));

}  // namespace
}  // namespace eventstoredb
