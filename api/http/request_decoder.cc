#include "api/http/request_decoder.h"

#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/time_util.h"

#include "api/http/json_check.h"
#include "domain/order/validation.h"
#include "orders/v1/commands.pb.h"
#include "orders/v1/queries.pb.h"

namespace orders::api {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

absl::Status Violation(const std::string& field, const std::string& description) {
  return domain::ToStatus({{.field = field, .description = description}});
}

absl::Status ReadBody(std::string_view body, Message& message) {
  if (body.empty()) return absl::OkStatus();
  if (absl::Status checked = CheckJson(body, *message.GetDescriptor()); !checked.ok()) {
    return checked;
  }
  const auto read = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(body.data(), body.size()), &message);
  if (read.ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("the body is no ", message.GetDescriptor()->full_name(), ": ",
                   std::string(read.message().data(), read.message().size())));
}

/// `text` without sign and space, as in a decimal string of JSON.
template <typename Number>
bool ReadNumber(const std::string& text, Number& number) {
  const std::size_t digits = text.starts_with('-') ? 1 : 0;
  return text.find_first_not_of("0123456789", digits) == std::string::npos &&
         absl::SimpleAtoi(text, &number);
}

/// False: `text` is no value of the field.
bool SetFromText(const std::string& text, const FieldDescriptor& field, Message& message) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      reflection.SetString(&message, &field, text);
      return true;
    case FieldDescriptor::CPPTYPE_BOOL:
      reflection.SetBool(&message, &field, text == "true");
      return text == "true" || text == "false";
    case FieldDescriptor::CPPTYPE_INT32: {
      std::int32_t number = 0;
      if (!ReadNumber(text, number)) return false;
      reflection.SetInt32(&message, &field, number);
      return true;
    }
    case FieldDescriptor::CPPTYPE_UINT64: {
      std::uint64_t number = 0;
      if (!ReadNumber(text, number)) return false;
      reflection.SetUInt64(&message, &field, number);
      return true;
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* const value = field.enum_type()->FindValueByName(text);
      if (value != nullptr) reflection.SetEnum(&message, &field, value);
      return value != nullptr;
    }
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      google::protobuf::Timestamp time;
      if (field.message_type() != time.GetDescriptor() ||
          !google::protobuf::util::TimeUtil::FromString(text, &time)) {
        return false;
      }
      reflection.MutableMessage(&message, &field)->CopyFrom(time);
      return true;
    }
    default:
      return false;
  }
}

std::string WantedParameter(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return "takes true or false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return absl::StrCat("takes a name, as ",
                          field.enum_type()->value(field.enum_type()->value_count() > 1)->name());
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return "takes a time, as 2026-01-31T12:00:00Z";
    default:
      return "takes a whole number that fits";
  }
}

const FieldDescriptor* FindField(const Descriptor& type, const std::string& name) {
  const FieldDescriptor* const field = type.FindFieldByName(name);
  return field != nullptr ? field : type.FindFieldByCamelcaseName(name);
}

absl::Status SetParameter(const std::string& name, const std::string& value, Message& message) {
  // The value stays out of every text: who puts a secret there does not find it in a log.
  const absl::Status unknown = Violation(name.substr(0, 64), "there is no such parameter here");
  Message* holder = &message;
  std::size_t begin = 0;
  for (std::size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', begin)) {
    const FieldDescriptor* const outer =
        FindField(*holder->GetDescriptor(), name.substr(begin, dot - begin));
    if (outer == nullptr || outer->is_repeated() ||
        outer->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE ||
        outer->message_type()->well_known_type() != Descriptor::WELLKNOWNTYPE_UNSPECIFIED) {
      return unknown;
    }
    holder = holder->GetReflection()->MutableMessage(holder, outer);
    begin = dot + 1;
  }
  const FieldDescriptor* const field = FindField(*holder->GetDescriptor(), name.substr(begin));
  if (field == nullptr || field->is_repeated()) return unknown;
  const bool is_time =
      field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
      field->message_type()->well_known_type() == Descriptor::WELLKNOWNTYPE_TIMESTAMP;
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !is_time) return unknown;
  const auto* const oneof = field->real_containing_oneof();
  const bool is_said = oneof != nullptr ? holder->GetReflection()->HasOneof(*holder, oneof)
                                        : (field->has_presence() &&
                                           holder->GetReflection()->HasField(*holder, field));
  if (is_said) return Violation(name, "only one of these may be said");
  if (!SetFromText(value, *field, *holder)) return Violation(name, WantedParameter(*field));
  return absl::OkStatus();
}

