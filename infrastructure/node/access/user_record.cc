#include "infrastructure/node/access/user_record.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

#include "infrastructure/node/append_limits.h"

namespace eventstoredb {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLoginBytesMax = 256;
constexpr std::size_t kFullNameBytesMax = 1'024;
constexpr std::size_t kGroupBytesMax = 256;
constexpr std::size_t kGroupsMax = 64;
constexpr char kAlgorithm[] = "PBKDF2-HMAC-SHA256";

bool IsPrintable(std::string_view text) {
  return IsUtf8(text) && std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
         });
}

std::string Bytes(const Json& object, const char* key) {
  std::string bytes;
  return absl::Base64Unescape(object.at(key).get<std::string>(), &bytes) ? bytes : "";
}

UserRecord FromJson(const Json& object) {
  UserRecord user{.login = object.at("loginName").get<std::string>(),
                  .full_name = object.at("fullName").get<std::string>(),
                  .groups = object.at("groups").get<std::vector<std::string>>(),
                  .disabled = object.at("disabled").get<bool>()};
  if (object.at("algorithm") != kAlgorithm) return user;
  user.password = {.iterations = object.at("iterations").get<int>(),
                   .salt = Bytes(object, "salt"),
                   .hash = Bytes(object, "hash")};
  return user;
}

}  // namespace

std::string UserStreamOf(std::string_view login) {
  return absl::StrCat(std::string(kUserStreamPrefix), std::string(login));
}

absl::Status CheckLogin(std::string_view login) {
  if (login.empty()) return absl::InvalidArgumentError("the login name is empty");
  if (login.size() > kLoginBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("the login name has more than ", kLoginBytesMax, " bytes"));
  }
  if (login.starts_with('$') || login.find(':') != std::string_view::npos || !IsPrintable(login)) {
    return absl::InvalidArgumentError(
        "a login name is UTF-8 without control characters and colons, and does not begin with $");
  }
  return absl::OkStatus();
}

absl::Status CheckUser(const UserRecord& user) {
  if (const absl::Status login = CheckLogin(user.login); !login.ok()) return login;
  if (user.full_name.size() > kFullNameBytesMax || !IsPrintable(user.full_name)) {
    return absl::InvalidArgumentError(absl::StrCat("the full name is not at most ",
                                                   kFullNameBytesMax,
                                                   " bytes of UTF-8 without control characters"));
  }
  if (user.groups.size() > kGroupsMax) {
    return absl::InvalidArgumentError(absl::StrCat("a user is in at most ", kGroupsMax, " groups"));
  }
  for (const std::string& group : user.groups) {
    if (group.empty() || group.size() > kGroupBytesMax || !IsPrintable(group)) {
      return absl::InvalidArgumentError(absl::StrCat("a group's name is 1 to ", kGroupBytesMax,
                                                     " bytes of UTF-8 without control characters"));
    }
  }
  return absl::OkStatus();
}

std::string EncodeUser(const UserRecord& user) {
  return Json{{"loginName", user.login},
              {"fullName", user.full_name},
              {"groups", user.groups},
              {"disabled", user.disabled},
              {"algorithm", kAlgorithm},
              {"iterations", user.password.iterations},
              {"salt", absl::Base64Escape(user.password.salt)},
              {"hash", absl::Base64Escape(user.password.hash)}}
      .dump();
}

absl::StatusOr<UserRecord> DecodeUser(std::string_view data) {
  const Json object = Json::parse(data, nullptr, /*allow_exceptions=*/false);
  UserRecord user;
  try {
    user = FromJson(object);
  } catch (const Json::exception&) {
    return absl::DataLossError("a user's event is none that this store writes");
  }
  const PasswordHash& password = user.password;
  const bool is_hashed = password.iterations >= kPasswordIterationsMin &&
                         password.iterations <= kPasswordIterationsMax && !password.salt.empty() &&
                         !password.hash.empty();
  // Of another server's event: one that nobody can be, until its password is set anew.
  if (!is_hashed) user.password = {};
  return user;
}

}  // namespace eventstoredb
