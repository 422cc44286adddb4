#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace orders::application {

/// The group whose users may do everything with the store, manage its users too.
inline constexpr std::string_view kStoreAdmins = "$admins";

/// Who may come in at the store's own port.
struct StoreUser {
  std::string login;
  std::string full_name;
  std::vector<std::string> groups;
  bool is_disabled = false;
  std::optional<absl::Time> updated;  ///< Absent: the store does not say.
  bool is_own = false;                ///< The service itself logs in with it.
  bool operator==(const StoreUser&) const = default;
};

struct NewStoreUser {
  std::string login;
  std::string password;  ///< Goes into no log and no error.
  std::string full_name;
  std::vector<std::string> groups;
};

/// The users of the store that the service runs on. Thread-safe; each call blocks until answered or
/// until `deadline`. Errors of each: FailedPrecondition (STORE_WITHOUT_USERS), the store lets
/// everyone in, and the text says what to set; NotFound (STORE_USER_NOT_FOUND); PermissionDenied
/// (STORE_ACCESS_DENIED), the service's own user may not; InvalidArgument; ResourceExhausted, too
/// many passwords wait to be hashed; Unavailable, DeadlineExceeded: of a change, outcome unknown
/// (OUTCOME_UNKNOWN). Of a change also Aborted (LOST_EVERY_RACE): others changed the user at the
/// same time, nothing was done.
class StoreUsers {
 public:
  virtual ~StoreUsers() = default;
  /// By login. Error: also ResourceExhausted, more than 100,000.
  virtual absl::StatusOr<std::vector<StoreUser>> List(absl::Time deadline) = 0;
  virtual absl::StatusOr<StoreUser> Find(const std::string& login, absl::Time deadline) = 0;
  /// One that is there with the same password is left as it is. Error: also AlreadyExists
  /// (STORE_USER_EXISTS), it has another password.
  virtual absl::Status Create(const NewStoreUser& user, absl::Time deadline) = 0;
  /// Replaces full name and groups.
  virtual absl::Status Update(const std::string& login, const std::string& full_name,
                              const std::vector<std::string>& groups, absl::Time deadline) = 0;
  virtual absl::Status Delete(const std::string& login, absl::Time deadline) = 0;
  virtual absl::Status SetDisabled(const std::string& login, bool disabled,
                                   absl::Time deadline) = 0;
  virtual absl::Status ResetPassword(const std::string& login, const std::string& password,
                                     absl::Time deadline) = 0;
};

}  // namespace orders::application
