#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "infrastructure/node/access/password.h"

namespace eventstoredb {

/// A user as the last event of its stream says (protocol section 3.17).
struct UserRecord {
  std::string login;
  std::string full_name;
  std::vector<std::string> groups;
  bool disabled = false;
  PasswordHash password;
};

inline constexpr std::string_view kUsersStream = "$users";
inline constexpr std::string_view kUserStreamPrefix = "$user-";
inline constexpr std::string_view kUserCreatedType = "$UserCreated";
inline constexpr std::string_view kUserUpdatedType = "$UserUpdated";
inline constexpr std::string_view kListedUserType = "$User";

std::string UserStreamOf(std::string_view login);

/// Errors: InvalidArgument. A login is 1 to 256 bytes of UTF-8 without control characters and
/// without a colon, which credentials end it with; it does not begin with $, as groups of the
/// system do, since a login is a role too.
absl::Status CheckLogin(std::string_view login);
/// Errors: InvalidArgument: a name or group that is too long or no UTF-8, too many groups.
absl::Status CheckUser(const UserRecord& user);

std::string EncodeUser(const UserRecord& user);
/// Error: DataLoss, it is no user of this store.
absl::StatusOr<UserRecord> DecodeUser(std::string_view data);

}  // namespace eventstoredb
