#include "api/http/json_writer.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cmath>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/time_util.h"
#include "nlohmann/json.hpp"

namespace orders::api {
namespace {

using google::protobuf::DynamicCastToGenerated;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::util::TimeUtil;

bool IsPlain(char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

void AppendText(const std::string& text, std::string& json) {
  if (std::all_of(text.begin(), text.end(), IsPlain)) {
    absl::StrAppend(&json, "\"", text, "\"");
  } else {
    // What is no UTF-8 becomes U+FFFD.
    json += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
}

void AppendDouble(double value, std::string& json) {
  if (std::isnan(value)) {
    json += "\"NaN\"";
  } else if (std::isinf(value)) {
    json += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  } else {
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    json.append(digits.data(), end.ptr);
  }
}

void AppendEnum(const FieldDescriptor& field, int number, std::string& json) {
  const EnumValueDescriptor* const value = field.enum_type()->FindValueByNumber(number);
  if (value == nullptr) {
    absl::StrAppend(&json, number);  // Of a newer writer.
  } else {
    absl::StrAppend(&json, "\"", value->name(), "\"");
  }
}

void AppendAny(const Message& message, std::string& json) {
  if (const auto* const time = DynamicCastToGenerated<google::protobuf::Timestamp>(&message)) {
    absl::StrAppend(&json, "\"", TimeUtil::ToString(*time), "\"");
  } else if (const auto* const span =
                 DynamicCastToGenerated<google::protobuf::Duration>(&message)) {
    absl::StrAppend(&json, "\"", TimeUtil::ToString(*span), "\"");
  } else {
    AppendMessageJson(message, json);
  }
}

/// The value of a field; of a repeated one, that at `index`.
class Value {
 public:
  Value(const Message& message, const FieldDescriptor& field, int index)
      : message_(message), reflection_(*message.GetReflection()), field_(field), index_(index) {}

  void AppendTo(std::string& json) const {
    switch (field_.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return AppendString(json);
      case FieldDescriptor::CPPTYPE_BOOL:
        json += Get(&Reflection::GetBool, &Reflection::GetRepeatedBool) ? "true" : "false";
        return;
      case FieldDescriptor::CPPTYPE_INT32:
        return absl::StrAppend(&json, Get(&Reflection::GetInt32, &Reflection::GetRepeatedInt32));
      case FieldDescriptor::CPPTYPE_UINT32:
        return absl::StrAppend(&json, Get(&Reflection::GetUInt32, &Reflection::GetRepeatedUInt32));
      case FieldDescriptor::CPPTYPE_INT64:
        return absl::StrAppend(&json, "\"",
                               Get(&Reflection::GetInt64, &Reflection::GetRepeatedInt64), "\"");
      case FieldDescriptor::CPPTYPE_UINT64:
        return absl::StrAppend(&json, "\"",
                               Get(&Reflection::GetUInt64, &Reflection::GetRepeatedUInt64), "\"");
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return AppendDouble(Get(&Reflection::GetDouble, &Reflection::GetRepeatedDouble), json);
      case FieldDescriptor::CPPTYPE_ENUM:
        return AppendEnum(field_, Get(&Reflection::GetEnumValue, &Reflection::GetRepeatedEnumValue),
                          json);
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return AppendAny(field_.is_repeated()
                             ? reflection_.GetRepeatedMessage(message_, &field_, index_)
                             : reflection_.GetMessage(message_, &field_),
                         json);
      case FieldDescriptor::CPPTYPE_FLOAT:
        break;
    }
    assert(false);  // The API has none.
    json += "null";
  }

 private:
  template <typename Type>
  Type Get(Type (Reflection::*one)(const Message&, const FieldDescriptor*) const,
           Type (Reflection::*repeated)(const Message&, const FieldDescriptor*, int) const) const {
    return field_.is_repeated() ? (reflection_.*repeated)(message_, &field_, index_)
                                : (reflection_.*one)(message_, &field_);
  }

  void AppendString(std::string& json) const {
    std::string scratch;
    const std::string& text =
        field_.is_repeated()
            ? reflection_.GetRepeatedStringReference(message_, &field_, index_, &scratch)
            : reflection_.GetStringReference(message_, &field_, &scratch);
    if (field_.type() == FieldDescriptor::TYPE_BYTES) {
      absl::StrAppend(&json, "\"", absl::Base64Escape(text), "\"");
    } else {
      AppendText(text, json);
    }
  }

  const Message& message_;
  const Reflection& reflection_;
  const FieldDescriptor& field_;
  const int index_;
};

void AppendList(const Message& message, const FieldDescriptor& field, std::string& json) {
  json += '[';
  const int size = message.GetReflection()->FieldSize(message, &field);
  for (int i = 0; i < size; ++i) {
    if (i > 0) json += ',';
    Value(message, field, i).AppendTo(json);
  }
  json += ']';
}

}  // namespace

void AppendMessageJson(const Message& message, std::string& json) {
  const google::protobuf::Descriptor& type = *message.GetDescriptor();
  char before = '{';
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    assert(!field.is_map());
    if (field.has_presence() && !message.GetReflection()->HasField(message, &field)) continue;
    json += before;
    before = ',';
    absl::StrAppend(&json, "\"", field.name(), "\":");
    if (field.is_repeated()) {
      AppendList(message, field, json);
    } else {
      Value(message, field, 0).AppendTo(json);
    }
  }
  if (before == '{') json += before;
  json += '}';
}

}  // namespace orders::api
