#include "api/orderctl/event_line.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orders::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

v1::StoredEvent Event(const std::string& data, bool is_json = true) {
  v1::StoredEvent event;
  event.set_stream("order-o-1");
  event.set_revision(3);
  event.set_event_id("0a0b0c0d-0000-4000-8000-000000000001");
  event.set_type("NoteSet");
  event.mutable_create_time()->set_seconds(1'764'000'000);
  event.mutable_create_time()->set_nanos(123'456'700);
  event.set_is_json(is_json);
  event.set_data(data);
  event.set_metadata("{\"actor\":\"ada\"}");
  return event;
}

void ExpectComesBack(const v1::StoredEvent& event) {
  const std::string line = EventLine(event);
  EXPECT_EQ(line.find('\n'), std::string::npos) << line;
  const auto parsed = ParseEventLine(line);
  ASSERT_TRUE(parsed.ok()) << parsed.status() << "\n" << line;
  EXPECT_EQ(parsed->SerializeAsString(), event.SerializeAsString()) << line;
  EXPECT_EQ(EventLine(*parsed), line);
}

std::string ErrorOf(const std::string& line) {
  return std::string(ParseEventLine(line).status().message());
}

TEST(EventLine, IsOneObjectWithTheEventAsJson) {
  EXPECT_EQ(EventLine(Event("{\"note\":\"h\xC3\xA4\"}")),
            "{\"stream\":\"order-o-1\",\"revision\":3,"
            "\"id\":\"0a0b0c0d-0000-4000-8000-000000000001\",\"type\":\"NoteSet\","
            "\"created\":\"2025-11-24T16:00:00.123456700Z\",\"data\":{\"note\":\"h\xC3\xA4\"},"
            "\"metadata\":{\"actor\":\"ada\"}}");
}

TEST(EventLine, GivesBackEveryByteOfWhatIsNoPlainJson) {
  for (const std::string& data :
       {std::string("{\"note\":\"x\"}"), std::string("{ \"note\":\"x\"}"), std::string(""),
        std::string("{\"a\":1,\"a\":2}"), std::string("{\"a\":1.0}"), std::string("{\"a\":1e5}"),
        std::string("{\"a\":\"\\u0041\"}"), std::string("\xFF\x00\x01", 3), std::string("null\n"),
        std::string("18446744073709551616"), std::string(100'000, '[')}) {
    ExpectComesBack(Event(data));
    ExpectComesBack(Event(data, /*is_json=*/false));
  }
  EXPECT_THAT(EventLine(Event("{\"a\":1.0}")), HasSubstr("\"data\":{"));
  EXPECT_THAT(EventLine(Event("{ \"a\":1}")), HasSubstr("\"dataBase64\":"));
  EXPECT_THAT(EventLine(Event("{\"a\":1}")), Not(HasSubstr("isJson")));
}

TEST(EventLine, MayBeWrittenAgainByAnotherTool) {
  const auto parsed = ParseEventLine(
      R"( { "metadata": {"actor": "ada"}, "data": {"note": "x"}, "created": "2025-11-24T16:00:00.123456700Z",
      "type": "NoteSet", "id": "0a0b0c0d-0000-4000-8000-000000000001", "revision": 3, "stream": "order-o-1" } )");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->SerializeAsString(), Event("{\"note\":\"x\"}").SerializeAsString());
}

TEST(EventLine, SaysWhichMemberIsWrong) {
  const std::string good = EventLine(Event("{\"note\":\"x\"}"));
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string line = good;
    line.replace(line.find(from), from.size(), to);
    return ErrorOf(line);
  };
  EXPECT_THAT(ErrorOf(""), HasSubstr("not a JSON object"));
  EXPECT_THAT(ErrorOf("[]"), HasSubstr("not a JSON object"));
  EXPECT_THAT(ErrorOf(good.substr(0, good.size() - 3)), HasSubstr("cut off"));
  EXPECT_THAT(ErrorOf(good + good), HasSubstr("not a JSON object"));
  EXPECT_THAT(ErrorOf(std::string(1'000, '[')), HasSubstr("too deep"));
  EXPECT_THAT(with("\"revision\":3", "\"revision\":-3"), HasSubstr("revision: must be"));
  EXPECT_THAT(with("\"revision\":3", "\"revision\":\"3\""), HasSubstr("revision: must be"));
  EXPECT_THAT(with("\"type\"", "\"kind\""), HasSubstr("type: is missing"));
  EXPECT_THAT(with("{\"stream\"", "{\"x\":1,\"stream\""), HasSubstr("x: is not known"));
  EXPECT_THAT(with("{\"stream\"", "{\"type\":\"A\",\"stream\""), HasSubstr("given twice"));
  EXPECT_THAT(with("00Z\"", "\""), HasSubstr("created: must be"));
  EXPECT_THAT(with("\"data\":{\"note\":\"x\"}", "\"dataBase64\":\"?\""), HasSubstr("not base64"));
  EXPECT_THAT(with("\"data\":", "\"dataBase64\":\"\",\"data\":"), HasSubstr("and not both"));
  EXPECT_THAT(with("\"data\":", "\"isJson\":true,\"data\":"), HasSubstr("isJson: may only"));
}

}  // namespace
}  // namespace orders::api
