#include "api/orderctl/manual/command_words.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace orders::api {
namespace {

bool IsChoice(const std::string& word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) || c == '_' || c == '-';
  });
}

/// "table, json or ndjson [table]" lists all there is; anything else in between does not.
std::vector<std::string> ChoicesIn(const std::string& help) {
  const std::string list = help.substr(0, help.find(" ["));
  std::vector<std::string> choices =
      absl::StrSplit(absl::StrReplaceAll(list, {{" or ", ", "}}), ", ");
  const bool is_list = choices.size() > 1 && std::all_of(choices.begin(), choices.end(), IsChoice);
  return is_list ? choices : std::vector<std::string>();
}

OptionWords WordsOf(const CLI::Option& option) {
  OptionWords words;
  words.is_argument = option.get_positional();
  if (words.is_argument) words.names.push_back(option.get_name(/*positional=*/true));
  for (const std::string& name : option.get_snames()) words.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) words.names.push_back("--" + name);
  if (option.get_items_expected_max() > 0 || words.is_argument) {
    words.value_name = option.get_type_name();
  }
  words.help = option.get_description();
  words.is_required = option.get_required();
  words.choices = ChoicesIn(words.help);
  return words;
}

}  // namespace

CommandWords WordsOf(const CLI::App& app) {
  CommandWords words{
      .name = app.get_name(), .group = app.get_group(), .help = app.get_description()};
  for (const CLI::Option* const option : app.get_options()) {
    words.options.push_back(WordsOf(*option));
  }
  for (const CLI::App* const command :
       app.get_subcommands(std::function<bool(const CLI::App*)>())) {
    words.commands.push_back(WordsOf(*command));
  }
  return words;
}

}  // namespace orders::api
