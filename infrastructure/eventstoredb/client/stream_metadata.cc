#include "eventstoredb/stream_metadata.h"

#include <array>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include <nlohmann/json.hpp>

namespace eventstoredb {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kMaxAge[] = "$maxAge";
constexpr char kMaxCount[] = "$maxCount";
constexpr char kTruncateBefore[] = "$tb";
constexpr char kCacheControl[] = "$cacheControl";
constexpr char kAcl[] = "$acl";

struct AclKey {
  const char* name;
  std::optional<std::vector<std::string>> StreamAcl::*roles;
};
constexpr std::array<AclKey, 5> kAclKeys = {{{"$r", &StreamAcl::read},
                                             {"$w", &StreamAcl::write},
                                             {"$d", &StreamAcl::remove},
                                             {"$mr", &StreamAcl::metadata_read},
                                             {"$mw", &StreamAcl::metadata_write}}};

absl::Status PutSeconds(const char* key, const std::optional<absl::Duration>& value, Json& out) {
  if (!value.has_value()) return absl::OkStatus();
  if (*value < absl::Seconds(1) || *value != absl::Floor(*value, absl::Seconds(1)) ||
      *value == absl::InfiniteDuration()) {
    return absl::InvalidArgumentError(
        absl::StrCat("stream metadata: ", key, " is a whole number of seconds above 0"));
  }
  out[key] = absl::ToInt64Seconds(*value);
  return absl::OkStatus();
}

absl::Status Unreadable(const std::string& key) {
  return absl::DataLossError(absl::StrCat("stream metadata: ", key, " has an unexpected value"));
}

absl::Status TakeNumber(const Json& value, const char* key, std::uint64_t min,
                        std::optional<std::uint64_t>& out) {
  const bool is_number =
      value.is_number_unsigned() || (value.is_number_integer() && value.get<std::int64_t>() >= 0);
  if (!is_number || value.get<std::uint64_t>() < min ||
      value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) {
    return Unreadable(key);
  }
  out = value.get<std::uint64_t>();
  return absl::OkStatus();
}

absl::Status TakeSeconds(const Json& value, const char* key, std::optional<absl::Duration>& out) {
  std::optional<std::uint64_t> seconds;
  if (absl::Status taken = TakeNumber(value, key, 1, seconds); !taken.ok()) return taken;
  out = absl::Seconds(static_cast<std::int64_t>(*seconds));
  return absl::OkStatus();
}

absl::Status TakeRoles(const Json& value, const std::string& key,
                       std::optional<std::vector<std::string>>& out) {
  out.emplace();
  if (value.is_string()) {
    out->push_back(value.get<std::string>());
    return absl::OkStatus();
  }
  if (!value.is_array()) return Unreadable(key);
  for (const Json& role : value) {
    if (!role.is_string()) return Unreadable(key);
    out->push_back(role.get<std::string>());
  }
  return absl::OkStatus();
}

absl::Status TakeAcl(const Json& value, std::optional<StreamAcl>& out) {
  if (!value.is_object()) return Unreadable(kAcl);
  out.emplace();
  for (const AclKey& key : kAclKeys) {
    const auto found = value.find(key.name);
    if (found == value.end()) continue;
    absl::Status taken = TakeRoles(*found, absl::StrCat(kAcl, " ", key.name), *out.*(key.roles));
    if (!taken.ok()) return taken;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> EncodeStreamMetadata(const StreamMetadata& metadata) {
  Json out = Json::parse(metadata.custom_json, nullptr, /*allow_exceptions=*/false);
  if (!out.is_object()) {
    return absl::InvalidArgumentError("stream metadata: custom_json must be a JSON object");
  }
  for (const char* key : {kMaxAge, kMaxCount, kTruncateBefore, kCacheControl, kAcl}) {
    if (out.contains(key)) {
      return absl::InvalidArgumentError(
          absl::StrCat("stream metadata: ", key, " has a field of its own beside custom_json"));
    }
  }
  if (absl::Status put = PutSeconds(kMaxAge, metadata.max_age, out); !put.ok()) return put;
  if (absl::Status put = PutSeconds(kCacheControl, metadata.cache_control, out); !put.ok()) {
    return put;
  }
  constexpr auto kNumberMax = static_cast<std::uint64_t>(INT64_MAX);
  if (metadata.max_count.has_value()) {
    if (*metadata.max_count == 0 || *metadata.max_count > kNumberMax) {
      return absl::InvalidArgumentError("stream metadata: $maxCount is 1 to 2^63 - 1");
    }
    out[kMaxCount] = *metadata.max_count;
  }
  if (metadata.truncate_before.has_value()) {
    if (*metadata.truncate_before > kNumberMax) {
      return absl::InvalidArgumentError("stream metadata: $tb is 0 to 2^63 - 1");
    }
    out[kTruncateBefore] = *metadata.truncate_before;
  }
  if (metadata.acl.has_value()) {
    Json acl = Json::object();
    for (const AclKey& key : kAclKeys) {
      const std::optional<std::vector<std::string>>& roles = (*metadata.acl).*(key.roles);
      if (roles.has_value()) acl[key.name] = *roles;
    }
    out[kAcl] = std::move(acl);
  }
  // Of roles that are not UTF-8 the broken bytes are replaced, not thrown.
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::StatusOr<StreamMetadata> DecodeStreamMetadata(std::string_view json) {
  Json all = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!all.is_object()) return absl::DataLossError("stream metadata: not a JSON object");
  StreamMetadata metadata;
  Json custom = Json::object();
  for (auto& [key, value] : all.items()) {
    absl::Status taken;
    if (key == kMaxAge) {
      taken = TakeSeconds(value, kMaxAge, metadata.max_age);
    } else if (key == kMaxCount) {
      taken = TakeNumber(value, kMaxCount, 1, metadata.max_count);
    } else if (key == kTruncateBefore) {
      taken = TakeNumber(value, kTruncateBefore, 0, metadata.truncate_before);
    } else if (key == kCacheControl) {
      taken = TakeSeconds(value, kCacheControl, metadata.cache_control);
    } else if (key == kAcl) {
      taken = TakeAcl(value, metadata.acl);
    } else {
      custom[key] = std::move(value);
    }
    if (!taken.ok()) return taken;
  }
  metadata.custom_json = custom.dump(-1, ' ', false, Json::error_handler_t::replace);
  return metadata;
}

}  // namespace eventstoredb
