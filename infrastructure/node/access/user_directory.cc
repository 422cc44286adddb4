#include "infrastructure/node/access/user_directory.h"

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

#include "eventstoredb/errors.h"
#include "eventstoredb/system_names.h"
#include "infrastructure/node/random_uuid.h"

namespace eventstoredb {
namespace {

constexpr int kAttemptsMax = 4;
constexpr std::size_t kListPageEvents = 512;

absl::Status UserNotFound(const std::string& login) {
  return MakeError(absl::StatusCode::kNotFound, "User Not Found",
                   {.kind = ErrorKind::kUserNotFound, .login = login});
}

absl::Status OtherPassword(const std::string& login) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "Conflict.",
                   {.kind = ErrorKind::kUserConflict, .login = login});
}

absl::Status LostEveryRace(const std::string& login) {
  return MakeError(absl::StatusCode::kDeadlineExceeded, "Try again.",
                   {.kind = ErrorKind::kUserConflict, .login = login});
}

/// The stream's last event; absent: it has none, or was deleted. Errors: as ReadStream.
absl::StatusOr<std::optional<RecordedEvent>> LastEvent(EmbeddedEventStore& store,
                                                       std::string stream) {
  absl::StatusOr<StreamPage> page = store.ReadStreamPage(
      {.stream = std::move(stream), .direction = Direction::kBackwards, .events_max = 1});
  if (absl::IsNotFound(page.status())) return std::nullopt;
  if (!page.ok()) return page.status();
  if (page->events.empty()) return std::nullopt;
  return std::move(page->events.front().event);
}

}  // namespace

absl::StatusOr<StoredUser> UserDirectory::Find(const std::string& login) {
  if (!CheckLogin(login).ok()) return UserNotFound(login);
  const absl::StatusOr<std::optional<RecordedEvent>> event = LastEvent(store_, UserStreamOf(login));
  if (GetStreamDeleted(event.status()).has_value()) return UserNotFound(login);
  if (!event.ok()) return event.status();
  if (!event->has_value()) return UserNotFound(login);
  absl::StatusOr<UserRecord> record = DecodeUser((*event)->data);
  if (!record.ok()) return record.status();
  record->login = login;
  return StoredUser{*std::move(record), (*event)->created, (*event)->revision};
}

absl::StatusOr<std::vector<std::string>> UserDirectory::Logins() {
  std::vector<std::string> logins;
  absl::flat_hash_set<std::string> seen;
  std::uint64_t from = 0;
  while (true) {
    const absl::StatusOr<StreamPage> page = store_.ReadStreamPage(
        {.stream = std::string(kUsersStream), .from = from, .events_max = kListPageEvents});
    if (absl::IsNotFound(page.status())) return logins;
    if (!page.ok()) return page.status();
    for (const ResolvedEvent& resolved : page->events) {
      const std::string& login = resolved.Original().data;
      if (seen.insert(login).second) logins.push_back(login);
    }
    if (page->at_end) return logins;
    from = page->next;
  }
}

absl::StatusOr<std::vector<StoredUser>> UserDirectory::List() {
  const absl::StatusOr<std::vector<std::string>> logins = Logins();
  if (!logins.ok()) return logins.status();
  std::vector<StoredUser> users;
  for (const std::string& login : *logins) {
    absl::StatusOr<StoredUser> user = Find(login);
    if (GetErrorKind(user.status()) == ErrorKind::kUserNotFound) continue;  // Deleted.
    if (!user.ok()) return user.status();
    users.push_back(*std::move(user));
  }
  return users;
}

absl::Status UserDirectory::Create(UserRecord user, const std::string& password,
                                   absl::Time deadline) {
  if (const absl::Status fits = CheckUser(user); !fits.ok()) return fits;
  for (int attempt = 1; attempt <= kAttemptsMax; ++attempt) {
    const absl::StatusOr<StoredUser> existing = Find(user.login);
    if (existing.ok()) {
      return IsPassword(existing->record.password, password) ? absl::OkStatus()
                                                             : OtherPassword(user.login);
    }
    if (GetErrorKind(existing.status()) != ErrorKind::kUserNotFound) return existing.status();
    if (user.password.hash.empty()) {
      absl::StatusOr<PasswordHash> hash = HashPassword(password, password_iterations_);
      if (!hash.ok()) return hash.status();
      user.password = *std::move(hash);
    }
    // Listed first: what is cut off in between leaves a name in the list, which means nothing,
    // rather than a user that no list shows.
    if (const absl::Status listed = AddToList(user.login, deadline); !listed.ok()) return listed;
    const absl::Status written =
        Write(user, kUserCreatedType, ExpectedRevision::NoStream(), deadline);
    if (!absl::IsAborted(written)) return written;
  }
  return LostEveryRace(user.login);
}

absl::Status UserDirectory::CreateFirst(UserRecord user, const std::string& password,
                                        absl::Time deadline) {
  const absl::StatusOr<bool> existed = EverExisted(user.login);
  if (!existed.ok()) return existed.status();
  return *existed ? absl::OkStatus() : Create(std::move(user), password, deadline);
}

