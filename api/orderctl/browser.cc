#include "api/orderctl/browser.h"

#include <cstdlib>

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

extern char** environ;

namespace orders::api {
namespace {

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// In a session of its own: it outlives this program and its terminal, and says nothing to it.
bool Start(const std::vector<std::string>& command) {
  std::vector<char*> words;
  words.reserve(command.size() + 1);
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  if (posix_spawn_file_actions_init(&files) != 0) return false;
  if (posix_spawnattr_init(&attributes) != 0) {
    posix_spawn_file_actions_destroy(&files);
    return false;
  }
  pid_t child = -1;
  const bool is_started =
      posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDWR, 0) == 0 &&
      posix_spawn_file_actions_adddup2(&files, STDIN_FILENO, STDOUT_FILENO) == 0 &&
      posix_spawn_file_actions_adddup2(&files, STDIN_FILENO, STDERR_FILENO) == 0 &&
      posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID) == 0 &&
      posix_spawnp(&child, words[0], &files, &attributes, words.data(), environ) == 0;
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return is_started;
}

}  // namespace

bool HasDisplay() { return !Variable("DISPLAY").empty() || !Variable("WAYLAND_DISPLAY").empty(); }

bool OpenInBrowser(const std::string& url) {
  for (const std::vector<std::string>& command : BrowserCommands(Variable("BROWSER"), url)) {
    if (Start(command)) return true;
  }
  return Start({"xdg-open", url});
}

std::vector<std::vector<std::string>> BrowserCommands(const std::string& browser,
                                                      const std::string& url) {
  std::vector<std::vector<std::string>> commands;
  const std::vector<std::string> programs = absl::StrSplit(browser, ':', absl::SkipWhitespace());
  for (const std::string& program : programs) {
    std::vector<std::string> words = absl::StrSplit(program, ' ', absl::SkipEmpty());
    if (!absl::StrContains(program, "%s")) words.emplace_back("%s");
    for (std::string& word : words) word = absl::StrReplaceAll(word, {{"%s", url}});
    commands.push_back(std::move(words));
  }
  return commands;
}

}  // namespace orders::api
