#pragma once

#include <string>

#include "absl/status/status.h"

#include "event_store/client/users.pb.h"
#include "eventstoredb/users.h"

namespace eventstoredb::client {

/// Values of users to messages and back (protocol section 1.8). Pure.
namespace users_wire = event_store::client::users;

/// Errors: InvalidArgument, which names the field.
absl::Status CheckLogin(const std::string& login);
absl::Status Check(const CreateUserRequest& request);
absl::Status Check(const UpdateUserRequest& request);
absl::Status Check(const ChangePasswordRequest& request);
absl::Status Check(const ResetPasswordRequest& request);

/// The requests are valid.
users_wire::CreateReq ToCreate(const CreateUserRequest& request);
users_wire::UpdateReq ToUpdate(const UpdateUserRequest& request);
users_wire::ChangePasswordReq ToChangePassword(const ChangePasswordRequest& request);
users_wire::ResetPasswordReq ToResetPassword(const ResetPasswordRequest& request);

UserDetails ToUserDetails(users_wire::DetailsResp::UserDetails&& details);

}  // namespace eventstoredb::client
