#include "infrastructure/journal/client_store_users.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "application/commands/request_errors.h"
#include "eventstoredb/errors.h"

namespace orders::infrastructure {
namespace {

using application::StoreUser;
using eventstoredb::ErrorKind;

absl::Status Refused(absl::StatusCode code, const std::string& text, std::string reason) {
  return application::MakeRequestError(code, text, {.reason = std::move(reason)});
}

absl::Status WithoutUsers(bool is_embedded) {
  return Refused(absl::StatusCode::kFailedPrecondition,
                 is_embedded
                     ? "the embedded store has no users, everyone who reaches it may do "
                       "everything: set store-listen and store-users, and start again"
                     : "the server has no users, everyone who reaches it may do everything: "
                       "start it with them (orderd store: the setting store-users)",
                 "STORE_WITHOUT_USERS");
}

}  // namespace

StoreUser ClientStoreUsers::ToStoreUser(eventstoredb::UserDetails&& details) const {
  StoreUser user{.login = std::move(details.login),
                 .full_name = std::move(details.full_name),
                 .groups = std::move(details.groups),
                 .is_disabled = details.is_disabled,
                 .updated = details.last_updated};
  user.is_own = !options_.own_login.empty() && user.login == options_.own_login;
  return user;
}

absl::Status ClientStoreUsers::Told(const absl::Status& status, const std::string& login) const {
  switch (eventstoredb::GetErrorKind(status)) {
    case ErrorKind::kUserNotFound:
      return Refused(absl::StatusCode::kNotFound, absl::StrCat("the store has no user ", login),
                     "STORE_USER_NOT_FOUND");
    case ErrorKind::kUserConflict:
      if (absl::IsFailedPrecondition(status)) {
        return Refused(
            absl::StatusCode::kAlreadyExists,
            absl::StrCat("the store has a user ", login, " already, with another password"),
            "STORE_USER_EXISTS");
      }
      return Refused(
          absl::StatusCode::kAborted,
          absl::StrCat("others changed the user ", login, " at the same time: try again"),
          "LOST_EVERY_RACE");
    case ErrorKind::kAccessDenied:
      return Refused(absl::StatusCode::kPermissionDenied,
                     absl::StrCat("the store does not let the service manage users: its own user ",
                                  options_.own_login, " has to be in ",
                                  std::string(application::kStoreAdmins)),
                     "STORE_ACCESS_DENIED");
    case ErrorKind::kNotAuthenticated:
      return Refused(absl::StatusCode::kPermissionDenied,
                     "the store does not know the user and password of the service's setting store",
                     "STORE_ACCESS_DENIED");
    default:
      return absl::IsFailedPrecondition(status) ? WithoutUsers(options_.is_embedded) : status;
  }
}

absl::Status ClientStoreUsers::ToldOfChange(const absl::Status& status,
                                            const std::string& login) const {
  absl::Status told = Told(status, login);
  switch (told.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kUnknown:
      return Refused(absl::IsDeadlineExceeded(told) ? told.code() : absl::StatusCode::kUnavailable,
                     absl::StrCat("whether the store has changed the user ", login,
                                  " is unknown, look at it: ", told.message()),
                     "OUTCOME_UNKNOWN");
    default:
      return told;
  }
}

absl::StatusOr<std::vector<StoreUser>> ClientStoreUsers::List(absl::Time deadline) {
  auto listed = users_.List(deadline);
  if (!listed.ok()) return Told(listed.status(), "");
  std::vector<StoreUser> users;
  users.reserve(listed->size());
  for (eventstoredb::UserDetails& details : *listed)
    users.push_back(ToStoreUser(std::move(details)));
  std::sort(users.begin(), users.end(),
            [](const StoreUser& a, const StoreUser& b) { return a.login < b.login; });
  return users;
}

absl::StatusOr<StoreUser> ClientStoreUsers::Find(const std::string& login, absl::Time deadline) {
  auto details = users_.Get(login, deadline);
  if (!details.ok()) return Told(details.status(), login);
  return ToStoreUser(*std::move(details));
}

absl::Status ClientStoreUsers::Create(const application::NewStoreUser& user, absl::Time deadline) {
  return ToldOfChange(users_.Create({.login = user.login,
                                     .password = user.password,
                                     .full_name = user.full_name,
                                     .groups = user.groups,
                                     .deadline = deadline}),
                      user.login);
}

absl::Status ClientStoreUsers::Update(const std::string& login, const std::string& full_name,
                                      const std::vector<std::string>& groups, absl::Time deadline) {
  return ToldOfChange(
      users_.Update(
          {.login = login, .full_name = full_name, .groups = groups, .deadline = deadline}),
      login);
}

absl::Status ClientStoreUsers::Delete(const std::string& login, absl::Time deadline) {
  return ToldOfChange(users_.Delete(login, deadline), login);
}

absl::Status ClientStoreUsers::SetDisabled(const std::string& login, bool disabled,
                                           absl::Time deadline) {
  return ToldOfChange(disabled ? users_.Disable(login, deadline) : users_.Enable(login, deadline),
                      login);
}

absl::Status ClientStoreUsers::ResetPassword(const std::string& login, const std::string& password,
                                             absl::Time deadline) {
  return ToldOfChange(
      users_.ResetPassword({.login = login, .new_password = password, .deadline = deadline}),
      login);
}

}  // namespace orders::infrastructure
