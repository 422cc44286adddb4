#include <utility>

#include "event_store/client/users.grpc.pb.h"
#include "eventstoredb/users.h"
#include "infrastructure/eventstoredb/client/streamed_answers.h"
#include "infrastructure/eventstoredb/client/unary_operation.h"
#include "infrastructure/eventstoredb/client/user_messages.h"

namespace eventstoredb {

using namespace client;  // NOLINT: the parts that this one is made of.

namespace {

using UsersService = users_wire::Users;
using UserMethods = UsersService::StubInterface::async_interface;

UnaryDescription ChangeOfUser(const std::string& login) { return {.about = {.login = login}}; }

template <typename Request>
Request OfLogin(const std::string& login) {
  Request message;
  message.mutable_options()->set_login_name(login);
  return message;
}

}  // namespace

absl::Status Users::Create(CreateUserRequest request, CallOptions options) const {
  if (absl::Status valid = client::Check(request); !valid.ok()) return valid;
  return CallUnary<UsersService>(core_, std::move(options), request.deadline,
                                 ChangeOfUser(request.login), ToCreate(request),
                                 &UserMethods::Create)
      .status();
}

absl::Status Users::Update(UpdateUserRequest request, CallOptions options) const {
  if (absl::Status valid = client::Check(request); !valid.ok()) return valid;
  return CallUnary<UsersService>(core_, std::move(options), request.deadline,
                                 ChangeOfUser(request.login), ToUpdate(request),
                                 &UserMethods::Update)
      .status();
}

absl::Status Users::Delete(std::string login, absl::Time deadline, CallOptions options) const {
  if (absl::Status valid = CheckLogin(login); !valid.ok()) return valid;
  return CallUnary<UsersService>(core_, std::move(options), deadline, ChangeOfUser(login),
                                 OfLogin<users_wire::DeleteReq>(login), &UserMethods::Delete)
      .status();
}

absl::Status Users::Enable(std::string login, absl::Time deadline, CallOptions options) const {
  if (absl::Status valid = CheckLogin(login); !valid.ok()) return valid;
  return CallUnary<UsersService>(core_, std::move(options), deadline, ChangeOfUser(login),
                                 OfLogin<users_wire::EnableReq>(login), &UserMethods::Enable)
      .status();
}

absl::Status Users::Disable(std::string login, absl::Time deadline, CallOptions options) const {
  if (absl::Status valid = CheckLogin(login); !valid.ok()) return valid;
  return CallUnary<UsersService>(core_, std::move(options), deadline, ChangeOfUser(login),
                                 OfLogin<users_wire::DisableReq>(login), &UserMethods::Disable)
      .status();
}

absl::StatusOr<UserDetails> Users::Get(std::string login, absl::Time deadline,
                                       CallOptions options) const {
  if (absl::Status valid = CheckLogin(login); !valid.ok()) return valid;
  auto answers =
      AllAnswers<UsersService>(core_, options, deadline, {.login = login},
                               OfLogin<users_wire::DetailsReq>(login), &UserMethods::Details);
  if (!answers.ok()) return answers.status();
  if (answers->size() != 1) return absl::DataLossError("the server did not answer with one user");
  return ToUserDetails(std::move(*answers->front().mutable_user_details()));
}

absl::StatusOr<std::vector<UserDetails>> Users::List(absl::Time deadline,
                                                     CallOptions options) const {
  // No login name: all of them.
  auto answers = AllAnswers<UsersService>(
      core_, options, deadline, {}, OfLogin<users_wire::DetailsReq>(""), &UserMethods::Details);
  if (!answers.ok()) return answers.status();
  std::vector<UserDetails> users;
  for (users_wire::DetailsResp& answer : *answers) {
    users.push_back(ToUserDetails(std::move(*answer.mutable_user_details())));
  }
  return users;
}

absl::Status Users::ChangePassword(ChangePasswordRequest request, CallOptions options) const {
  if (absl::Status valid = client::Check(request); !valid.ok()) return valid;
  return CallUnary<UsersService>(core_, std::move(options), request.deadline,
                                 ChangeOfUser(request.login), ToChangePassword(request),
                                 &UserMethods::ChangePassword)
      .status();
}

absl::Status Users::ResetPassword(ResetPasswordRequest request, CallOptions options) const {
  if (absl::Status valid = client::Check(request); !valid.ok()) return valid;
  return CallUnary<UsersService>(core_, std::move(options), request.deadline,
                                 ChangeOfUser(request.login), ToResetPassword(request),
                                 &UserMethods::ResetPassword)
      .status();
}

}  // namespace eventstoredb
