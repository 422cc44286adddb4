#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "api/orderctl/command_line.h"
#include "api/orderctl/exit_codes.h"
#include "api/orderctl/options.h"
#include "api/orderctl/order_text.h"
#include "api/orderctl/password.h"
#include "api/orderctl/read_command.h"
#include "api/orderctl/show_message.h"
#include "api/orderctl/show_pages.h"
#include "api/orderctl/utf8.h"

namespace orders::api {
namespace {

using UsersStub = v1::StoreUsers::StubInterface;

struct UserArguments {
  std::string login;
  std::optional<std::string> full_name;
  std::optional<std::vector<std::string>> groups;
  std::string password_file;
};

template <typename Request, typename Response>
grpc::Status Ask(Session& session,
                 grpc::Status (UsersStub::*rpc)(grpc::ClientContext*, const Request&, Response*),
                 const Request& request, Response& response) {
  grpc::ClientContext context;
  session.Prepare(context);
  return (session.store_users().*rpc)(&context, request, &response);
}

/// Changes the user and tells that it is `done`.
template <typename Request, typename Response>
int Change(Session& session,
           grpc::Status (UsersStub::*rpc)(grpc::ClientContext*, const Request&, Response*),
           const Request& request, const char* done) {
  Response response;
  const grpc::Status status = Ask(session, rpc, request, response);
  if (!status.ok()) return session.Fail(status);
  ShowMessage(session, response,
              [&] { return absl::StrCat(Printable(request.login_name()), " ", done, "\n"); });
  return kExitOk;
}

/// Puts what is read by --password-file, or typed, into the request; absent: it is there.
template <typename Request>
std::optional<int> TakePassword(const UserArguments& arguments, Request& request) {
  absl::StatusOr<std::string> password = ReadPassword(arguments.password_file, arguments.login);
  if (password.ok()) {
    request.set_password(*std::move(password));
    return std::nullopt;
  }
  if (absl::IsCancelled(password.status())) return kExitInterrupted;
  WriteErrorLine(absl::StrCat("orderctl: ", Printable(password.status().message())));
  return kExitUsage;
}

std::string StateText(const v1::StoreUser& user) {
  return absl::StrCat(user.disabled() ? "disabled" : "enabled",
                      user.used_by_service() ? ", used by the service" : "");
}

std::string UserText(const v1::StoreUser& user) {
  return absl::StrCat("login        ", Printable(user.login_name()), "\nfull name    ",
                      Printable(user.full_name()), "\ngroups       ",
                      Printable(absl::StrJoin(user.groups(), ", ")), "\nstate        ",
                      StateText(user), "\nchanged      ",
                      TimeText(user.has_update_time(), user.update_time()), "\n");
}

int ShowUser(Session& session, const UserArguments& arguments) {
  v1::GetStoreUserRequest request;
  request.set_login_name(arguments.login);
  v1::StoreUser user;
  const grpc::Status status = Ask(session, &UsersStub::GetStoreUser, request, user);
  if (!status.ok()) return session.Fail(status);
  ShowMessage(session, user, [&] { return UserText(user); });
  return kExitOk;
}

int Create(Session& session, const UserArguments& arguments) {
  v1::CreateStoreUserRequest request;
  request.set_login_name(arguments.login);
  request.set_full_name(arguments.full_name.value_or(""));
  for (const std::string& group : arguments.groups.value_or(std::vector<std::string>())) {
    request.add_groups(group);
  }
  if (const std::optional<int> failed = TakePassword(arguments, request)) return *failed;
  return Change(session, &UsersStub::CreateStoreUser, request, "created");
}

/// The rpc replaces all, so what is not said is asked for first.
int Update(Session& session, const UserArguments& arguments) {
  if (!arguments.full_name.has_value() && !arguments.groups.has_value()) {
    WriteErrorLine(
        "orderctl users update: say what is to change: --full-name, --group, --no-group");
    return kExitUsage;
  }
  v1::GetStoreUserRequest get;
  get.set_login_name(arguments.login);
  v1::StoreUser user;
  const grpc::Status status = Ask(session, &UsersStub::GetStoreUser, get, user);
  if (!status.ok()) return session.Fail(status);
  v1::UpdateStoreUserRequest request;
  request.set_login_name(arguments.login);
  request.set_full_name(arguments.full_name.value_or(user.full_name()));
  *request.mutable_groups() = user.groups();
  if (arguments.groups.has_value()) {
    request.mutable_groups()->Assign(arguments.groups->begin(), arguments.groups->end());
  }
  return Change(session, &UsersStub::UpdateStoreUser, request, "updated");
}

int ResetPassword(Session& session, const UserArguments& arguments) {
  v1::ResetStoreUserPasswordRequest request;
  request.set_login_name(arguments.login);
  if (const std::optional<int> failed = TakePassword(arguments, request)) return *failed;
  return Change(session, &UsersStub::ResetStoreUserPassword, request, "has another password");
}

/// A change that takes the login alone.
template <typename Request, typename Response>
auto Simple(grpc::Status (UsersStub::*rpc)(grpc::ClientContext*, const Request&, Response*),
            const char* done) {
  return [rpc, done](Session& session, const UserArguments& arguments) {
    Request request;
    request.set_login_name(arguments.login);
    return Change(session, rpc, request, done);
  };
}

void AddUserList(CommandLine& line, CLI::App& topic) {
  struct ListArguments {
    v1::ListStoreUsersRequest request;
    bool all = false;
  };
  const auto arguments = std::make_shared<ListArguments>();
  CLI::App& app =
      line.AddTo(topic, "list", "All of them, by login name", [arguments](Session& session) {
        return ShowPagesOf(
            session, session.store_users(), arguments->request, arguments->all,
            &UsersStub::ListStoreUsers,
            TextTable({{"LOGIN"}, {"FULL NAME"}, {"GROUPS"}, {"STATE"}, {"CHANGED"}}),
            [](const v1::ListStoreUsersResponse& answer) -> const auto& {
              return answer.store_users();
            },
            [](const v1::StoreUser& user, TextTable& table) {
              table.AddRow({user.login_name(), user.full_name(), absl::StrJoin(user.groups(), ", "),
                            StateText(user), TimeText(user.has_update_time(), user.update_time())});
            });
      });
  AddPaging(app, arguments->request);
  AddSwitch(app, "--all", "Page after page", [arguments] { arguments->all = true; });
}

void AddFullName(CLI::App& app, const std::shared_ptr<UserArguments>& arguments) {
  AddText(app, "--full-name", "Whose it is", "NAME",
          [arguments](std::string name) { arguments->full_name = std::move(name); });
}

CLI::Option* AddGroups(CLI::App& app, const char* help,
                       const std::shared_ptr<UserArguments>& arguments) {
  return AddValues(app, "--group", help, "GROUP", ParseText, [arguments](std::string group) {
    if (!arguments->groups.has_value()) arguments->groups.emplace();
    arguments->groups->push_back(std::move(group));
  });
}

void AddPasswordFile(CLI::App& app, const std::shared_ptr<UserArguments>& arguments) {
  AddText(app, "--password-file",
          "Holds the password as its one line; - for standard input [asked for on the terminal]",
          "FILE", [arguments](std::string file) { arguments->password_file = std::move(file); });
}

}  // namespace

void AddUserCommands(CommandLine& line) {
  CLI::App& topic = line.AddTopic("users", "Running it",
                                  "Who may come in at the store's own port: users and groups");
  const auto arguments = std::make_shared<UserArguments>();
  const auto add = [&](const char* name, const char* help, auto run) -> CLI::App& {
    CLI::App& app = line.AddTo(
        topic, name, help, [run, arguments](Session& session) { return run(session, *arguments); });
    AddText(app, "LOGIN", "The user's login name", "", [arguments](std::string login) {
      arguments->login = std::move(login);
    })->required();
    return app;
  };
  AddUserList(line, topic);
  add("show", "One of them", ShowUser);

  CLI::App& create = add("create", "Make a user, who may log in at once", Create);
  AddFullName(create, arguments);
  AddGroups(create, "A group it is in, like '$ops'; may be given many times", arguments);
  AddPasswordFile(create, arguments);

  CLI::App& update = add("update", "Change name or groups; what is not said stays", Update);
  AddFullName(update, arguments);
  CLI::Option* const groups = AddGroups(
      update, "A group it is in from now on, instead of all it was in; many times", arguments);
  AddSwitch(update, "--no-group", "It is in no group from now on", [arguments] {
    arguments->groups.emplace();
  })->excludes(groups);

  add("enable", "Let a disabled user log in again", Simple(&UsersStub::EnableStoreUser, "enabled"));
  add("disable", "Let it log in no more; it stays",
      Simple(&UsersStub::DisableStoreUser, "disabled"));
  add("delete", "Take it away for good", Simple(&UsersStub::DeleteStoreUser, "deleted"));
  AddPasswordFile(add("reset-password", "Give it another password", ResetPassword), arguments);
}

}  // namespace orders::api
