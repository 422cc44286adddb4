#include "infrastructure/node/grpc/users_service.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/time/clock.h"

#include "infrastructure/node/grpc/call_access.h"
#include "infrastructure/node/grpc/list_reactor.h"
#include "infrastructure/node/grpc/status_mapping.h"

namespace eventstoredb {
namespace {

namespace users = event_store::client::users;
using users::DetailsResp;

constexpr absl::Duration kUserChangeMax = absl::Seconds(30);
constexpr std::int64_t kTicksPerMicrosecond = 10;

absl::Status NoUsers() {
  return absl::FailedPreconditionError(
      "this node has no users: it was started without access control");
}

absl::Status TooManyPasswords() {
  return absl::ResourceExhaustedError("too many passwords wait to be checked; try again");
}

/// Does `work`, which may hash, if the caller may do `what`. `request` stays until the call ends.
template <typename Request, typename Work>
grpc::ServerUnaryReactor* Run(const std::shared_ptr<NodeState>& state,
                              grpc::CallbackServerContext& context, Demand::What what,
                              const Request& request, Work work) {
  const absl::Time deadline =
      std::min(absl::FromChrono(context.deadline()), absl::Now() + kUserChangeMax);
  return StartIfAllowed(
      state, context, {.what = what},
      [state, &context, &request, work, deadline](grpc::ServerUnaryReactor* reactor) {
        const auto end = [reactor, &context](const absl::Status& status) {
          reactor->Finish(ToGrpcStatus(status, "", context));
        };
        if (state->access == nullptr) return end(NoUsers());
        if (!request.has_options()) {
          return end(absl::InvalidArgumentError("the options are missing"));
        }
        BudgetShare share(state->password_checks);
        if (!share.TryTake(1)) return end(TooManyPasswords());
        state->PostPasswordWork(
            [state, &request, work, deadline, end, share = std::move(share)]() mutable {
              const absl::Status done = work(state->access->users(), request.options(), deadline);
              share.Release();
              end(done);
            });
      });
}

DetailsResp ToDetails(const StoredUser& user) {
  DetailsResp message;
  auto& details = *message.mutable_user_details();
  details.set_login_name(user.record.login);
  details.set_full_name(user.record.full_name);
  for (const std::string& group : user.record.groups) details.add_groups(group);
  details.mutable_last_updated()->set_ticks_since_epoch(absl::ToUnixMicros(user.updated) *
                                                        kTicksPerMicrosecond);
  details.set_disabled(user.record.disabled);
  return message;
}

/// Of one user; of all with an empty login.
absl::StatusOr<std::vector<DetailsResp>> CollectDetails(UserDirectory& directory,
                                                        const std::string& login) {
  std::vector<StoredUser> found;
  if (login.empty()) {
    absl::StatusOr<std::vector<StoredUser>> all = directory.List();
    if (!all.ok()) return all.status();
    found = *std::move(all);
  } else {
    absl::StatusOr<StoredUser> user = directory.Find(login);
    if (!user.ok()) return user.status();
    found.push_back(*std::move(user));
  }
  std::vector<DetailsResp> messages;
  messages.reserve(found.size());
  for (const StoredUser& user : found) messages.push_back(ToDetails(user));
  return messages;
}

}  // namespace

grpc::ServerUnaryReactor* UsersService::Create(grpc::CallbackServerContext* context,
                                               const users::CreateReq* request,
                                               users::CreateResp* response) {
  (void)response;
  return Run(state_, *context, Demand::What::kAdminister, *request,
             [](UserDirectory& directory, const auto& options, absl::Time deadline) {
               return directory.Create(
                   {.login = options.login_name(),
                    .full_name = options.full_name(),
                    .groups = {options.groups().begin(), options.groups().end()}},
                   options.password(), deadline);
             });
}

grpc::ServerUnaryReactor* UsersService::Update(grpc::CallbackServerContext* context,
                                               const users::UpdateReq* request,
                                               users::UpdateResp* response) {
  (void)response;
  return Run(state_, *context, Demand::What::kAdminister, *request,
             [](UserDirectory& directory, const auto& options, absl::Time deadline) {
               return directory.Update(options.login_name(), options.full_name(),
                                       {options.groups().begin(), options.groups().end()},
                                       deadline);
             });
}

grpc::ServerUnaryReactor* UsersService::Delete(grpc::CallbackServerContext* context,
                                               const users::DeleteReq* request,
                                               users::DeleteResp* response) {
  (void)response;
  return Run(state_, *context, Demand::What::kAdminister, *request,
             [](UserDirectory& directory, const auto& options, absl::Time deadline) {
               return directory.Delete(options.login_name(), deadline);
             });
}

grpc::ServerUnaryReactor* UsersService::Disable(grpc::CallbackServerContext* context,
                                                const users::DisableReq* request,
                                                users::DisableResp* response) {
  (void)response;
  return Run(state_, *context, Demand::What::kAdminister, *request,
             [](UserDirectory& directory, const auto& options, absl::Time deadline) {
               return directory.SetDisabled(options.login_name(), true, deadline);
             });
}

grpc::ServerUnaryReactor* UsersService::Enable(grpc::CallbackServerContext* context,
                                               const users::EnableReq* request,
                                               users::EnableResp* response) {
  (void)response;
  return Run(state_, *context, Demand::What::kAdminister, *request,
             [](UserDirectory& directory, const auto& options, absl::Time deadline) {
               return directory.SetDisabled(options.login_name(), false, deadline);
             });
}

grpc::ServerWriteReactor<DetailsResp>* UsersService::Details(grpc::CallbackServerContext* context,
                                                             const users::DetailsReq* request) {
  auto* const reactor = new ListReactor<DetailsResp>(*context);
  CallAccess(state_, *context)
      .Check({.what = Demand::What::kUser},
             [state = state_, reactor,
              login = request->options().login_name()](const absl::Status& allowed) {
               if (!allowed.ok()) return reactor->Send(allowed);
               if (state->access == nullptr) return reactor->Send(NoUsers());
               BudgetShare share(state->reads);
               if (!share.TryTake(1)) {
                 return reactor->Send(absl::ResourceExhaustedError("too many reads at a time"));
               }
               state->PostRead([state, reactor, login, share = std::move(share)]() mutable {
                 absl::StatusOr<std::vector<DetailsResp>> details =
                     CollectDetails(state->access->users(), login);
                 share.Release();
                 reactor->Send(std::move(details));
               });
             });
  return reactor;
}

grpc::ServerUnaryReactor* UsersService::ChangePassword(grpc::CallbackServerContext* context,
                                                       const users::ChangePasswordReq* request,
                                                       users::ChangePasswordResp* response) {
  (void)response;
  return Run(state_, *context, Demand::What::kUser, *request,
             [](UserDirectory& directory, const auto& options, absl::Time deadline) {
               return directory.ChangePassword(options.login_name(), options.current_password(),
                                               options.new_password(), deadline);
             });
}

grpc::ServerUnaryReactor* UsersService::ResetPassword(grpc::CallbackServerContext* context,
                                                      const users::ResetPasswordReq* request,
                                                      users::ResetPasswordResp* response) {
  (void)response;
  return Run(state_, *context, Demand::What::kAdminister, *request,
             [](UserDirectory& directory, const auto& options, absl::Time deadline) {
               return directory.ResetPassword(options.login_name(), options.new_password(),
                                              deadline);
             });
}

}  // namespace eventstoredb
