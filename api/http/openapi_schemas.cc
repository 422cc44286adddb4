#include "api/http/openapi_schemas.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace orders::api {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::OneofDescriptor;
using Json = OpenApiJson;

// What both a request and an answer may hold has a schema for each: a request may leave out what an
// answer always has.
constexpr std::string_view kRequestPrefix = "Request.";

Json Reference(const std::string& name) {
  return {{"$ref", absl::StrCat("#/components/schemas/", name)}};
}

Json OfWellKnown(Descriptor::WellKnownType type) {
  if (type == Descriptor::WELLKNOWNTYPE_TIMESTAMP) {
    return {{"type", "string"}, {"format", "date-time"}};
  }
  // A duration: seconds.
  return {{"type", "string"}, {"pattern", "^-?[0-9]+(\\.[0-9]{1,9})?s$"}};
}

/// At most one of a choice may be said.
Json ForbidPairs(const OneofDescriptor& choice) {
  Json pairs = Json::array();
  for (int i = 0; i < choice.field_count(); ++i) {
    for (int j = i + 1; j < choice.field_count(); ++j) {
      pairs.push_back(
          {{"not", {{"required", {choice.field(i)->name(), choice.field(j)->name()}}}}});
    }
  }
  return pairs;
}

}  // namespace

Json OpenApiSchemas::OfAnswer(const Descriptor& message) { return ReferTo(message, Side::kAnswer); }

Json OpenApiSchemas::OfBody(const Route& route) {
  const Descriptor& message = *route.method->input_type();
  const std::string name = SchemaName(message);
  std::set<std::string> left_out;
  for (const FieldDescriptor* const field : route.path_fields) left_out.insert(field->name());
  schemas_[name] = OfMessage(message, Side::kRequest, left_out);
  return Reference(name);
}

std::string OpenApiSchemas::CommentOf(const FieldDescriptor& field) const {
  return comments_.Of(field.full_name());
}

Json OpenApiSchemas::OfField(const FieldDescriptor& field) {
  return OfSingle(field, Side::kRequest);
}

Json OpenApiSchemas::ReferTo(const Descriptor& message, Side side) {
  std::string name = SchemaName(message);
  if (side == Side::kRequest) name.insert(0, kRequestPrefix);
  if (!schemas_.contains(name)) {
    schemas_[name] = nullptr;  // One that holds itself finds its place taken.
    Json schema = OfMessage(message, side, {});
    schemas_[name] = std::move(schema);
  }
  return Reference(name);
}

Json OpenApiSchemas::ReferTo(const EnumDescriptor& type) {
  const std::string name = SchemaName(type);
  if (!schemas_.contains(name)) {
    Json names = Json::array();
    std::string description = comments_.Of(type.full_name());
    for (int i = 0; i < type.value_count(); ++i) {
      names.push_back(type.value(i)->name());
      const std::string& comment = comments_.Of(type.value(i)->full_name());
      if (comment.empty()) continue;
      absl::StrAppend(&description, description.empty() ? "" : " ", type.value(i)->name(), ": ",
                      comment);
    }
    Json schema = {{"type", "string"}, {"enum", std::move(names)}};
    if (!description.empty()) schema["description"] = std::move(description);
    schemas_[name] = std::move(schema);
  }
  return Reference(name);
}

Json OpenApiSchemas::OfSingle(const FieldDescriptor& field, Side side) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return {{"type", "boolean"}};
    case FieldDescriptor::CPPTYPE_INT32:
      return {{"type", "integer"}, {"format", "int32"}};
    case FieldDescriptor::CPPTYPE_UINT32:
      return {{"type", "integer"}, {"minimum", 0}};
    case FieldDescriptor::CPPTYPE_INT64:
      return {{"type", "string"}, {"format", "int64"}, {"pattern", "^-?[0-9]{1,19}$"}};
    case FieldDescriptor::CPPTYPE_UINT64:
      return {{"type", "string"}, {"format", "uint64"}, {"pattern", "^[0-9]{1,20}$"}};
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return {{"type", "number"}};
    case FieldDescriptor::CPPTYPE_ENUM:
      return ReferTo(*field.enum_type());
    case FieldDescriptor::CPPTYPE_STRING:
      if (field.type() == FieldDescriptor::TYPE_BYTES) {
        return {{"type", "string"}, {"contentEncoding", "base64"}};
      }
      return {{"type", "string"}};
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  const Descriptor& message = *field.message_type();
  if (message.well_known_type() != Descriptor::WELLKNOWNTYPE_UNSPECIFIED) {
    return OfWellKnown(message.well_known_type());
  }
  return ReferTo(message, side);
}

Json OpenApiSchemas::OfMessage(const Descriptor& message, Side side,
                               const std::set<std::string>& left_out) {
  Json properties = Json::object();
  Json required = Json::array();
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    if (left_out.contains(field.name())) continue;
    Json schema = OfSingle(field, side);
    if (field.is_repeated()) schema = {{"type", "array"}, {"items", std::move(schema)}};
    if (const std::string comment = CommentOf(field); !comment.empty()) {
      schema["description"] = comment;
    }
    properties[field.name()] = std::move(schema);
    // Zeros and empty lists are said, what may be absent is not.
    if (field.is_repeated() || !field.has_presence()) required.push_back(field.name());
  }
  Json schema = {{"type", "object"}};
  if (const std::string& comment = comments_.Of(message.full_name()); !comment.empty()) {
    schema["description"] = comment;
  }
  if (!properties.empty()) schema["properties"] = std::move(properties);
  if (side == Side::kAnswer) {
    if (!required.empty()) schema["required"] = std::move(required);
    return schema;
  }
  schema["additionalProperties"] = false;
  for (int i = 0; i < message.real_oneof_decl_count(); ++i) {
    for (Json& pair : ForbidPairs(*message.oneof_decl(i))) schema["allOf"].push_back(pair);
  }
  return schema;
}

}  // namespace orders::api
