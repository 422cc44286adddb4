#include "infrastructure/config/settings.h"

#include <algorithm>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"

#include "infrastructure/config/config_file.h"
#include "infrastructure/config/setting_rules.h"
#include "infrastructure/config/setting_texts.h"

namespace orders::infrastructure {
namespace {

/// The values each flag was given, by name; a switch without a value says "true".
using Given = std::map<std::string, std::vector<std::string>>;

struct Parsed {
  Command command = Command::kServe;
  Given given;
  bool help = false;
  bool version = false;
  bool print_config = false;
  bool check_config = false;
  bool print_manual = false;
};

/// CLI11 takes the command line apart; which value counts is decided by us. Its exceptions end
/// here.
absl::StatusOr<Parsed> ParseFlags(std::vector<std::string> arguments) {
  Parsed parsed;
  CLI::App app("orders", "orderd");
  app.set_help_flag();
  app.add_flag("--help,-h", parsed.help);
  app.add_flag("--version", parsed.version);
  app.add_flag("--print-config", parsed.print_config);
  app.add_flag("--check-config", parsed.check_config);
  app.add_flag("--print-manual", parsed.print_manual);
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

using Environment = std::function<const char*(const std::string&)>;

/// What a setting is to be, and who says so.
struct Value {
  std::string text;
  std::string from;  ///< The flag, the variable, or the place in the file with the setting's name.
  SettingSource source = SettingSource::kDefault;
};

absl::Status Refuse(const Value& value, Command command, const std::string& text) {
  if (value.source == SettingSource::kFile) {
    return absl::FailedPreconditionError(absl::StrCat(value.from, text));
  }
  return UsageError(command, absl::StrCat(value.from, text));
}

/// The settings of the file that --config names; none without it.
absl::StatusOr<ConfigValues> ReadFile(const Parsed& parsed, const Environment& environment) {
  const std::vector<std::string>& given = parsed.given.at("config");
  const char* const set = environment("ORDERS_CONFIG");
  const std::string path = !given.empty() ? given.front() : set != nullptr ? set : "";
  return path.empty() ? ConfigValues() : ReadConfigFile(path);
}

absl::StatusOr<Value> FindValue(const SettingRow& row, const Parsed& parsed,
                                const Environment& environment, const ConfigValues& file) {
  const Command command = parsed.command;
  const std::vector<std::string>& given = parsed.given.at(row.name);
  if (!row.IsOf(command)) {
    if (given.empty()) return Value();
    return UsageError(command, absl::StrCat(row.flag(), " is no flag of ", NameOf(command),
                                            command == Command::kServe ? " serve" : ""));
  }
  if (given.size() > 1) return UsageError(command, absl::StrCat(row.flag(), " is given twice"));
  if (!given.empty()) return Value{given.front(), row.flag(), SettingSource::kFlag};
  const std::string variable = row.environment();
  if (const char* const set = environment(variable); set != nullptr) {
    if (row.may_stand_in == MayStandIn::kNothing) {
      return UsageError(command, absl::StrCat(variable,
                                              " is not taken, it would outlive the one start it "
                                              "is meant for: unset it and give ",
                                              row.flag(), " instead"));
    }
    return Value{set, variable, SettingSource::kEnvironment};
  }
  if (const auto found = file.find(row.name); found != file.end()) {
    return Value{found->second.text, absl::StrCat(found->second.place, ": ", row.name),
                 SettingSource::kFile};
  }
  return Value{row.default_value, row.flag(), SettingSource::kDefault};
}

/// A name that is no setting's is a mistake, not a setting that does nothing.
absl::Status CheckNames(Command command, const ConfigValues& file) {
  for (const auto& entry : file) {
    const std::string& name = entry.first;
    const std::string& place = entry.second.place;
    const auto row =
        std::find_if(SettingRows().begin(), SettingRows().end(),
                     [&](const SettingRow& one) { return one.name == name && one.IsOf(command); });
    if (row == SettingRows().end()) {
      return absl::FailedPreconditionError(absl::StrCat(place, ": ", name, " is no setting of ",
                                                        NameOf(command), " (", NameOf(command),
                                                        " --print-config lists all)"));
    }
    if (row->may_stand_in != MayStandIn::kAll) {
      return absl::FailedPreconditionError(
          absl::StrCat(place, ": ", name, " stands in no file: give ", row->flag()));
    }
  }
  return absl::OkStatus();
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
  if (parsed->print_config) return PrintAndExit{AnnotatedConfig(command)};
  if (parsed->print_manual) return PrintAndExit{SettingsManual()};

  ResolvedSettings resolved;
  resolved.settings.command = command;
  absl::StatusOr<ConfigValues> file = ReadFile(*parsed, environment);
  if (!file.ok()) return file.status();
  if (absl::Status unknown = CheckNames(command, *file); !unknown.ok()) return unknown;
  for (const SettingRow& row : SettingRows()) {
    absl::StatusOr<Value> value = FindValue(row, *parsed, environment, *file);
    if (!value.ok()) return value.status();
    if (!row.IsOf(command)) continue;
    if (const std::optional<std::string> takes = row.set(value->text, resolved.settings)) {
      return Refuse(*value, command, absl::StrCat(" ", *takes, ", not \"", value->text, "\""));
    }
    resolved.sources[row.name] = value->source;
    resolved.settings.effective.push_back(
        {.name = row.name,
         .value = row.holds_password ? WithoutCredentials(value->text) : value->text,
         .source = value->source,
         .help = row.help});
  }
  if (absl::Status together = CheckTogether(resolved); !together.ok()) return together;
  resolved.check_only = parsed->check_config;
  return resolved;
}

}  // namespace orders::infrastructure
