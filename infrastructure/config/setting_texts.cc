#include "infrastructure/config/setting_texts.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace orders::infrastructure {
namespace {

/// A flag and what it does, in two columns of at most 100 together.
void AppendHelp(const std::string& head, const std::string& text, std::string& help) {
  constexpr std::size_t kHeadWidth = 28;
  constexpr std::size_t kTextWidth = 68;
  std::string line;
  std::string left = head;
  const auto end_line = [&] {
    absl::StrAppend(&help, absl::StrFormat("  %-28s %s\n", left, line));
    left.clear();
    line.clear();
  };
  for (const absl::string_view word : absl::StrSplit(text, ' ')) {
    // A long head takes from the first line's text.
    const std::size_t head_more = std::max(left.size(), kHeadWidth) - kHeadWidth;
    if (!line.empty() && line.size() + 1 + word.size() + head_more > kTextWidth) end_line();
    absl::StrAppend(&line, line.empty() ? "" : " ", word);
  }
  end_line();
}

/// Lines of at most 100.
void AppendComment(const std::string& text, std::string& config) {
  constexpr std::size_t kTextWidth = 98;
  std::string line;
  const auto end_line = [&] {
    absl::StrAppend(&config, "# ", line, "\n");
    line.clear();
  };
  for (const absl::string_view word : absl::StrSplit(text, ' ')) {
    if (!line.empty() && line.size() + 1 + word.size() > kTextWidth) end_line();
    absl::StrAppend(&line, line.empty() ? "" : " ", word);
  }
  end_line();
}

/// The row's default as TOML has it. None of them has a sign that TOML escapes.
std::string TomlOf(const SettingRow& row) {
  const std::string& text = row.default_value;
  const bool is_number =
      !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
  return row.value_name.empty() || is_number ? text : absl::StrCat("\"", text, "\"");
}

/// A text that roff shows as it stands.
std::string Escaped(const std::string& text) {
  return absl::StrReplaceAll(text, {{"\\", "\\e"}, {"-", "\\-"}, {"'", "\\(aq"}, {"`", "\\(ga"}});
}

}  // namespace

const char* NameOf(Command command) {
  return command == Command::kStore ? "orderd store" : "orderd";
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
    if (row.may_stand_in == MayStandIn::kNothing) absl::StrAppend(&text, " As a flag only.");
    if (!row.value_name.empty() && !row.default_value.empty())
      absl::StrAppend(&text, " Default: ", row.default_value, ".");
    AppendHelp(head, text, help);
  }
  AppendHelp("--print-config", "Print a file for --config, with all settings.", help);
  AppendHelp(
      "--check-config",
      "Say whether the settings and the files that they name are in order, and start nothing.",
      help);
  AppendHelp("--print-manual", "Print the manual page, for man.", help);
  AppendHelp("--version", "Print the version.", help);
  AppendHelp("--help, -h", "Print this.", help);
  return help;
}

std::string AnnotatedConfig(Command command) {
  std::string config =
      absl::StrCat("# Settings of ", NameOf(command),
                   ", for --config FILE. Each is as it is by default; take the #\n",
                   "# away to change one. Flags and the environment count before this file.\n");
  for (const SettingRow& row : SettingRows()) {
    if (!row.IsOf(command) || row.may_stand_in != MayStandIn::kAll) continue;
    absl::StrAppend(&config, "\n");
    AppendComment(row.help, config);
    absl::StrAppend(&config, "#", row.name, " = ", TomlOf(row), "\n");
  }
  return config;
}

std::string SettingsManual() {
  std::string page = absl::StrCat(
      ".TH ORDERD 1 2026-11-27 \"orderd ", std::string(kVersion),
      "\"\n.SH NAME\norderd \\- order service, and event store\n.SH SYNOPSIS\n.B orderd\n"
      "[\\fBserve\\fR] [\\fIflags\\fR]\n.br\n.B orderd store\n[\\fIflags\\fR]\n.SH DESCRIPTION\n"
      "Serves orders, or the event store alone, until SIGTERM. Each flag may be given as an\n"
      "environment variable (\\-\\-grpc\\-listen: ORDERS_GRPC_LISTEN) or in the file that\n"
      "\\-\\-config names. The flag counts before the variable, the variable before the file.\n");
  for (const Command command : {Command::kServe, Command::kStore}) {
    absl::StrAppend(
        &page, ".SH \"FLAGS OF ",
        absl::AsciiStrToUpper(command == Command::kServe ? "orderd serve" : "orderd store"),
        "\"\n");
    for (const SettingRow& row : SettingRows()) {
      if (!row.IsOf(command)) continue;
      absl::StrAppend(&page, ".TP\n.B ", Escaped(row.flag()));
      if (!row.value_name.empty()) absl::StrAppend(&page, " \\fI", Escaped(row.value_name), "\\fR");
      absl::StrAppend(&page, "\n", Escaped(row.help), "\n");
      if (!row.value_name.empty() && !row.default_value.empty()) {
        absl::StrAppend(&page, "Default: ", Escaped(row.default_value), ".\n");
      }
    }
  }
  absl::StrAppend(
      &page,
      ".SH \"EXIT STATUS\"\n0: stopped as it was told. 64: the command line. 69: an\n"
      "address or a server. 70: an error of ours. 73: the folder. 74: the disk failed.\n"
      "75: the store is locked. 77: no right. 78: the configuration.\n");
  return page;
}

}  // namespace orders::infrastructure
