#include "infrastructure/node/access/access_control.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "eventstoredb/errors.h"

namespace eventstoredb {
namespace {

using What = Demand::What;

constexpr absl::Duration kFirstUsersMax = absl::Minutes(1);
constexpr std::string_view kAllStream = "$all";

const char* TextOf(What what) {
  switch (what) {
    case What::kStatistics:
      return "see the statistics";
    case What::kOperate:
      return "operate the node: that is for $admins and $ops";
    case What::kAdminister:
      return "manage users: that is for $admins";
    case What::kReadStream:
      return "read stream ";
    case What::kWriteStream:
      return "write to stream ";
    case What::kDeleteStream:
      return "delete stream ";
    case What::kConsumeStream:
      return "consume stream ";
    default:
      return "do this";
  }
}

absl::Status Denied(const CallerCredentials& shown, const Demand& demand, const char* why = "") {
  return MakeError(absl::StatusCode::kPermissionDenied,
                   absl::StrCat("caller \"", std::string(shown.name()), "\" may not ",
                                TextOf(demand.what), std::string(demand.stream), why),
                   {.kind = ErrorKind::kAccessDenied, .stream = std::string(demand.stream)});
}

StreamAction ActionOf(What what) {
  switch (what) {
    case What::kWriteStream:
      return StreamAction::kWrite;
    case What::kDeleteStream:
      return StreamAction::kDelete;
    default:
      return StreamAction::kRead;
  }
}

absl::Status Allowed(bool allowed, const CallerCredentials& shown, const Demand& demand) {
  return allowed ? absl::OkStatus() : Denied(shown, demand);
}

}  // namespace

AccessControl::AccessControl(EmbeddedEventStore& store, const NodeAccessOptions& options)
    : options_(options),
      users_(store, options.password_iterations),
      authenticator_(store, users_, options.verified_max, options.password_iterations),
      acls_(store, options.acl_streams_max) {}

absl::StatusOr<std::unique_ptr<AccessControl>> AccessControl::Open(
    EmbeddedEventStore& store, const NodeAccessOptions& options) {
  std::unique_ptr<AccessControl> access(new AccessControl(store, options));
  const absl::Time deadline = absl::Now() + kFirstUsersMax;
  UserRecord admin{.login = "admin",
                   .full_name = "Event Store Administrator",
                   .groups = {std::string(kAdminsRole)}};
  UserRecord ops{.login = "ops",
                 .full_name = "Event Store Operations",
                 .groups = {std::string(kOperatorsRole)}};
  absl::Status made =
      access->users_.CreateFirst(std::move(admin), options.admin_password, deadline);
  if (made.ok()) made = access->users_.CreateFirst(std::move(ops), options.ops_password, deadline);
  if (!made.ok()) return made;
  return access;
}

std::optional<absl::Status> AccessControl::DecideWithoutList(const Caller& caller,
                                                             const CallerCredentials& shown,
                                                             const Demand& demand) const {
  switch (demand.what) {
    case What::kPublic:
      return absl::OkStatus();
    case What::kStatistics:
      return Allowed(!caller.is_anonymous() || options_.allow_anonymous_endpoints, shown, demand);
    case What::kUser:
      return Allowed(!caller.is_anonymous(), shown, demand);
    case What::kOperate:
      return Allowed(caller.is_operator(), shown, demand);
    case What::kAdminister:
      return Allowed(caller.is_admin(), shown, demand);
    case What::kConsumeStream:
      if (caller.is_anonymous()) return Denied(shown, demand);
      break;
    case What::kWriteStream:
    case What::kDeleteStream:
      if (demand.stream == kAllStream) {
        return absl::InvalidArgumentError("$all is every stream: it takes no writes of its own");
      }
      if (demand.writes_system_types && !caller.is_admin()) {
        return Denied(shown, demand, " events whose type begins with $: that is for $admins");
      }
      break;
    case What::kReadStream:
      break;
  }
  if (caller.is_anonymous() && !options_.allow_anonymous_streams) return Denied(shown, demand);
  return std::nullopt;
}

std::optional<absl::Status> AccessControl::Known(const CallerCredentials& credentials,
                                                 const Demand& demand) {
  const std::optional<Caller> caller = authenticator_.Known(credentials);
  if (!caller.has_value()) return std::nullopt;
  if (auto decided = DecideWithoutList(*caller, credentials, demand)) return decided;
  const std::optional<bool> allowed = acls_.Known(*caller, demand.stream, ActionOf(demand.what));
  if (!allowed.has_value()) return std::nullopt;
  return Allowed(*allowed, credentials, demand);
}

bool AccessControl::IsVerified(const CallerCredentials& credentials) const {
  return authenticator_.Known(credentials).has_value();
}

absl::Status AccessControl::Check(const CallerCredentials& credentials, const Demand& demand) {
  const absl::StatusOr<Caller> caller = authenticator_.Verify(credentials);
  if (!caller.ok()) return caller.status();
  if (const auto decided = DecideWithoutList(*caller, credentials, demand)) return *decided;
  const absl::StatusOr<bool> allowed = acls_.Allows(*caller, demand.stream, ActionOf(demand.what));
  if (!allowed.ok()) return allowed.status();
  return Allowed(*allowed, credentials, demand);
}

}  // namespace eventstoredb
