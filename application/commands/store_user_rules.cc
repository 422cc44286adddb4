#include "application/commands/store_user_rules.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"

#include "application/commands/request_errors.h"

namespace orders::application {
namespace {

bool IsAdmin(const StoreUser& user) {
  return !user.is_disabled &&
         std::find(user.groups.begin(), user.groups.end(), kStoreAdmins) != user.groups.end();
}

absl::Status Refused(const std::string& text, std::string reason) {
  return MakeRequestError(absl::StatusCode::kFailedPrecondition, text,
                          {.reason = std::move(reason)});
}

}  // namespace

absl::Status CheckStoreUserLoss(const std::vector<StoreUser>& users, std::string_view login,
                                StoreUserLoss loss) {
  const auto user = std::find_if(users.begin(), users.end(),
                                 [login](const StoreUser& each) { return each.login == login; });
  if (user == users.end()) return absl::OkStatus();
  if (user->is_own) {
    return Refused(absl::StrCat("the service itself logs in to the store as ", user->login,
                                ", and would lose its store: give it another user with the setting "
                                "store first"),
                   "OWN_STORE_USER");
  }
  const bool is_last = IsAdmin(*user) && std::count_if(users.begin(), users.end(), IsAdmin) == 1;
  if (is_last && loss != StoreUserLoss::kPassword) {
    return Refused(absl::StrCat(user->login, " is the last user in ", std::string(kStoreAdmins),
                                " who can log in, and nobody could manage the store any more: put "
                                "another one into that group first"),
                   "LAST_STORE_ADMIN");
  }
  return absl::OkStatus();
}

}  // namespace orders::application
