#include "infrastructure/config/settings.h"

#include <algorithm>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace orders::infrastructure {
namespace {

absl::Status UsageError(Command command, const std::string& text) {
  const char* help = command == Command::kStore ? "orderd store --help" : "orderd --help";
  return absl::InvalidArgumentError(absl::StrCat(text, " (", help, " lists all flags)"));
}

/// The values each flag was given, by name; a switch without a value says "true".
using Given = std::map<std::string, std::vector<std::string>>;

struct Parsed {
  Command command = Command::kServe;
  Given given;
  bool help = false;
  bool version = false;
};

/// CLI11 takes the command line apart; which value counts is decided by us. Its exceptions end
/// here.
absl::StatusOr<Parsed> ParseFlags(std::vector<std::string> arguments) {
  Parsed parsed;
  CLI::App app("orders", "orderd");
  app.set_help_flag();
  app.add_flag("--help,-h", parsed.help);
  app.add_flag("--version", parsed.version);
  const CLI::App* const serve = app.add_subcommand("serve")->fallthrough();
  const CLI::App* const store = app.add_subcommand("store")->fallthrough();
  for (const SettingRow& row : SettingRows()) {
    std::vector<std::string>& values = parsed.given[row.name];
    if (row.value_name.empty()) {
      // A flag that takes "--flag=true" too.
      app.add_flag(row.flag(), values)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    } else {
      app.add_option(row.flag(), values)
          ->type_size(1)
          ->allow_extra_args(false)
          ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }
  }
  std::reverse(arguments.begin(), arguments.end());  // As CLI11 wants them.
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ExtrasError&) {
    return UsageError(parsed.command,
                      absl::StrCat("\"", app.remaining(/*recurse=*/true).front(),
                                   "\" is neither a flag nor a command, serve or store"));
  } catch (const CLI::ParseError& error) {
    return UsageError(parsed.command, error.what());
  }
  if (serve->count() + store->count() > 1) {
    return UsageError(parsed.command, "serve or store is to be given once");
  }
  if (store->parsed()) parsed.command = Command::kStore;
  return parsed;
}

/// A flag and what it does, in two columns of at most 100 together.
void AppendHelp(const std::string& head, const std::string& text, std::string& help) {
  constexpr std::size_t kTextWidth = 68;
  std::string line;
  std::string left = head;
  const auto end_line = [&] {
    absl::StrAppend(&help, absl::StrFormat("  %-28s %s\n", left, line));
    left.clear();
    line.clear();
  };
  for (const absl::string_view word : absl::StrSplit(text, ' ')) {
    if (!line.empty() && line.size() + 1 + word.size() > kTextWidth) end_line();
    absl::StrAppend(&line, line.empty() ? "" : " ", word);
  }
  end_line();
}

/// "esdb://***@host:2113?tls=true": whatever stands before the last @ may be of a password.
std::string WithoutCredentials(const std::string& connection_string) {
  const std::size_t at = connection_string.rfind('@');
  if (at == std::string::npos) return connection_string;
  const std::size_t scheme = connection_string.find("://");
  return absl::StrCat(scheme < at ? connection_string.substr(0, scheme + 3) : "", "***",
                      connection_string.substr(at));
}

}  // namespace

absl::StatusOr<std::variant<ResolvedSettings, PrintAndExit>> ResolveSettings(
    const std::vector<std::string>& arguments,
    const std::function<const char*(const std::string&)>& environment) {
  absl::StatusOr<Parsed> parsed = ParseFlags(arguments);
  if (!parsed.ok()) return parsed.status();
  const Command command = parsed->command;
  if (parsed->help) return PrintAndExit{SettingsHelp(command)};
  if (parsed->version) return PrintAndExit{absl::StrCat("orderd ", std::string(kVersion), "\n")};

  ResolvedSettings resolved;
  resolved.settings.command = command;
  for (const SettingRow& row : SettingRows()) {
    const std::vector<std::string>& given = parsed->given[row.name];
    if (!row.IsOf(command)) {
      if (given.empty()) continue;
      return UsageError(command, absl::StrCat(row.flag(), " is no flag of orderd ",
                                              command == Command::kStore ? "store" : "serve"));
    }
    if (given.size() > 1) return UsageError(command, absl::StrCat(row.flag(), " is given twice"));
    std::string from = row.flag();
    std::string value = row.default_value;
    SettingSource source = SettingSource::kDefault;
    const std::string variable = row.environment();
    if (!given.empty()) {
      value = given.front();
      source = SettingSource::kFlag;
    } else if (const char* set = environment(variable); set != nullptr) {
      if (row.flag_only) {
        return UsageError(command, absl::StrCat(variable,
                                                " is not taken, it would outlive the one start it "
                                                "is meant for: unset it and give ",
                                                row.flag(), " instead"));
      }
      value = set;
      from = variable;
      source = SettingSource::kEnvironment;
    }
    if (const std::optional<std::string> takes = row.set(value, resolved.settings)) {
      return UsageError(command, absl::StrCat(from, " ", *takes, ", not \"", value, "\""));
    }
    resolved.sources[row.name] = source;
    resolved.settings.effective.push_back(
        {.name = row.name,
         .value = row.holds_password ? WithoutCredentials(value) : value,
         .source = source,
         .help = row.help});
  }
  if (resolved.settings.deadline_default > resolved.settings.deadline_max) {
    return UsageError(command, "--deadline-default must not be above --deadline-max");
  }
  return resolved;
}

std::string SettingsHelp(Command command) {
  std::string help = command == Command::kStore
                         ? "Usage: orderd store [flags]\n\n"
                           "Serves the event store alone, to any client of EventStoreDB's "
                           "protocol, until SIGTERM or\n"
                           "Ctrl-C; ready when it says so on standard output. Each flag may be "
                           "given as an environment\n"
                           "variable too (--listen: ORDERS_LISTEN); the flag counts.\n\n"
                         : "Usage: orderd [serve] [flags]\n\n"
                           "Serves orders over gRPC until SIGTERM or Ctrl-C; ready when it says so "
                           "on standard output.\n"
                           "Each flag may be given as an environment variable too (--grpc-listen: "
                           "ORDERS_GRPC_LISTEN);\n"
                           "the flag counts. `orderd store` serves the event store alone: orderd "
                           "store --help.\n\n";
  for (const SettingRow& row : SettingRows()) {
    if (!row.IsOf(command)) continue;
    const std::string head =
        row.value_name.empty() ? row.flag() : absl::StrCat(row.flag(), " ", row.value_name);
    std::string text = row.help;
    if (row.flag_only) absl::StrAppend(&text, " As a flag only.");
    if (!row.value_name.empty() && !row.default_value.empty())
      absl::StrAppend(&text, " Default: ", row.default_value, ".");
    AppendHelp(head, text, help);
  }
  AppendHelp("--version", "Print the version.", help);
  AppendHelp("--help, -h", "Print this.", help);
  return help;
}

}  // namespace orders::infrastructure
