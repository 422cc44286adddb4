#include "infrastructure/eventstoredb/client/user_messages.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "infrastructure/eventstoredb/client/utf8.h"

namespace eventstoredb::client {
namespace {

absl::Status CheckText(const char* field, const std::string& text) {
  if (IsUtf8(text)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(field, " is not UTF-8"));
}

absl::Status CheckNotEmpty(const char* field, const std::string& text) {
  if (text.empty()) return absl::InvalidArgumentError(absl::StrCat(field, " is empty"));
  return CheckText(field, text);
}

absl::Status CheckProfile(const std::string& full_name, const std::vector<std::string>& groups) {
  if (absl::Status named = CheckText("full_name", full_name); !named.ok()) return named;
  for (const std::string& group : groups) {
    if (absl::Status valid = CheckNotEmpty("a group", group); !valid.ok()) return valid;
  }
  return absl::OkStatus();
}

template <typename Options>
void SetProfile(const std::string& full_name, const std::vector<std::string>& groups,
                Options& out) {
  out.set_full_name(full_name);
  out.mutable_groups()->Assign(groups.begin(), groups.end());
}

}  // namespace

absl::Status CheckLogin(const std::string& login) { return CheckNotEmpty("login", login); }

absl::Status Check(const CreateUserRequest& request) {
  if (absl::Status login = CheckLogin(request.login); !login.ok()) return login;
  if (absl::StrContains(request.login, ":")) {
    return absl::InvalidArgumentError("login has a colon: nobody could log in by it");
  }
  absl::Status password = CheckNotEmpty("password", request.password);
  if (!password.ok()) return password;
  return CheckProfile(request.full_name, request.groups);
}

absl::Status Check(const UpdateUserRequest& request) {
  if (absl::Status login = CheckLogin(request.login); !login.ok()) return login;
  return CheckProfile(request.full_name, request.groups);
}

absl::Status Check(const ChangePasswordRequest& request) {
  if (absl::Status login = CheckLogin(request.login); !login.ok()) return login;
  absl::Status current = CheckNotEmpty("current_password", request.current_password);
  return current.ok() ? CheckNotEmpty("new_password", request.new_password) : current;
}

absl::Status Check(const ResetPasswordRequest& request) {
  if (absl::Status login = CheckLogin(request.login); !login.ok()) return login;
  return CheckNotEmpty("new_password", request.new_password);
}

users_wire::CreateReq ToCreate(const CreateUserRequest& request) {
  users_wire::CreateReq message;
  auto& out = *message.mutable_options();
  out.set_login_name(request.login);
  out.set_password(request.password);
  SetProfile(request.full_name, request.groups, out);
  return message;
}

users_wire::UpdateReq ToUpdate(const UpdateUserRequest& request) {
  users_wire::UpdateReq message;
  message.mutable_options()->set_login_name(request.login);
  SetProfile(request.full_name, request.groups, *message.mutable_options());
  return message;
}

users_wire::ChangePasswordReq ToChangePassword(const ChangePasswordRequest& request) {
  users_wire::ChangePasswordReq message;
  auto& out = *message.mutable_options();
  out.set_login_name(request.login);
  out.set_current_password(request.current_password);
  out.set_new_password(request.new_password);
  return message;
}

users_wire::ResetPasswordReq ToResetPassword(const ResetPasswordRequest& request) {
  users_wire::ResetPasswordReq message;
  message.mutable_options()->set_login_name(request.login);
  message.mutable_options()->set_new_password(request.new_password);
  return message;
}

UserDetails ToUserDetails(users_wire::DetailsResp::UserDetails&& details) {
  UserDetails user{.login = std::move(*details.mutable_login_name()),
                   .full_name = std::move(*details.mutable_full_name()),
                   .groups = {details.groups().begin(), details.groups().end()},
                   .is_disabled = details.disabled()};
  if (details.has_last_updated()) {
    constexpr absl::Duration kTick = absl::Nanoseconds(100);
    user.last_updated = absl::UnixEpoch() + kTick * details.last_updated().ticks_since_epoch();
  }
  return user;
}

}  // namespace eventstoredb::client
