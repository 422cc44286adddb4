#include "api/orderctl/json_text.h"

#include "google/protobuf/util/json_util.h"

namespace orders::api {
namespace {

std::string Json(const google::protobuf::Message& message, bool indented) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  options.add_whitespace = indented;
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(message, &text, options).ok()) return "";
  if (text.empty() || text.back() != '\n') text += '\n';
  return text;
}

}  // namespace

std::string JsonLine(const google::protobuf::Message& message) { return Json(message, false); }

std::string JsonIndented(const google::protobuf::Message& message) { return Json(message, true); }

}  // namespace orders::api
