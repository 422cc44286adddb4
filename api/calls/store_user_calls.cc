#include "api/calls/store_user_calls.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "api/calls/page_rows.h"
#include "api/calls/value_mapping.h"
#include "application/queries/page_token.h"
#include "domain/order/text_rules.h"
#include "domain/order/validation.h"

namespace orders::api {
namespace {

using application::PageKind;
using application::StoreUserLoss;
using domain::FieldViolation;

// What the embedded store takes. A real server may take less, and says so itself.
constexpr std::size_t kLoginBytesMax = 256;
constexpr std::size_t kPasswordBytesMax = 1'024;
constexpr std::size_t kFullNameBytesMax = 1'024;
constexpr std::size_t kGroupBytesMax = 256;
constexpr int kGroupsMax = 64;

using Groups = google::protobuf::RepeatedPtrField<std::string>;

bool IsOneLine(const std::string& text, std::size_t bytes_max) {
  return text.size() <= bytes_max &&
         domain::FindTextFault(text, /*lines_allowed=*/false) == domain::TextFault::kNone;
}

/// Of a user that is there: any server's names pass.
absl::Status CheckLogin(const std::string& login) {
  if (!login.empty() && login.size() <= kLoginBytesMax) return absl::OkStatus();
  return domain::ToStatus({{.field = "login_name",
                            .description = absl::StrCat("takes 1 to ", kLoginBytesMax, " bytes")}});
}

void CheckNewLogin(const std::string& login, std::vector<FieldViolation>& violations) {
  const bool is_good = !login.empty() && IsOneLine(login, kLoginBytesMax) && login[0] != '$' &&
                       login.find(':') == std::string::npos;
  if (is_good) return;
  violations.push_back(
      {.field = "login_name",
       .description = absl::StrCat("takes 1 to ", kLoginBytesMax,
                                   " bytes without control characters and colons, of which the "
                                   "first is no $")});
}

/// Says nothing of the password itself.
void CheckPassword(const std::string& password, std::vector<FieldViolation>& violations) {
  if (!password.empty() && password.size() <= kPasswordBytesMax) return;
  violations.push_back({.field = "password",
                        .description = absl::StrCat("takes 1 to ", kPasswordBytesMax, " bytes")});
}

void CheckProfile(const std::string& full_name, const Groups& groups,
                  std::vector<FieldViolation>& violations) {
  if (!IsOneLine(full_name, kFullNameBytesMax)) {
    violations.push_back(
        {.field = "full_name",
         .description = absl::StrCat("takes at most ", kFullNameBytesMax, " bytes on one line")});
  }
  if (groups.size() > kGroupsMax) {
    violations.push_back(
        {.field = "groups", .description = absl::StrCat("a user is in at most ", kGroupsMax)});
    return;
  }
  for (int i = 0; i < groups.size(); ++i) {
    const std::string field = absl::StrCat("groups[", i, "]");
    if (groups[i].empty() || !IsOneLine(groups[i], kGroupBytesMax)) {
      violations.push_back(
          {.field = field,
           .description = absl::StrCat("takes 1 to ", kGroupBytesMax, " bytes on one line")});
    } else if (std::find(groups.begin(), groups.begin() + i, groups[i]) != groups.begin() + i) {
      violations.push_back({.field = field, .description = "stands there twice"});
    }
  }
}

void SetStoreUser(application::StoreUser user, v1::StoreUser& out) {
  out.set_login_name(std::move(user.login));
  out.set_full_name(std::move(user.full_name));
  out.mutable_groups()->Assign(user.groups.begin(), user.groups.end());
  out.set_disabled(user.is_disabled);
  if (user.updated.has_value()) SetTime(*user.updated, *out.mutable_update_time());
  out.set_used_by_service(user.is_own);
}

/// The answer to a change that says nothing but that it is made.
template <typename Response>
absl::StatusOr<Response> Answered(const absl::Status& done) {
  if (!done.ok()) return done;
  return Response();
}

}  // namespace

UnaryMethods StoreUserCalls::methods() {
  const auto make = [this]<typename Request, typename Response>(
                        absl::StatusOr<Response> (StoreUserCalls::*answer)(
                            const CallContext& call, const Request& request) const) {
    return MakeWorkerMethod<Request, Response>(
        "StoreUsers", ports_.calls, limits_,
        [this, answer](const CallContext& call, const Request& request) {
          return (this->*answer)(call, request);
        });
  };
  return {make(&StoreUserCalls::List),    make(&StoreUserCalls::Get),
          make(&StoreUserCalls::Create),  make(&StoreUserCalls::Update),
          make(&StoreUserCalls::Delete),  make(&StoreUserCalls::Enable),
          make(&StoreUserCalls::Disable), make(&StoreUserCalls::ResetPassword)};
}

absl::StatusOr<v1::ListStoreUsersResponse> StoreUserCalls::List(
    const CallContext& call, const v1::ListStoreUsersRequest& request) const {
  const absl::StatusOr<std::size_t> rows = RowsOfPage(request.page_size());
  if (!rows.ok()) return rows.status();
  std::string after;
  if (!request.page_token().empty()) {
    auto cursor = application::DecodePageToken(ports_.digest, PageKind::kStoreUsers, "",
                                               request.page_token());
    if (!cursor.ok()) return cursor.status();
    after = std::move(cursor->text);
  }
  auto users = ports_.users.List(call.deadline);
  if (!users.ok()) return users.status();
  v1::ListStoreUsersResponse response;
  for (application::StoreUser& user : *users) {
    if (!after.empty() && user.login <= after) continue;
    const int listed = response.store_users_size();
    if (static_cast<std::size_t>(listed) == *rows) {
      response.set_next_page_token(
          application::EncodePageToken(ports_.digest, PageKind::kStoreUsers, "",
                                       {.text = response.store_users(listed - 1).login_name()}));
      break;
    }
    SetStoreUser(std::move(user), *response.add_store_users());
  }
  return response;
}

absl::StatusOr<v1::StoreUser> StoreUserCalls::Get(const CallContext& call,
                                                  const v1::GetStoreUserRequest& request) const {
  if (absl::Status named = CheckLogin(request.login_name()); !named.ok()) return named;
  auto user = ports_.users.Find(request.login_name(), call.deadline);
  if (!user.ok()) return user.status();
  v1::StoreUser answer;
  SetStoreUser(*std::move(user), answer);
  return answer;
}

absl::StatusOr<v1::CreateStoreUserResponse> StoreUserCalls::Create(
    const CallContext& call, const v1::CreateStoreUserRequest& request) const {
  std::vector<FieldViolation> violations;
  CheckNewLogin(request.login_name(), violations);
  CheckPassword(request.password(), violations);
  CheckProfile(request.full_name(), request.groups(), violations);
  if (absl::Status valid = domain::ToStatus(violations); !valid.ok()) return valid;
  return Answered<v1::CreateStoreUserResponse>(
      Logged(call, "created", request.login_name(),
             ports_.users.Create({.login = request.login_name(),
                                  .password = request.password(),
                                  .full_name = request.full_name(),
                                  .groups = {request.groups().begin(), request.groups().end()}},
                                 call.deadline)));
}

absl::StatusOr<v1::UpdateStoreUserResponse> StoreUserCalls::Update(
    const CallContext& call, const v1::UpdateStoreUserRequest& request) const {
  if (absl::Status named = CheckLogin(request.login_name()); !named.ok()) return named;
  std::vector<FieldViolation> violations;
  CheckProfile(request.full_name(), request.groups(), violations);
  if (absl::Status valid = domain::ToStatus(violations); !valid.ok()) return valid;
  const std::vector<std::string> groups(request.groups().begin(), request.groups().end());
  if (std::find(groups.begin(), groups.end(), application::kStoreAdmins) == groups.end()) {
    absl::Status kept = CheckLoss(call, request.login_name(), StoreUserLoss::kAdmins);
    if (!kept.ok()) return kept;
  }
  return Answered<v1::UpdateStoreUserResponse>(Logged(
      call, "updated", request.login_name(),
      ports_.users.Update(request.login_name(), request.full_name(), groups, call.deadline)));
}

absl::StatusOr<v1::DeleteStoreUserResponse> StoreUserCalls::Delete(
    const CallContext& call, const v1::DeleteStoreUserRequest& request) const {
  absl::Status kept = CheckLoss(call, request.login_name(), StoreUserLoss::kLogin);
  if (!kept.ok()) return kept;
  return Answered<v1::DeleteStoreUserResponse>(
      Logged(call, "deleted", request.login_name(),
             ports_.users.Delete(request.login_name(), call.deadline)));
}

absl::StatusOr<v1::EnableStoreUserResponse> StoreUserCalls::Enable(
    const CallContext& call, const v1::EnableStoreUserRequest& request) const {
  if (absl::Status named = CheckLogin(request.login_name()); !named.ok()) return named;
  return Answered<v1::EnableStoreUserResponse>(
      Logged(call, "enabled", request.login_name(),
             ports_.users.SetDisabled(request.login_name(), false, call.deadline)));
}

absl::StatusOr<v1::DisableStoreUserResponse> StoreUserCalls::Disable(
    const CallContext& call, const v1::DisableStoreUserRequest& request) const {
  absl::Status kept = CheckLoss(call, request.login_name(), StoreUserLoss::kLogin);
  if (!kept.ok()) return kept;
  return Answered<v1::DisableStoreUserResponse>(
      Logged(call, "disabled", request.login_name(),
             ports_.users.SetDisabled(request.login_name(), true, call.deadline)));
}

absl::StatusOr<v1::ResetStoreUserPasswordResponse> StoreUserCalls::ResetPassword(
    const CallContext& call, const v1::ResetStoreUserPasswordRequest& request) const {
  std::vector<FieldViolation> violations;
  CheckPassword(request.password(), violations);
  if (absl::Status valid = domain::ToStatus(violations); !valid.ok()) return valid;
  absl::Status kept = CheckLoss(call, request.login_name(), StoreUserLoss::kPassword);
  if (!kept.ok()) return kept;
  return Answered<v1::ResetStoreUserPasswordResponse>(
      Logged(call, "given a password", request.login_name(),
             ports_.users.ResetPassword(request.login_name(), request.password(), call.deadline)));
}

absl::Status StoreUserCalls::CheckLoss(const CallContext& call, const std::string& login,
                                       StoreUserLoss loss) const {
  if (absl::Status named = CheckLogin(login); !named.ok()) return named;
  const auto users = ports_.users.List(call.deadline);
  if (!users.ok()) return users.status();
  return application::CheckStoreUserLoss(*users, login, loss);
}

absl::Status StoreUserCalls::Logged(const CallContext& call, const char* change,
                                    const std::string& login, absl::Status done) const {
  if (done.ok()) {
    ports_.calls.telemetry.Log(
        application::Severity::kInfo,
        absl::StrCat("a user of the store was ", change, ": login=", login, " actor=", call.actor));
  }
  return done;
}

}  // namespace orders::api
