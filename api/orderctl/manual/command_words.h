#pragma once

#include <string>
#include <vector>

#include "CLI/CLI.hpp"

namespace orders::api {

/// An option, as --help has it.
struct OptionWords {
  std::vector<std::string> names;  ///< "-o", "--output"; of an argument its one name: "ORDER".
  std::string value_name;          ///< Empty: it takes no value.
  std::string help;
  std::vector<std::string> choices;  ///< All the values it takes, if the help lists them.
  bool is_argument = false;
  bool is_required = false;
};

/// A command and those under it, as --help has them: what completions and the manual are made of.
struct CommandWords {
  std::string name;
  std::string group;  ///< The heading under which its topic lists it.
  std::string help;
  std::vector<OptionWords> options;  ///< Arguments among them.
  std::vector<CommandWords> commands;
};

CommandWords WordsOf(const CLI::App& app);

}  // namespace orders::api
