#include "api/orderctl/command_line.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <utility>

#include <unistd.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "api/orderctl/exit_codes.h"
#include "api/orderctl/options.h"
#include "api/orderctl/utf8.h"

namespace orders::api {
namespace {

constexpr const char* kGlobalOptions =
    "Global options (--server, --tls, --token-file, --timeout, --actor, -o, ...): orderctl --help";

absl::StatusOr<OutputForm> ParseOutputForm(absl::string_view text) {
  if (text == "table") return OutputForm::kTable;
  if (text == "json") return OutputForm::kJson;
  if (text == "ndjson") return OutputForm::kNdjson;
  return absl::InvalidArgumentError("table, json or ndjson is wanted");
}

/// The words in the order CLI11 wants them, the last one first. "--note=" becomes "--note" and "",
/// for CLI11 would take the next word as the value.
std::vector<std::string> WordsOf(int argc, const char* const* argv) {
  std::vector<std::string> words;
  for (int i = 1; i < argc; ++i) {
    absl::string_view word = argv[i];
    const bool without_value = absl::StartsWith(word, "--") && word.find('=') == word.size() - 1;
    if (without_value) word.remove_suffix(1);
    words.emplace_back(word);
    if (without_value) words.emplace_back();
  }
  std::reverse(words.begin(), words.end());
  return words;
}

}  // namespace

CommandLine::CommandLine() : app_("The tool of the order service.", "orderctl") {
  app_.footer(std::string(ExitCodesHelp()));
  app_.set_version_flag("--version", kOrderctlVersion, "Print the version");
  app_.require_subcommand(1);
  app_.fallthrough();
  // Global options may stand after the subcommand too.
  app_.option_defaults()->group("Global options");
  AddGlobalOptions();
}

void CommandLine::AddGlobalOptions() {
  AddValue(app_, "--server", "The service, HOST:PORT [127.0.0.1:50051]", "HOST:PORT", ParseServer,
           [this](std::string server) { options_.server = std::move(server); })
      ->envname("ORDERS_SERVER");
  AddSwitch(app_, "--tls", "Speak TLS; implied by the files below", [this] {
    security_.tls = true;
  })->envname("ORDERS_TLS");
  const auto add_file = [this](const char* name, const char* help, const char* variable,
                               std::string& file) {
    AddText(app_, name, help, "FILE", [&file](std::string path) {
      file = std::move(path);
    })->envname(variable);
  };
  add_file("--tls-ca", "Authorities that may have signed the service's certificate [the system's]",
           "ORDERS_TLS_CA", security_.ca_file);
  add_file("--tls-cert", "The certificate to show, PEM", "ORDERS_TLS_CERT", security_.cert_file);
  add_file("--tls-key", "Its key, PEM", "ORDERS_TLS_KEY", security_.key_file);
  add_file("--token-file", "Holds the token that proves who asks; or it is in ORDERS_TOKEN",
           "ORDERS_TOKEN_FILE", security_.token_file);
  AddSwitch(app_, "--insecure", "Send the token without TLS, even beyond this machine",
            [this] { security_.insecure = true; });
  AddValue(app_, "--timeout", "Of each call, like 10s or 500ms [10s; a watch: none]", "DURATION",
           ParseTimeout, [this](absl::Duration timeout) {
             options_.timeout = timeout;
             options_.timeout_given = true;
           });
  AddValue(app_, "--actor", "Who asks; recorded with every change", "NAME", ParseAscii,
           [this](std::string actor) { options_.actor = std::move(actor); });
  AddValue(app_, "-o,--output", "table, json or ndjson [table]", "FORM", ParseOutputForm,
           [this](OutputForm form) { options_.output = form; });
  AddSwitch(app_, "--freshness", "Say on standard error how new an answer is",
            [this] { options_.show_freshness = true; });
}

CLI::App& CommandLine::Add(const std::string& name, const std::string& group,
                           const std::string& help, Run run) {
  CLI::App& command = AddTopic(name, group, help);
  command.require_subcommand(0);
  runs_[name] = std::move(run);
  return command;
}

CLI::App& CommandLine::AddTopic(const std::string& name, const std::string& group,
                                const std::string& help) {
  CLI::App& topic = *app_.add_subcommand(name, help);
  topic.group(group);
  topic.fallthrough();
  topic.require_subcommand(1);
  topic.footer(kGlobalOptions);
  topic.option_defaults()->group("Options");
  return topic;
}

CLI::App& CommandLine::AddTo(CLI::App& topic, const std::string& name, const std::string& help,
                             Run run) {
  CLI::App& command = *topic.add_subcommand(name, help);
  command.fallthrough();
  command.footer(kGlobalOptions);
  command.option_defaults()->group("Options");
  runs_[absl::StrCat(topic.get_name(), " ", name)] = std::move(run);
  return command;
}

std::string CommandLine::ChosenName() const {
  std::string name;
  const CLI::App* app = &app_;
  while (!app->get_subcommands().empty()) {
    app = app->get_subcommands().front();
    absl::StrAppend(&name, name.empty() ? "" : " ", app->get_name());
  }
  return name;
}

int CommandLine::Main(int argc, const char* const* argv) {
  try {
    app_.parse(WordsOf(argc, argv));
  } catch (const CLI::ParseError& error) {
    return error.get_exit_code() == 0 ? PrintHelp(error) : PrintUsageError(error);
  }
  const std::string chosen = ChosenName();
  const Run& run = runs_.at(chosen);
  if (!offline_.contains(chosen)) {
    const char* const token = std::getenv("ORDERS_TOKEN");
    absl::StatusOr<Security> security =
        ReadSecurity(security_, options_.server, token == nullptr ? "" : token);
    if (!security.ok()) {
      WriteErrorLine(absl::StrCat("orderctl: ", Printable(security.status().message())));
      return kExitUsage;
    }
    options_.security = *std::move(security);
  }
  Session session(options_);
  const int code = run(session);
  return session.out().ExitCode(code);
}

int CommandLine::PrintHelp(const CLI::ParseError& request) {
  std::ostringstream help;
  std::ostringstream unused;
  app_.exit(request, help, unused);
  Output out(STDOUT_FILENO);
  out.Write(help.str());
  return out.ExitCode(kExitOk);
}

int CommandLine::PrintUsageError(const CLI::ParseError& error) {
  const std::string chosen = ChosenName();
  const std::string command = chosen.empty() ? "orderctl" : absl::StrCat("orderctl ", chosen);
  const bool is_command = runs_.contains(chosen);
  // CLI11 complains of the missing subcommand before the unknown word that stands in its place.
  const std::vector<std::string> unknown = app_.remaining();
  const std::string text =
      !is_command && !unknown.empty()
          ? absl::StrCat("no such subcommand or option: ", Printable(unknown.front()))
          : Printable(absl::StrReplaceAll(error.what(), {{"\n", " "}}));
  WriteErrorLine(absl::StrCat(command, ": ", text, " (see ", command, " --help)"));
  return kExitUsage;
}

}  // namespace orders::api