absl::StatusOr<bool> UserDirectory::EverExisted(const std::string& login) {
  const std::string stream = UserStreamOf(login);
  // One that was deleted has metadata that says so.
  for (const std::string& trace : {stream, MetastreamOf(stream)}) {
    const absl::StatusOr<std::optional<RecordedEvent>> event = LastEvent(store_, trace);
    if (GetStreamDeleted(event.status()).has_value()) return true;
    if (!event.ok()) return event.status();
    if (event->has_value()) return true;
  }
  return false;
}

absl::Status UserDirectory::AddToList(const std::string& login, absl::Time deadline) {
  const absl::StatusOr<std::vector<std::string>> logins = Logins();
  if (!logins.ok()) return logins.status();
  for (const std::string& listed : *logins) {
    if (listed == login) return absl::OkStatus();
  }
  if (logins->size() >= kLoginsMax) {
    return absl::ResourceExhaustedError(absl::StrCat("there are ", kLoginsMax, " users already"));
  }
  const absl::StatusOr<Uuid> id = MakeRandomUuid();
  if (!id.ok()) return id.status();
  ProposedEvent event{.id = *id, .type = std::string(kListedUserType)};
  event.is_json = false;
  event.data = login;
  AppendRequest request{.stream = std::string(kUsersStream), .deadline = deadline};
  request.events.push_back(std::move(event));
  return store_.Append(std::move(request)).status();
}

absl::Status UserDirectory::Write(const UserRecord& user, std::string_view type,
                                  ExpectedRevision expected, absl::Time deadline) {
  const absl::StatusOr<Uuid> id = MakeRandomUuid();
  if (!id.ok()) return id.status();
  ProposedEvent event{.id = *id, .type = std::string(type)};
  event.data = EncodeUser(user);
  AppendRequest request{
      .stream = UserStreamOf(user.login), .expected = expected, .deadline = deadline};
  request.events.push_back(std::move(event));
  return store_.Append(std::move(request)).status();
}

absl::Status UserDirectory::Change(const std::string& login, absl::Time deadline,
                                   absl::FunctionRef<absl::StatusOr<bool>(UserRecord&)> change) {
  for (int attempt = 1; attempt <= kAttemptsMax; ++attempt) {
    absl::StatusOr<StoredUser> user = Find(login);
    if (!user.ok()) return user.status();
    const absl::StatusOr<bool> changed = change(user->record);
    if (!changed.ok()) return changed.status();
    if (!*changed) return absl::OkStatus();
    const absl::Status written =
        Write(user->record, kUserUpdatedType, ExpectedRevision::Exact(user->revision), deadline);
    if (!absl::IsAborted(written)) return written;
  }
  return LostEveryRace(login);
}

absl::Status UserDirectory::Update(const std::string& login, const std::string& full_name,
                                   std::vector<std::string> groups, absl::Time deadline) {
  return Change(login, deadline, [&](UserRecord& user) -> absl::StatusOr<bool> {
    user.full_name = full_name;
    user.groups = groups;
    if (const absl::Status fits = CheckUser(user); !fits.ok()) return fits;
    return true;
  });
}

absl::Status UserDirectory::SetDisabled(const std::string& login, bool disabled,
                                        absl::Time deadline) {
  return Change(login, deadline, [&](UserRecord& user) -> absl::StatusOr<bool> {
    return std::exchange(user.disabled, disabled) != disabled;
  });
}

absl::Status UserDirectory::ResetPassword(const std::string& login, const std::string& password,
                                          absl::Time deadline) {
  return Change(login, deadline, [&](UserRecord& user) -> absl::StatusOr<bool> {
    absl::StatusOr<PasswordHash> hash = HashPassword(password, password_iterations_);
    if (!hash.ok()) return hash.status();
    user.password = *std::move(hash);
    return true;
  });
}

absl::Status UserDirectory::ChangePassword(const std::string& login, const std::string& current,
                                           const std::string& password, absl::Time deadline) {
  return Change(login, deadline, [&](UserRecord& user) -> absl::StatusOr<bool> {
    if (!IsPassword(user.password, current)) {
      return MakeError(absl::StatusCode::kPermissionDenied, "the current password is another one",
                       {.kind = ErrorKind::kAccessDenied});
    }
    absl::StatusOr<PasswordHash> hash = HashPassword(password, password_iterations_);
    if (!hash.ok()) return hash.status();
    user.password = *std::move(hash);
    return true;
  });
}

absl::Status UserDirectory::Delete(const std::string& login, absl::Time deadline) {
  for (int attempt = 1; attempt <= kAttemptsMax; ++attempt) {
    const absl::StatusOr<StoredUser> user = Find(login);
    if (!user.ok()) return user.status();
    const absl::Status deleted = store_
                                     .Delete({.stream = UserStreamOf(login),
                                              .expected = ExpectedRevision::Exact(user->revision),
                                              .deadline = deadline})
                                     .status();
    if (!absl::IsAborted(deleted)) return deleted;
  }
  return LostEveryRace(login);
}

}  // namespace eventstoredb