absl::Status SetQuery(const RequestParts& parts, Message& message) {
  for (std::size_t i = 0; i < parts.query.size(); ++i) {
    const auto& [name, value] = parts.query[i];
    if (parts.route.takes_body) {
      return Violation(name.substr(0, 64), "there are no parameters here: say it in the body");
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (parts.query[j].first == name) return Violation(name, "stands there twice");
    }
    for (const FieldDescriptor* const field : parts.route.path_fields) {
      if (name == field->name() || name == field->camelcase_name()) {
        return Violation(name, "the path says it already");
      }
    }
    if (absl::Status set = SetParameter(name, value, message); !set.ok()) return set;
  }
  return absl::OkStatus();
}

absl::Status SetPath(const RequestParts& parts, Message& message) {
  const Reflection& reflection = *message.GetReflection();
  for (std::size_t i = 0; i < parts.route.path_fields.size(); ++i) {
    const FieldDescriptor* const field = parts.route.path_fields[i];
    const std::string& value = parts.path_values[i];
    std::string scratch;
    const std::string& said = reflection.GetStringReference(message, field, &scratch);
    if (!said.empty() && said != value) {
      return Violation(field->name(), "the path says another one; leave it out of the body");
    }
    reflection.SetString(&message, field, value);
  }
  return absl::OkStatus();
}

/// Puts what a header says where the body or the query may have said it.
absl::Status Merge(const std::optional<std::string_view>& header, const char* header_name,
                   const char* field, std::string& value) {
  if (!header.has_value()) return absl::OkStatus();
  if (!value.empty() && value != *header) {
    return Violation(field, absl::StrCat("the header ", header_name, " says another one"));
  }
  value = std::string(*header);
  return absl::OkStatus();
}

absl::Status SetHeaders(const HeaderOptions& headers, Message& message) {
  const FieldDescriptor* const field = message.GetDescriptor()->FindFieldByName("options");
  if (field == nullptr) return absl::OkStatus();
  const bool is_said = headers.request_id.has_value() || headers.etag.has_value() ||
                       headers.min_position.has_value();
  if (!is_said) return absl::OkStatus();
  Message* const options = message.GetReflection()->MutableMessage(&message, field);
  if (auto* const of_command =
          google::protobuf::DynamicCastToGenerated<v1::CommandOptions>(options)) {
    absl::Status status = Merge(headers.request_id, "Idempotency-Key", "options.request_id",
                                *of_command->mutable_request_id());
    status.Update(Merge(headers.etag, "If-Match", "options.etag", *of_command->mutable_etag()));
    return status;
  }
  if (auto* const of_read = google::protobuf::DynamicCastToGenerated<v1::ReadOptions>(options)) {
    return Merge(headers.min_position, "Consistency-Token", "options.min_position",
                 *of_read->mutable_min_position());
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status DecodeRequest(const RequestParts& parts, Message& message) {
  if (absl::Status read = ReadBody(parts.body, message); !read.ok()) return read;
  if (absl::Status set = SetQuery(parts, message); !set.ok()) return set;
  if (absl::Status set = SetPath(parts, message); !set.ok()) return set;
  return SetHeaders(parts.headers, message);
}

}  // namespace orders::api
