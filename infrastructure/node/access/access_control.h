#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "eventstoredb/node/embedded_event_store.h"
#include "eventstoredb/node/node_access.h"
#include "infrastructure/node/access/authenticator.h"
#include "infrastructure/node/access/credentials.h"
#include "infrastructure/node/access/stream_acls.h"
#include "infrastructure/node/access/user_directory.h"

namespace eventstoredb {

/// What a call wants to do (protocol section 3.17).
struct Demand {
  enum class What {
    kPublic,      ///< Everyone; credentials that are shown must be right.
    kStatistics,  ///< Any user, and callers without credentials if endpoints are open to them.
    kUser,        ///< Any user.
    kOperate,     ///< $admins and $ops.
    kAdminister,  ///< $admins.
    kReadStream,  ///< The stream's list decides from here on.
    kWriteStream,
    kDeleteStream,
    kConsumeStream,  ///< Any user who may read the stream.
  };
  What what = What::kPublic;
  std::string_view stream;           ///< "$all" for all of them.
  bool writes_system_types = false;  ///< Some event's type begins with $.
};

/// Decides for a node who may do what. Thread-safe.
class AccessControl {
 public:
  /// Makes the first users, if they never were. `store` outlives it. Blocks. Errors:
  /// InvalidArgument, a password; as EventStore::Append.
  static absl::StatusOr<std::unique_ptr<AccessControl>> Open(EmbeddedEventStore& store,
                                                             const NodeAccessOptions& options);

  /// Without waiting. Absent: ask Check. Errors: InvalidArgument, nobody may write to $all or
  /// delete it; PermissionDenied with ErrorKind::kAccessDenied.
  std::optional<absl::Status> Known(const CallerCredentials& credentials, const Demand& demand);
  /// Whether Check needs no hash.
  bool IsVerified(const CallerCredentials& credentials) const;
  /// Reads from disk and hashes where it must. Errors: as Known; Unauthenticated; as
  /// EventStore::ReadStream.
  absl::Status Check(const CallerCredentials& credentials, const Demand& demand);

  UserDirectory& users() { return users_; }

 private:
  AccessControl(EmbeddedEventStore& store, const NodeAccessOptions& options);

  /// Of what no list decides. Absent: the list of `demand.stream` does.
  std::optional<absl::Status> DecideWithoutList(const Caller& caller,
                                                const CallerCredentials& shown,
                                                const Demand& demand) const;

  const NodeAccessOptions options_;
  UserDirectory users_;
  Authenticator authenticator_;
  StreamAcls acls_;
};

}  // namespace eventstoredb
