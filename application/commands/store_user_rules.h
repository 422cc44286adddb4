#pragma once

#include <string_view>
#include <vector>

#include "absl/status/status.h"

#include "application/ports/store_users.h"

namespace orders::application {

/// What a change takes from a user of the store.
enum class StoreUserLoss {
  kLogin,     ///< Deleted or disabled.
  kAdmins,    ///< No more in $admins.
  kPassword,  ///< It gets another one.
};

/// Whether the change leaves somebody who manages the store, the service among them; `users` are
/// all there are. A user that is not among them loses nothing. Changes at the same time do not see
/// each other: on an embedded store the service can then still put it right, since it needs no
/// user, and on a server its own user is in $admins. Errors: FailedPrecondition: OWN_STORE_USER,
/// the service logs in with it; LAST_STORE_ADMIN, nobody else in $admins can log in.
absl::Status CheckStoreUserLoss(const std::vector<StoreUser>& users, std::string_view login,
                                StoreUserLoss loss);

}  // namespace orders::application
