#include "api/orderctl/manual/shell_completion.h"

#include <functional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace orders::api {
namespace {

/// Calls `visit` with each command and its path, "" for the tool itself, " dead-letters list".
void ForEachCommand(const CommandWords& command, const std::string& path,
                    const std::function<void(const CommandWords&, const std::string&)>& visit) {
  visit(command, path);
  for (const CommandWords& under : command.commands) {
    ForEachCommand(under, absl::StrCat(path, " ", under.name), visit);
  }
}

std::string SingleQuoted(const std::string& text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

/// One that a shell is to offer: what, and what it is.
struct Candidate {
  std::string word;
  std::string help;
};

/// What may stand after a command's path; options of the whole tool may, anywhere.
std::vector<Candidate> CandidatesOf(const CommandWords& tool, const CommandWords& command,
                                    bool with_options) {
  std::vector<Candidate> candidates;
  for (const CommandWords& under : command.commands) {
    candidates.push_back({under.name, under.help});
  }
  if (!with_options) return candidates;
  const auto add = [&candidates](const CommandWords& of) {
    for (const OptionWords& option : of.options) {
      if (option.is_argument) continue;
      for (const std::string& name : option.names) candidates.push_back({name, option.help});
    }
  };
  add(command);
  if (&command != &tool) add(tool);
  return candidates;
}

std::string JoinWords(const std::vector<Candidate>& candidates) {
  return absl::StrJoin(candidates, " ", [](std::string* out, const Candidate& candidate) {
    absl::StrAppend(out, candidate.word);
  });
}

/// "case" patterns of all paths: which words lead on, " list|" " dead-letters list".
std::string PathPatterns(const CommandWords& tool) {
  std::vector<std::string> patterns;
  ForEachCommand(tool, "", [&patterns](const CommandWords&, const std::string& path) {
    if (!path.empty()) patterns.push_back(SingleQuoted(path));
  });
  return absl::StrJoin(patterns, "|");
}

/// Of the options that take one of a few values: `body` of the path and names, and the values.
void ForEachChoice(const CommandWords& tool,
                   const std::function<void(const std::string& path, const std::string& name,
                                            const std::vector<std::string>& choices)>& visit) {
  ForEachCommand(tool, "", [&visit](const CommandWords& command, const std::string& path) {
    for (const OptionWords& option : command.options) {
      if (option.is_argument || option.choices.empty()) continue;
      for (const std::string& name : option.names) visit(path, name, option.choices);
    }
  });
}

/// Words that bash and zsh find the path with; both read it.
std::string FindPath(const CommandWords& tool, const std::string& words) {
  return absl::StrCat("  local at='' word\n  for word in ", words,
                      "; do\n    case \"$at $word\" in\n      ", PathPatterns(tool),
                      ") at=\"$at $word\" ;;\n    esac\n  done\n");
}

}  // namespace

std::string BashCompletion(const CommandWords& tool) {
  std::string script = absl::StrCat(
      "# Completes the words of ", tool.name,
      " in bash: source it, or put it where bash-completion "
      "looks.\n_",
      tool.name,
      "() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n",
      FindPath(tool, "\"${COMP_WORDS[@]:1:COMP_CWORD-1}\""), "  local words=''\n",
      "  case \"$at $before\" in\n");
  ForEachChoice(tool, [&](const std::string& path, const std::string& name,
                          const std::vector<std::string>& choices) {
    // Options of the whole tool may stand after any command.
    absl::StrAppend(&script, "    ", path.empty() ? "*" : "", SingleQuoted(path + " " + name),
                    ") words=", SingleQuoted(absl::StrJoin(choices, " ")), " ;;\n");
  });
  absl::StrAppend(&script, "  esac\n  if [[ -z $words ]]; then\n    case \"$at\" in\n");
  ForEachCommand(tool, "", [&](const CommandWords& command, const std::string& path) {
    absl::StrAppend(&script, "      ", SingleQuoted(path), ")\n        words=",
                    SingleQuoted(JoinWords(CandidatesOf(tool, command, /*with_options=*/true))),
                    " ;;\n");
  });
  absl::StrAppend(&script,
                  "    esac\n  fi\n  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- "
                  "\"$current\")\n}\ncomplete -o default -F _",
                  tool.name, " ", tool.name, "\n");
  return script;
}

std::string ZshCompletion(const CommandWords& tool) {
  const auto described = [](const Candidate& candidate) {
    return SingleQuoted(
        absl::StrCat(absl::StrReplaceAll(candidate.word, {{":", "\\:"}}), ":", candidate.help));
  };
  std::string script = absl::StrCat(
      "#compdef ", tool.name, "\n# Completes the words of ", tool.name, " in zsh: put it as _",
      tool.name, " into a folder of $fpath.\n_", tool.name, "() {\n  local -a candidates\n",
      FindPath(tool, "${words[2,CURRENT-1]}"), "  case \"$at ${words[CURRENT-1]}\" in\n");
  ForEachChoice(tool, [&](const std::string& path, const std::string& name,
                          const std::vector<std::string>& choices) {
    absl::StrAppend(&script, "    ", path.empty() ? "*" : "", SingleQuoted(path + " " + name),
                    ") candidates=(", absl::StrJoin(choices, " "), ") ;;\n");
  });
  absl::StrAppend(&script, "  esac\n  if (( ! $#candidates )); then\n    case \"$at\" in\n");
  ForEachCommand(tool, "", [&](const CommandWords& command, const std::string& path) {
    absl::StrAppend(&script, "      ", SingleQuoted(path), ") candidates=(");
    for (const Candidate& candidate : CandidatesOf(tool, command, /*with_options=*/true)) {
      absl::StrAppend(&script, "\n        ", described(candidate));
    }
    absl::StrAppend(&script, ") ;;\n");
  });
  absl::StrAppend(&script, "    esac\n  fi\n  _describe ", tool.name,
                  " candidates || _files\n}\n"
                  "if [[ $funcstack[1] == _",
                  tool.name, " ]]; then _", tool.name, " \"$@\"; else compdef _", tool.name, " ",
                  tool.name, "; fi\n");
  return script;
}

std::string FishCompletion(const CommandWords& tool) {
  std::string script =
      absl::StrCat("# Completes the words of ", tool.name,
                   " in fish: put it into ~/.config/fish/completions.\n", "function __", tool.name,
                   "_is_at\n  set -l at ''\n"
                   "  for word in (commandline -opc)[2..-1]\n    switch \"$at $word\"\n      case");
  ForEachCommand(tool, "", [&](const CommandWords&, const std::string& path) {
    if (!path.empty()) absl::StrAppend(&script, " ", SingleQuoted(path));
  });
  absl::StrAppend(&script,
                  "\n        set at \"$at $word\"\n    end\n  end\n"
                  "  test \"$at\" = \"$argv\"\nend\ncomplete -c ",
                  tool.name, " -f\n");
  const auto add_option = [&script, &tool](const OptionWords& option,
                                           const std::string& condition) {
    absl::StrAppend(&script, "complete -c ", tool.name, condition);
    for (const std::string& name : option.names) {
      const bool is_long = absl::StartsWith(name, "--");
      absl::StrAppend(&script, is_long ? " -l " : " -s ", name.substr(is_long ? 2 : 1));
    }
    if (!option.value_name.empty()) absl::StrAppend(&script, " -x");
    if (!option.choices.empty()) {
      absl::StrAppend(&script, " -a ", SingleQuoted(absl::StrJoin(option.choices, " ")));
    }
    absl::StrAppend(&script, " -d ", SingleQuoted(option.help), "\n");
  };
  ForEachCommand(tool, "", [&](const CommandWords& command, const std::string& path) {
    const std::string condition =
        absl::StrCat(" -n ", SingleQuoted(absl::StrCat("__", tool.name, "_is_at \"", path, "\"")));
    for (const Candidate& candidate : CandidatesOf(tool, command, /*with_options=*/false)) {
      absl::StrAppend(&script, "complete -c ", tool.name, condition, " -a ", candidate.word, " -d ",
                      SingleQuoted(candidate.help), "\n");
    }
    for (const OptionWords& option : command.options) {
      // Options of the whole tool may stand after any command.
      if (!option.is_argument) add_option(option, path.empty() ? "" : condition);
    }
  });
  return script;
}

}  // namespace orders::api
