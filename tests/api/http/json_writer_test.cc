#include "api/http/json_writer.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "orders/v1/admin.pb.h"
#include "orders/v1/commands.pb.h"
#include "orders/v1/consumer_groups.pb.h"
#include "orders/v1/nodes.pb.h"
#include "orders/v1/queries.pb.h"
#include "orders/v1/read_models.pb.h"
#include "orders/v1/store_users.pb.h"
#include "orders/v1/streams.pb.h"
#include "orders/v1/webhooks.pb.h"

namespace orders::api {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using nlohmann::json;

std::string Written(const Message& message) {
  std::string text;
  AppendMessageJson(message, text);
  return text;
}

/// By protobuf's own printer.
std::string Printed(const Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string text;
  const auto printed = google::protobuf::util::MessageToJsonString(message, &text, options);
  EXPECT_TRUE(printed.ok()) << printed.message();
  return text;
}

/// Fills messages with what is rare as often as with what is not.
class Filler {
 public:
  explicit Filler(unsigned seed) : random_(seed) {}

  void Fill(Message& message, int depth = 0) {
    if (FillTime(message)) return;
    const Descriptor& type = *message.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
      if (Below(3) == 0 || (is_message && depth > 4)) continue;
      const std::uint64_t count = field.is_repeated() ? Below(3) : 1;
      for (std::uint64_t n = 0; n < count; ++n) FillField(message, field, depth);
    }
  }

 private:
  std::uint64_t Below(std::uint64_t bound) { return random_() % bound; }

  bool FillTime(Message& message) {
    if (auto* time =
            google::protobuf::DynamicCastToGenerated<google::protobuf::Timestamp>(&message)) {
      time->set_seconds(static_cast<std::int64_t>(Below(4'000'000'000)));
      time->set_nanos(Below(2) == 0 ? 0 : static_cast<std::int32_t>(Below(1'000'000'000)));
      return true;
    }
    if (auto* span =
            google::protobuf::DynamicCastToGenerated<google::protobuf::Duration>(&message)) {
      const int sign = Below(2) == 0 ? -1 : 1;
      span->set_seconds(sign * static_cast<std::int64_t>(Below(1'000'000)));
      span->set_nanos(sign * static_cast<std::int32_t>(Below(1'000'000'000)));
      return true;
    }
    return false;
  }

  std::string Text() {
    static const std::vector<std::string> kTexts = {"",
                                                    "plain",
                                                    "\"quoted\" \\ / <script>",
                                                    "\n\t\r\b\f",
                                                    std::string("\x01\x00\x1f\x7f", 4),
                                                    "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
                                                    "\xe2\x80\xa8\xe2\x80\xa9\xef\xbb\xbf"};
    return kTexts[Below(kTexts.size())];
  }

  void FillField(Message& message, const FieldDescriptor& field, int depth) {
    const Reflection& of = *message.GetReflection();
    const bool adds = field.is_repeated();
    const auto number = Below(3) == 0 ? random_() : Below(5);
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return adds ? of.AddString(&message, &field, Text())
                    : of.SetString(&message, &field, Text());
      case FieldDescriptor::CPPTYPE_BOOL:
        return adds ? of.AddBool(&message, &field, Below(2) == 0)
                    : of.SetBool(&message, &field, Below(2) == 0);
      case FieldDescriptor::CPPTYPE_INT32:
        return of.SetInt32(&message, &field, static_cast<std::int32_t>(number));
      case FieldDescriptor::CPPTYPE_UINT32:
        return of.SetUInt32(&message, &field, static_cast<std::uint32_t>(number));
      case FieldDescriptor::CPPTYPE_INT64:
        return of.SetInt64(&message, &field, static_cast<std::int64_t>(number));
      case FieldDescriptor::CPPTYPE_UINT64:
        return of.SetUInt64(&message, &field, number);
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return of.SetDouble(&message, &field, Double());
      case FieldDescriptor::CPPTYPE_ENUM: {
        const int value = Below(10) == 0 ? 4'711 : static_cast<int>(Below(4));
        return adds ? of.AddEnumValue(&message, &field, value)
                    : of.SetEnumValue(&message, &field, value);
      }
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return Fill(*(adds ? of.AddMessage(&message, &field) : of.MutableMessage(&message, &field)),
                    depth + 1);
      case FieldDescriptor::CPPTYPE_FLOAT:
        ADD_FAILURE() << "the API has no float: " << field.full_name();
    }
  }

  double Double() {
    static const std::vector<double> kDoubles = {0,
                                                 -0.5,
                                                 1.0 / 3,
                                                 1e-7,
                                                 123'456'789.125,
                                                 1e300,
                                                 std::numeric_limits<double>::infinity(),
                                                 -std::numeric_limits<double>::infinity(),
                                                 std::numeric_limits<double>::quiet_NaN()};
    return kDoubles[Below(kDoubles.size())];
  }

  std::mt19937_64 random_;
};

TEST(JsonWriter, SaysOfEveryMessageOfTheApiWhatProtobufSays) {
  int compared = 0;
  for (const FileDescriptor* const file :
       {v1::Order::descriptor()->file(), v1::CommandResponse::descriptor()->file(),
        v1::GetOrderResponse::descriptor()->file(), v1::GetHealthResponse::descriptor()->file(),
        v1::ListReadModelsResponse::descriptor()->file(),
        v1::ListStoreUsersResponse::descriptor()->file(),
        v1::ListStreamsResponse::descriptor()->file(), v1::GetNodeRequest::descriptor()->file(),
        v1::GetConsumerGroupRequest::descriptor()->file(),
        v1::ListWebhooksResponse::descriptor()->file()}) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      const Message& prototype =
          *google::protobuf::MessageFactory::generated_factory()->GetPrototype(
              file->message_type(i));
      ASSERT_EQ(json::parse(Written(prototype)), json::parse(Printed(prototype)))
          << file->message_type(i)->full_name();
      Filler filler(static_cast<unsigned>(i));
      for (int n = 0; n < 20; ++n, ++compared) {
        const std::unique_ptr<Message> message(prototype.New());
        filler.Fill(*message);
        ASSERT_EQ(json::parse(Written(*message)), json::parse(Printed(*message)))
            << message->DebugString();
      }
    }
  }
  EXPECT_GT(compared, 1'000);
}

TEST(JsonWriter, PutsAMarkWhereATextIsNoUtf8) {
  v1::Order order;
  order.set_note("a\xc3(\xff");
  EXPECT_EQ(json::parse(Written(order))["note"], "a\xef\xbf\xbd(\xef\xbf\xbd");
}

}  // namespace
}  // namespace orders::api
