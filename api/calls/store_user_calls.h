#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "api/calls/call_context.h"
#include "api/calls/method.h"
#include "api/calls/worker_method.h"
#include "application/commands/store_user_rules.h"
#include "application/ports/digest.h"
#include "application/ports/store_users.h"
#include "orders/v1/store_users.pb.h"

namespace orders::api {

/// The users of the store, for those who run the service; answered by the query workers. Each
/// change is logged with who asked for it.
class StoreUserCalls {
 public:
  /// All outlive this and the calls it has taken.
  struct Ports {
    application::StoreUsers& users;
    const application::Digest& digest;
    WorkerMethodPorts calls;
  };
  StoreUserCalls(Ports ports, const CallLimits& limits) : ports_(ports), limits_(limits) {}

  /// They outlive neither this nor the ports.
  UnaryMethods methods();

 private:
  using CallContext = application::CallContext;

  absl::StatusOr<v1::ListStoreUsersResponse> List(const CallContext& call,
                                                  const v1::ListStoreUsersRequest& request) const;
  absl::StatusOr<v1::StoreUser> Get(const CallContext& call,
                                    const v1::GetStoreUserRequest& request) const;
  absl::StatusOr<v1::CreateStoreUserResponse> Create(
      const CallContext& call, const v1::CreateStoreUserRequest& request) const;
  absl::StatusOr<v1::UpdateStoreUserResponse> Update(
      const CallContext& call, const v1::UpdateStoreUserRequest& request) const;
  absl::StatusOr<v1::DeleteStoreUserResponse> Delete(
      const CallContext& call, const v1::DeleteStoreUserRequest& request) const;
  absl::StatusOr<v1::EnableStoreUserResponse> Enable(
      const CallContext& call, const v1::EnableStoreUserRequest& request) const;
  absl::StatusOr<v1::DisableStoreUserResponse> Disable(
      const CallContext& call, const v1::DisableStoreUserRequest& request) const;
  absl::StatusOr<v1::ResetStoreUserPasswordResponse> ResetPassword(
      const CallContext& call, const v1::ResetStoreUserPasswordRequest& request) const;

  absl::Status CheckLoss(const CallContext& call, const std::string& login,
                         application::StoreUserLoss loss) const;
  /// Logs that the change is made, if it is; returns `done`.
  absl::Status Logged(const CallContext& call, const char* change, const std::string& login,
                      absl::Status done) const;

  const Ports ports_;
  const CallLimits limits_;
};

}  // namespace orders::api
