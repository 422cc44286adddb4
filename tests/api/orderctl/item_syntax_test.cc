#include "api/orderctl/item_syntax.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "api/orderctl/demo/split_mix.h"
#include "api/orderctl/scalar_syntax.h"
#include "api/orderctl/utf8.h"

namespace orders::api {
namespace {

constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();

TEST(ParseItem, ReadsSkuQuantityPriceAndTitle) {
  const auto item = ParseItem("TEA-1:2:890:Assam tea");
  ASSERT_TRUE(item.ok()) << item.status();
  EXPECT_EQ(*item, (ItemArgument{"TEA-1", 2, 890, "Assam tea"}));
}

TEST(ParseItem, TakesAnItemWithoutATitle) {
  const auto item = ParseItem("TEA-1:1:0");
  ASSERT_TRUE(item.ok()) << item.status();
  EXPECT_EQ(*item, (ItemArgument{"TEA-1", 1, 0, ""}));
}

TEST(ParseItem, LeavesColonsAndBackslashesOfTheTitleAlone) {
  const auto item = ParseItem("A:1:1:Box: tea \\: mug::");
  ASSERT_TRUE(item.ok()) << item.status();
  EXPECT_EQ(item->title, "Box: tea \\: mug::");
}

TEST(ParseItem, TakesAnEscapedColonAsPartOfTheSku) {
  const auto item = ParseItem("urn\\:tea\\\\1:3:5:T");
  ASSERT_TRUE(item.ok()) << item.status();
  EXPECT_EQ(item->sku, "urn:tea\\1");
}

TEST(ParseItem, KeepsUtf8InTheTitle) {
  const auto item = ParseItem("A:1:1:Grüner Tee 緑茶 🍵");
  ASSERT_TRUE(item.ok()) << item.status();
  EXPECT_EQ(item->title, "Grüner Tee 緑茶 🍵");
}

TEST(ParseItem, TakesTheLargestNumbers) {
  const auto item = ParseItem("A:9223372036854775807:9223372036854775807");
  ASSERT_TRUE(item.ok()) << item.status();
  EXPECT_EQ(*item, (ItemArgument{"A", kInt64Max, kInt64Max, ""}));
}

TEST(ParseItem, RefusesWhatIsNoItem) {
  const std::vector<std::string> wrong = {
      "",
      ":",
      "::",
      ":::",
      "A",
      "A:",
      "A:1",
      "A:1:",
      ":1:1",
      "A:0:1",
      "A:-1:1",
      "A:1:-1",
      "A:+1:1",
      "A: 1:1",
      "A:1 :1",
      "A:1.5:1",
      "A:1:1.5",
      "A:0x1:1",
      "A:1e3:1",
      "A:one:1",
      "A:9223372036854775808:1",
      "A:1:9223372036854775808",
      "A:99999999999999999999999999:1",
      "A:1:\xC3\xA9",
      "A\\:1:1",
      "A\\x:1:1",
      "A\\",
      "A:1:1:\xFF\xFE",
      "A:1:1:\xC0\xAF",
      "A:1:1:\xED\xA0\x80",
      std::string("A:1\0:1", 6),
  };
  for (const std::string& text : wrong) {
    EXPECT_EQ(ParseItem(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(ParseItem, RefusesAHugeTextWithAShortMessage) {
  const auto item = ParseItem("A:1:1:" + std::string(10 << 20, 'x'));
  EXPECT_EQ(item.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_LT(item.status().message().size(), 200U);
}

TEST(ParseItem, SaysInOnePrintableLineWhatIsWrong) {
  const auto item = ParseItem("A:\x1b[2J\n:1");
  ASSERT_FALSE(item.ok());
  const std::string message(item.status().message());
  EXPECT_EQ(message, Printable(message));
}

TEST(FormatItem, IsReadBackAsTheSameItem) {
  SplitMix64 random(7);
  const std::string letters = "ab:\\|\"' %é";
  for (int i = 0; i < 2'000; ++i) {
    ItemArgument item{"s", random.Between(1, kInt64Max - 1), random.Between(0, kInt64Max - 1), ""};
    for (std::uint64_t n = random.Below(8); n > 0; --n) item.sku += letters[random.Below(8)];
    for (std::uint64_t n = random.Below(8); n > 0; --n) item.title += letters[random.Below(8)];
    const auto parsed = ParseItem(FormatItem(item));
    ASSERT_TRUE(parsed.ok()) << FormatItem(item) << parsed.status();
    EXPECT_EQ(*parsed, item);
  }
}

TEST(ParseItem, EndsOnAnyBytes) {
  SplitMix64 random(11);
  const std::string bytes = "A1:\\\xC3\xA9\xFF-0";
  int items = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (std::uint64_t n = random.Below(12); n > 0; --n) text += bytes[random.Below(bytes.size())];
    const auto item = ParseItem(text);
    if (!item.ok()) continue;
    ++items;
    EXPECT_FALSE(item->sku.empty());
    EXPECT_GE(item->quantity, 1);
    EXPECT_GE(item->unit_price_minor, 0);
  }
  EXPECT_GT(items, 0);
}

TEST(ParseLineQuantity, ReadsLineAndQuantity) {
  const auto units = ParseLineQuantity("2:10");
  ASSERT_TRUE(units.ok()) << units.status();
  EXPECT_EQ(*units, (LineQuantityArgument{2, 10}));
}

TEST(ParseLineQuantity, RefusesWhatIsNoUnitsOfALine) {
  for (const char* text : {"", ":", "1", "1:", ":1", "0:1", "1:0", "-1:1", "1:-1", "1:1:1", "1: 1",
                           "2147483648:1", "1:9223372036854775808", "a:1", "1:b"}) {
    EXPECT_EQ(ParseLineQuantity(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace orders::api
