#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

#include "api/orderctl/command_line.h"
#include "api/orderctl/exit_codes.h"
#include "api/orderctl/options.h"
#include "api/orderctl/token.h"
#include "domain/order/validation.h"

namespace orders::api {
namespace {

constexpr std::int64_t kCallsPerSecondMax = 1'000'000;

struct NewTokenArguments {
  TokenTerms terms;
  std::string file;
};

absl::StatusOr<std::string> ParseRole(absl::string_view text) {
  if (text == "read" || text == "write" || text == "admin") return std::string(text);
  return absl::InvalidArgumentError("read, write or admin is wanted");
}

absl::StatusOr<std::string> ParseCustomer(absl::string_view text) {
  const auto violations = domain::ValidateCustomerId({std::string(text)});
  if (violations.empty()) return std::string(text);
  return absl::InvalidArgumentError(violations.front().description);
}

/// Puts `entry` behind what `path` holds, all of it or, as far as the system lets it, nothing; the
/// answer says why not.
std::string Append(const std::string& path, const std::string& entry) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) return absl::StrCat(path, ": ", std::strerror(errno));
  const std::unique_ptr<const int, void (*)(const int*)> owned(
      &file, [](const int* descriptor) { close(*descriptor); });
  struct stat status {};
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    return absl::StrCat(path, " is no file");
  }
  if ((status.st_mode & 077) != 0) {
    return absl::StrCat(path, " is open to others, and the service would not take it: chmod 600");
  }
  const std::string text = absl::StrCat(status.st_size > 0 ? "\n" : "", entry);
  if (write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      fsync(file) == 0) {
    return "";
  }
  const std::string why = absl::StrCat(path, ": ", std::strerror(errno));
  return ftruncate(file, status.st_size) == 0 ? why
                                              : absl::StrCat(why, "; its end may be incomplete");
}

int MakeToken(Session& session, const NewTokenArguments& arguments) {
  const std::string token = NewToken();
  if (token.empty()) {
    WriteErrorLine("orderctl token new: the system gives no random numbers");
    return kExitInternal;
  }
  const std::string entry = TokenEntry(arguments.terms, token);
  if (arguments.file.empty()) {
    session.out().Write(absl::StrCat(token, "\n\n", entry));
    return kExitOk;
  }
  if (const std::string why = Append(arguments.file, entry); !why.empty()) {
    WriteErrorLine(absl::StrCat("orderctl token new: ", why));
    return kExitOutput;
  }
  session.out().Write(absl::StrCat(token, "\n"));
  return kExitOk;
}

}  // namespace

void AddTokenCommands(CommandLine& line) {
  const auto arguments = std::make_shared<NewTokenArguments>();
  CLI::App& topic =
      line.AddTopic("token", "Running it", "Tokens by which the service knows callers");
  CLI::App& app = line.AddTo(
      topic, "new", "Make a token: it is shown once, and the service's token file gets its hash",
      [arguments](Session& session) { return MakeToken(session, *arguments); });
  line.NeedsNoService("token new");
  TokenTerms& terms = arguments->terms;
  AddValue(app, "NAME", "Whom it is for; recorded with every change", "", ParseAscii,
           [&terms](std::string name) { terms.name = std::move(name); })
      ->required();
  AddValue(app, "--role", "What it lets do: read, write or admin, each with what is before it",
           "ROLE", ParseRole, [&terms](std::string role) { terms.role = std::move(role); })
      ->required();
  AddValue(app, "--customer", "Only this customer's orders [everyone's]", "ID", ParseCustomer,
           [&terms](std::string id) { terms.customer = std::move(id); });
  AddInteger(app, "--calls-per-second", "At most so many [as many as the service lets anyone]", "N",
             1, kCallsPerSecondMax, [&terms](std::int64_t n) { terms.calls_per_second = n; });
  AddText(app, "--append", "Write the entry to this file, made for its owner alone [print it]",
          "FILE", [arguments](std::string file) { arguments->file = std::move(file); });
}

}  // namespace orders::api
