#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eventstoredb {

enum class StreamAction { kRead, kWrite, kDelete, kReadMetadata, kWriteMetadata };
inline constexpr std::size_t kStreamActions = 5;

/// Who may do what with a stream, as its metadata says (protocol section 3.12): roles, which are
/// groups and logins, for each action.
struct AccessList {
  /// By StreamAction. Absent: nothing is said, and the default holds. Empty: only administrators.
  std::array<std::optional<std::vector<std::string>>, kStreamActions> roles;

  const std::optional<std::vector<std::string>>& RolesOf(StreamAction action) const {
    return roles[static_cast<std::size_t>(action)];
  }
};

/// What $settings says of streams whose own list says nothing (protocol section 3.17).
struct DefaultAcls {
  AccessList user;
  AccessList system;  ///< Of streams whose name begins with $.
};

/// Of whom everyone is a member.
inline constexpr std::string_view kEveryoneRole = "$all";
inline constexpr std::string_view kAdminsRole = "$admins";
inline constexpr std::string_view kOperatorsRole = "$ops";

}  // namespace eventstoredb
