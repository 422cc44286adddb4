#include "infrastructure/node/access/authenticator.h"

#include <utility>
#include <vector>

#include "eventstoredb/errors.h"

namespace eventstoredb {
namespace {

absl::Status NotAuthenticated() {
  return absl::UnauthenticatedError("unknown user or wrong password");
}

}  // namespace

std::optional<Caller> Authenticator::Known(const CallerCredentials& credentials) const {
  if (credentials.kind == CallerCredentials::Kind::kAnonymous) return Caller::Anonymous();
  if (credentials.kind == CallerCredentials::Kind::kSystem) return Caller::System();
  std::optional<Verified> verified = verified_.Find(digester_.Of(credentials));
  if (!verified.has_value()) return std::nullopt;
  if (verified->mark != store_.ChangeMark(UserStreamOf(credentials.login))) return std::nullopt;
  return std::move(verified->caller);
}

absl::StatusOr<Caller> Authenticator::Verify(const CallerCredentials& credentials) {
  if (const std::optional<Caller> known = Known(credentials)) return *known;
  const std::uint64_t mark = store_.ChangeMark(UserStreamOf(credentials.login));
  const absl::StatusOr<StoredUser> user = users_.Find(credentials.login);
  if (GetErrorKind(user.status()) == ErrorKind::kUserNotFound) {
    // For its time alone: who is a user here is not told.
    HashPassword("nobody's", password_iterations_).IgnoreError();
    return NotAuthenticated();
  }
  if (!user.ok()) return user.status();
  if (!IsPassword(user->record.password, credentials.password) || user->record.disabled) {
    return NotAuthenticated();
  }
  std::vector<std::string> roles = {user->record.login};
  roles.insert(roles.end(), user->record.groups.begin(), user->record.groups.end());
  const Caller caller = Caller::User(std::move(roles));
  verified_.Put(digester_.Of(credentials), {caller, mark});
  return caller;
}

}  // namespace eventstoredb
