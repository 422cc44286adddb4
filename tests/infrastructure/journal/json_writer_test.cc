#include "infrastructure/journal/json_writer.h"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace orders::infrastructure {
namespace {

std::string Written(std::string_view text) {
  std::string out;
  JsonWriter(out).String(text);
  return out;
}

TEST(JsonWriter, PutsCommasBetweenAndNowhereElse) {
  std::string out;
  JsonWriter json(out);
  json.BeginObject();
  json.Key("a");
  json.BeginArray();
  json.Int(1);
  json.BeginObject();
  json.EndObject();
  json.BeginArray();
  json.EndArray();
  json.Bool(true);
  json.EndArray();
  json.Key("b");
  json.BeginObject();
  json.Key("c");
  json.Bool(false);
  json.EndObject();
  json.Key("d");
  json.String("e");
  json.EndObject();
  EXPECT_EQ(out, R"({"a":[1,{},[],true],"b":{"c":false},"d":"e"})");
}

TEST(JsonWriter, EscapesWhatJsonNeedsEscaped) {
  EXPECT_EQ(Written("plain"), R"("plain")");
  EXPECT_EQ(Written("\"\\\n\r\t"), R"("\"\\\n\r\t")");
  EXPECT_EQ(Written(std::string_view("\0\x1F\x7F", 3)), "\"\\u0000\\u001f\x7F\"");
  EXPECT_EQ(Written("</script>\xE2\x82\xAC"), "\"</script>\xE2\x82\xAC\"");
}

TEST(JsonWriter, WritesNumbersToTheirEnds) {
  std::string out;
  JsonWriter json(out);
  json.BeginArray();
  json.Int(INT64_MIN);
  json.Int(0);
  json.Int(INT64_MAX);
  json.EndArray();
  EXPECT_EQ(out, "[-9223372036854775808,0,9223372036854775807]");
}

TEST(JsonWriter, ReplacesBytesThatAreNoUtf8) {
  const std::string mark = "\xEF\xBF\xBD";
  EXPECT_EQ(Written("a\xFF"
                    "b"),
            "\"a" + mark + "b\"");
  EXPECT_EQ(Written("\xC0\x80"), "\"" + mark + mark + "\"");             // Overlong.
  EXPECT_EQ(Written("\xED\xA0\x80"), "\"" + mark + mark + mark + "\"");  // A surrogate.
  EXPECT_EQ(Written("\xF4\x90\x80\x80"), "\"" + mark + mark + mark + mark + "\"");
  EXPECT_EQ(Written("\xE2\x82"), "\"" + mark + mark + "\"");  // Cut off.
}

TEST(JsonWriter, WritesWhatAnotherParserReadsBackForEveryPairOfBytes) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text = {static_cast<char>(first), static_cast<char>(second)};
      const auto read = nlohmann::json::parse(Written(text), nullptr, false);
      ASSERT_TRUE(read.is_string()) << first << " " << second;
      if (first < 0x80 && second < 0x80) {
        ASSERT_EQ(read.get<std::string>(), text) << first << " " << second;
      }
    }
  }
}

}  // namespace
}  // namespace orders::infrastructure
