#include "infrastructure/node/stream_metadata.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include <nlohmann/json.hpp>

#include "eventstoredb/system_names.h"

namespace eventstoredb {
namespace {

// In the order of the text, so that a key that is kept stays where it was.
using Json = nlohmann::ordered_json;

constexpr char kMaxCount[] = "$maxCount";
constexpr char kMaxAge[] = "$maxAge";
constexpr char kTruncateBefore[] = "$tb";
constexpr char kAcl[] = "$acl";
/// In the order of StreamAction.
constexpr std::array kAclKeys = {"$r", "$w", "$d", "$mr", "$mw"};
static_assert(kAclKeys.size() == kStreamActions);
// What a stranger nests deeper is no metadata: writing it anew would recurse as deep.
constexpr int kDepthMax = 64;

bool IsNestedTooDeeply(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kDepthMax) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

bool IsRoles(const Json& value) {
  if (value.is_string()) return true;
  return value.is_array() &&
         std::all_of(value.begin(), value.end(), [](const Json& one) { return one.is_string(); });
}

bool IsAcl(const Json& value) {
  if (!value.is_object()) return false;
  for (const char* const key : kAclKeys) {
    const auto roles = value.find(key);
    if (roles != value.end() && !IsRoles(*roles)) return false;
  }
  return true;
}

// The value of `key` if it is an integer from `min` to 2^63-1; false: it is something else.
bool TakeInteger(const Json& object, const char* key, std::int64_t min,
                 std::optional<std::int64_t>& value) {
  const auto found = object.find(key);
  if (found == object.end()) return true;
  if (!found->is_number_integer()) return false;
  const bool fits = !found->is_number_unsigned() || found->get<std::uint64_t>() <= INT64_MAX;
  if (!fits || found->get<std::int64_t>() < min) return false;
  value = found->get<std::int64_t>();
  return true;
}

std::optional<Json> ParseObject(bool is_json, std::string_view data) {
  if (!is_json || IsNestedTooDeeply(data)) return std::nullopt;
  Json object = Json::parse(data, nullptr, /*allow_exceptions=*/false);
  if (object.is_discarded() || !object.is_object()) return std::nullopt;
  return object;
}

}  // namespace

namespace {

/// What a stream's metadata is if it is valid as a whole (protocol section 3.12).
std::optional<Json> ParseValid(bool is_json, std::string_view data, StreamVisibility& visibility) {
  std::optional<Json> object = ParseObject(is_json, data);
  if (!object.has_value()) return std::nullopt;
  std::optional<std::int64_t> max_count;
  std::optional<std::int64_t> max_age_seconds;
  std::optional<std::int64_t> truncate_before;
  std::optional<std::int64_t> cache_control_seconds;  // Means nothing here, but must be right.
  const auto temporary = object->find("$tmp");
  const auto acl = object->find(kAcl);
  const bool is_valid = TakeInteger(*object, kMaxCount, 1, max_count) &&
                        TakeInteger(*object, kMaxAge, 1, max_age_seconds) &&
                        TakeInteger(*object, kTruncateBefore, 0, truncate_before) &&
                        TakeInteger(*object, "$cacheControl", 1, cache_control_seconds) &&
                        (temporary == object->end() || temporary->is_boolean()) &&
                        (acl == object->end() || IsAcl(*acl));
  if (!is_valid) return std::nullopt;
  if (max_count.has_value()) visibility.max_count = static_cast<std::uint64_t>(*max_count);
  if (max_age_seconds.has_value()) visibility.max_age = absl::Seconds(*max_age_seconds);
  if (truncate_before.has_value()) {
    visibility.truncate_before = static_cast<std::uint64_t>(*truncate_before);
  }
  return object;
}

AccessList ToAcl(const Json& object, const char* key) {
  AccessList acl;
  const auto found = object.find(key);
  if (found == object.end() || !IsAcl(*found)) return acl;
  for (std::size_t i = 0; i < kAclKeys.size(); ++i) {
    const auto roles = found->find(kAclKeys[i]);
    if (roles == found->end()) continue;
    acl.roles[i] = roles->is_string() ? std::vector<std::string>{roles->get<std::string>()}
                                      : roles->get<std::vector<std::string>>();
  }
  return acl;
}

}  // namespace

bool StreamVisibility::IsSoftDeleted() const { return truncate_before == kTombstoneRevision; }

std::uint64_t StreamVisibility::FirstAvailable(std::uint64_t last) const {
  std::uint64_t first = std::min(truncate_before.value_or(0), last + 1);
  if (max_count.has_value() && *max_count <= last) first = std::max(first, last - *max_count + 1);
  return first;
}

StreamVisibility MetadataOfMetastreams() { return {.max_count = 1}; }

StreamVisibility ParseStreamMetadata(bool is_json, std::string_view data) {
  StreamVisibility visibility;
  ParseValid(is_json, data, visibility);
  return visibility;
}

AccessList ParseAccessList(bool is_json, std::string_view data) {
  StreamVisibility ignored;
  const std::optional<Json> object = ParseValid(is_json, data, ignored);
  return object.has_value() ? ToAcl(*object, kAcl) : AccessList();
}

DefaultAcls ParseDefaultAcls(bool is_json, std::string_view data) {
  const std::optional<Json> object = ParseObject(is_json, data);
  if (!object.has_value()) return {};
  return {.user = ToAcl(*object, "$userStreamAcl"), .system = ToAcl(*object, "$systemStreamAcl")};
}

std::string SoftDeletedMetadata() {
  return absl::StrCat("{\"", kTruncateBefore, "\":", kTombstoneRevision, "}");
}

std::string RecreatedMetadata(bool is_json, std::string_view data, std::uint64_t truncate_before) {
  Json object = ParseObject(is_json, data).value_or(Json::object());
  object[kTruncateBefore] = truncate_before;
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace eventstoredb
