#include "api/orderctl/manual/man_page.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace orders::api {
namespace {

/// A text that roff shows as it stands.
std::string Escaped(const std::string& text) {
  const std::string escaped =
      absl::StrReplaceAll(text, {{"\\", "\\e"}, {"-", "\\-"}, {"'", "\\(aq"}, {"`", "\\(ga"}});
  return !escaped.empty() && escaped.front() == '.' ? absl::StrCat("\\&", escaped) : escaped;
}

void AppendOption(const OptionWords& option, std::string& page) {
  absl::StrAppend(&page, ".TP\n");
  if (option.is_argument) {
    absl::StrAppend(&page, ".I ", Escaped(option.names.front()), "\n");
  } else {
    absl::StrAppend(&page, ".B ", Escaped(absl::StrJoin(option.names, ", ")),
                    option.value_name.empty()
                        ? std::string()
                        : absl::StrCat(" \\fI", Escaped(option.value_name), "\\fR"),
                    "\n");
  }
  absl::StrAppend(&page, Escaped(option.help), option.is_required ? " (to be given)" : "", ".\n");
}

void AppendCommand(const CommandWords& command, const std::string& path, std::string& page) {
  std::vector<std::string> arguments;
  for (const OptionWords& option : command.options) {
    if (option.is_argument) arguments.push_back(Escaped(option.names.front()));
  }
  absl::StrAppend(&page, ".SS \"", Escaped(path), arguments.empty() ? "" : " ",
                  absl::StrJoin(arguments, " "), "\"\n", Escaped(command.help), ".\n");
  for (const OptionWords& option : command.options) {
    // --help is every command's.
    if (option.names.back() != "--help") AppendOption(option, page);
  }
  for (const CommandWords& under : command.commands) {
    AppendCommand(under, absl::StrCat(path, " ", under.name), page);
  }
}

/// Commands of one heading stand together, in the order in which the help has them.
void AppendGroups(const CommandWords& tool, std::string& page) {
  std::vector<std::string> groups;
  for (const CommandWords& command : tool.commands) {
    if (std::find(groups.begin(), groups.end(), command.group) == groups.end()) {
      groups.push_back(command.group);
    }
  }
  for (const std::string& group : groups) {
    absl::StrAppend(&page, ".SH \"", Escaped(absl::AsciiStrToUpper(group)), "\"\n");
    for (const CommandWords& command : tool.commands) {
      if (command.group == group) AppendCommand(command, command.name, page);
    }
  }
}

}  // namespace

std::string ManPage(const CommandWords& tool, const std::string& version,
                    const std::string& footer) {
  std::string page = absl::StrCat(
      ".TH ", absl::AsciiStrToUpper(tool.name), " 1 2026-11-27 \"", version, "\"\n", ".SH NAME\n",
      tool.name, " \\- the tool of the order service\n", ".SH SYNOPSIS\n.B ", tool.name,
      "\n[\\fIoptions\\fR] \\fIcommand\\fR [\\fIarguments\\fR]\n",
      ".SH DESCRIPTION\nAsks and tells the order service over gRPC. Each command says "
      "what it takes with \\fB\\-\\-help\\fR.\n.SH OPTIONS\n");
  for (const OptionWords& option : tool.options) AppendOption(option, page);
  AppendGroups(tool, page);
  absl::StrAppend(&page, ".SH \"EXIT STATUS\"\n.nf\n");
  for (const absl::string_view line : absl::StrSplit(footer, '\n')) {
    absl::StrAppend(&page, line.empty() ? "\\&" : Escaped(std::string(line)), "\n");
  }
  absl::StrAppend(&page,
                  ".fi\n.SH ENVIRONMENT\n.TP\n.B ORDERS_SERVER\n"
                  "The service, as \\fB\\-\\-server\\fR takes it.\n"
                  ".TP\n.B ORDERS_TLS, ORDERS_TLS_CA, ORDERS_TLS_CERT, ORDERS_TLS_KEY\n"
                  "The same for TLS; the first is \\fBtrue\\fR.\n"
                  ".TP\n.B ORDERS_TOKEN_FILE\nA file, as \\fB\\-\\-token\\-file\\fR takes it.\n"
                  ".TP\n.B ORDERS_TOKEN\nThe token itself, where no file is named.\n");
  return page;
}

}  // namespace orders::api
