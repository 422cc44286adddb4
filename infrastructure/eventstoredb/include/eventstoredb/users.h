#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "eventstoredb/call_options.h"

namespace eventstoredb {

namespace client {
class ClientCore;
}  // namespace client

/// Users of a server, and the groups that are their roles (protocol section 3.17). All texts are
/// UTF-8. Passwords are sent as they are: use TLS.

struct UserDetails {
  std::string login;
  std::string full_name;
  std::vector<std::string> groups;  ///< `$admins`, `$ops`, or one's own.
  std::optional<absl::Time> last_updated;
  bool is_disabled = false;  ///< Cannot log in.
  bool operator==(const UserDetails&) const = default;
};

struct CreateUserRequest {
  std::string login;     ///< Not empty, no colon: credentials could not name it.
  std::string password;  ///< Not empty.
  std::string full_name;
  std::vector<std::string> groups;  ///< None of them empty.
  absl::Time deadline = absl::InfiniteFuture();
};
/// Replaces full name and groups; the password stays.
struct UpdateUserRequest {
  std::string login;
  std::string full_name;
  std::vector<std::string> groups;
  absl::Time deadline = absl::InfiniteFuture();
};
struct ChangePasswordRequest {
  std::string login;
  std::string current_password;  ///< Not empty, as the new one.
  std::string new_password;
  absl::Time deadline = absl::InfiniteFuture();
};
struct ResetPasswordRequest {
  std::string login;
  std::string new_password;  ///< Not empty.
  absl::Time deadline = absl::InfiniteFuture();
};

/// The users of a server. Made by Client::users; costs nothing to copy. Thread-safe; calls block.
/// May outlive its client, and then answers Cancelled.
///
/// Without a deadline the client's default one holds. Errors of each call: InvalidArgument, a field
/// out of range, nothing sent; NotFound of kUserNotFound; PermissionDenied, the caller is no
/// administrator; Unauthenticated; Unimplemented, the server has no users; Unavailable,
/// DeadlineExceeded (also of kUserConflict: another change was under way), Unknown: of a change,
/// outcome unknown, unless GetErrorKind says more. A change of unknown outcome is not repeated.
class Users {
 public:
  /// Again with the same password it is Ok. Errors: also FailedPrecondition of kUserConflict, there
  /// is such a login with another password.
  absl::Status Create(CreateUserRequest request, CallOptions options = {}) const;
  absl::Status Update(UpdateUserRequest request, CallOptions options = {}) const;
  absl::Status Delete(std::string login, absl::Time deadline = absl::InfiniteFuture(),
                      CallOptions options = {}) const;
  absl::Status Enable(std::string login, absl::Time deadline = absl::InfiniteFuture(),
                      CallOptions options = {}) const;
  absl::Status Disable(std::string login, absl::Time deadline = absl::InfiniteFuture(),
                       CallOptions options = {}) const;

  absl::StatusOr<UserDetails> Get(std::string login, absl::Time deadline = absl::InfiniteFuture(),
                                  CallOptions options = {}) const;
  /// In the server's order. Errors: also ResourceExhausted, more than
  /// ClientOptions::listed_max.
  absl::StatusOr<std::vector<UserDetails>> List(absl::Time deadline = absl::InfiniteFuture(),
                                                CallOptions options = {}) const;

  /// By who knows the current one. Errors: PermissionDenied, it is another.
  absl::Status ChangePassword(ChangePasswordRequest request, CallOptions options = {}) const;
  /// By an administrator.
  absl::Status ResetPassword(ResetPasswordRequest request, CallOptions options = {}) const;

 private:
  friend class Client;
  explicit Users(std::shared_ptr<client::ClientCore> core) : core_(std::move(core)) {}

  std::shared_ptr<client::ClientCore> core_;
};

}  // namespace eventstoredb
