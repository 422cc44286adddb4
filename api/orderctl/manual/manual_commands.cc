#include <memory>

#include "api/orderctl/command_line.h"
#include "api/orderctl/exit_codes.h"
#include "api/orderctl/manual/man_page.h"
#include "api/orderctl/manual/shell_completion.h"
#include "api/orderctl/options.h"

namespace orders::api {
namespace {

constexpr const char* kManualGroup = "The tool itself";

using MakeScript = std::string (*)(const CommandWords& tool);

absl::StatusOr<MakeScript> ParseShell(absl::string_view text) {
  if (text == "bash") return &BashCompletion;
  if (text == "zsh") return &ZshCompletion;
  if (text == "fish") return &FishCompletion;
  return absl::InvalidArgumentError("bash, zsh or fish is wanted");
}

}  // namespace

void AddManualCommands(CommandLine& line) {
  const auto make = std::make_shared<MakeScript>(nullptr);
  CLI::App& completion =
      line.Add("completion", kManualGroup, "Print what completes orderctl's words in a shell",
               [make, &line](Session& session) {
                 session.out().Write((*make)(WordsOf(line.app())));
                 return kExitOk;
               });
  AddValue(completion, "SHELL", "bash, zsh or fish", "SHELL", ParseShell,
           [make](MakeScript script) { *make = script; })
      ->required();
  line.NeedsNoService("completion");
  line.NeedsNoService("man");
  line.Add("man", kManualGroup, "Print the manual page, for man", [&line](Session& session) {
    session.out().Write(
        ManPage(WordsOf(line.app()), kOrderctlVersion, std::string(ExitCodesHelp())));
    return kExitOk;
  });
}

}  // namespace orders::api
