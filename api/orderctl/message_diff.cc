#include "api/orderctl/message_diff.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"

#include "api/orderctl/money_text.h"

namespace orders::api {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Fields = std::vector<std::pair<std::string, std::string>>;

// They move with every event, or follow from what is shown.
const std::set<std::string>& LeftOut() {
  static const auto& names =
      *new std::set<std::string>{"etag", "revision", "update_time", "allowed_commands"};
  return names;
}

/// What names an element of a list: its id, else its place.
std::string KeyOf(const Message& element, int index) {
  for (const char* const name :
       {"line_id", "refund_id", "payment_id", "shipment_id", "return_id", "code", "kind"}) {
    const FieldDescriptor* const field = element.GetDescriptor()->FindFieldByName(name);
    if (field == nullptr) continue;
    const auto& reflection = *element.GetReflection();
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      return reflection.GetString(element, field);
    }
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
      return absl::StrCat(reflection.GetInt32(element, field));
    }
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      return reflection.GetEnum(element, field)->name();
    }
  }
  return absl::StrCat(index);
}

std::string TextOf(const Message& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.GetString(message, &field);
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(reflection.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(reflection.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return absl::StrCat(reflection.GetUInt64(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection.GetEnum(message, &field)->name();
    default:
      return "?";  // No message of an order has any other.
  }
}

void Flatten(const Message& message, const std::string& path, Fields& out);

void FlattenOne(const Message& value, const std::string& path, Fields& out) {
  if (const auto* money = dynamic_cast<const v1::Money*>(&value)) {
    out.emplace_back(path, MoneyText(*money));
  } else if (const auto* time = dynamic_cast<const google::protobuf::Timestamp*>(&value)) {
    out.emplace_back(path, absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ",
                                            absl::FromUnixSeconds(time->seconds()) +
                                                absl::Nanoseconds(time->nanos()),
                                            absl::UTCTimeZone()));
  } else {
    Flatten(value, path, out);
  }
}

void Flatten(const Message& message, const std::string& path, Fields& out) {
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* const field : fields) {
    if (path.empty() && LeftOut().contains(field->name())) continue;
    const std::string name = path.empty() ? field->name() : absl::StrCat(path, ".", field->name());
    if (field->is_repeated()) {
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        const Message& element = reflection.GetRepeatedMessage(message, field, i);
        FlattenOne(element, absl::StrCat(name, "[", KeyOf(element, i), "]"), out);
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      FlattenOne(reflection.GetMessage(message, field), name, out);
    } else {
      out.emplace_back(name, TextOf(message, *field));
    }
  }
}

}  // namespace

std::vector<FieldChange> ChangesBetween(const v1::Order& from, const v1::Order& to) {
  Fields before;
  Fields after;
  Flatten(from, "", before);
  Flatten(to, "", after);
  const std::map<std::string, std::string> was(before.begin(), before.end());
  const std::map<std::string, std::string> is(after.begin(), after.end());
  std::vector<FieldChange> changes;
  for (const auto& [field, value] : before) {
    const auto found = is.find(field);
    const std::string now = found == is.end() ? "" : found->second;
    if (now != value) changes.push_back({.field = field, .from = value, .to = now});
  }
  for (const auto& [field, value] : after) {
    if (!was.contains(field)) changes.push_back({.field = field, .from = "", .to = value});
  }
  return changes;
}

}  // namespace orders::api
