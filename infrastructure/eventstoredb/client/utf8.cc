#include "infrastructure/eventstoredb/client/utf8.h"

#include <nlohmann/json.hpp>

namespace eventstoredb::client {

std::string ToUtf8(std::string_view text) {
  using Json = nlohmann::json;
  const std::string json = Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  return Json::parse(json).get<std::string>();
}

bool IsUtf8(std::string_view text) { return ToUtf8(text) == text; }

}  // namespace eventstoredb::client
