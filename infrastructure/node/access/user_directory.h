#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "eventstoredb/node/embedded_event_store.h"
#include "infrastructure/node/access/user_record.h"

namespace eventstoredb {

struct StoredUser {
  UserRecord record;
  absl::Time updated;
  std::uint64_t revision = 0;  ///< Of the event that says so.
};

/// The users of a store, kept as events in it: each in a stream of its own, all listed in $users
/// (protocol section 3.17). Thread-safe; calls wait for the disk, and those that take a password
/// compute for as long as a hash takes. A change has been made when its call says OK.
/// Errors: NotFound with ErrorKind::kUserNotFound; DeadlineExceeded with kUserConflict, others
/// changed the user at the same time; as EventStore::Append and ReadStream.
class UserDirectory {
 public:
  /// Logins that were ever listed; a further one is ResourceExhausted.
  static constexpr std::size_t kLoginsMax = 100'000;

  UserDirectory(EmbeddedEventStore& store, int password_iterations)
      : store_(store), password_iterations_(password_iterations) {}

  absl::StatusOr<StoredUser> Find(const std::string& login);
  /// Those that exist, in the order in which they were first made.
  absl::StatusOr<std::vector<StoredUser>> List();

  /// A user that exists with the same password is left as it is, and that is OK. Errors:
  /// InvalidArgument; FailedPrecondition with kUserConflict, it exists with another one.
  absl::Status Create(UserRecord user, const std::string& password, absl::Time deadline);
  /// Makes a user only if there never was one of that name, deleted or not.
  absl::Status CreateFirst(UserRecord user, const std::string& password, absl::Time deadline);
  absl::Status Update(const std::string& login, const std::string& full_name,
                      std::vector<std::string> groups, absl::Time deadline);
  absl::Status SetDisabled(const std::string& login, bool disabled, absl::Time deadline);
  absl::Status ResetPassword(const std::string& login, const std::string& password,
                             absl::Time deadline);
  /// Error: PermissionDenied, `current` is not the password.
  absl::Status ChangePassword(const std::string& login, const std::string& current,
                              const std::string& password, absl::Time deadline);
  absl::Status Delete(const std::string& login, absl::Time deadline);

 private:
  /// Writes what `change` makes of the user; false: there is nothing to write.
  absl::Status Change(const std::string& login, absl::Time deadline,
                      absl::FunctionRef<absl::StatusOr<bool>(UserRecord&)> change);
  absl::Status Write(const UserRecord& user, std::string_view type, ExpectedRevision expected,
                     absl::Time deadline);
  absl::Status AddToList(const std::string& login, absl::Time deadline);
  absl::StatusOr<std::vector<std::string>> Logins();
  absl::StatusOr<bool> EverExisted(const std::string& login);

  EmbeddedEventStore& store_;
  const int password_iterations_;
};

}  // namespace eventstoredb
