#include "tests/integration/orderctl_process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/time/clock.h"

namespace orders::testing_support {
namespace {

/// The environment of the child: ours, without what would change the tool's defaults.
std::vector<std::string> ChildEnvironment(const std::map<std::string, std::string>& added) {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    const std::string name = text.substr(0, text.find('='));
    if (name != "ORDERS_SERVER" && added.count(name) == 0) variables.push_back(text);
  }
  for (const auto& [name, value] : added) variables.push_back(name + "=" + value);
  return variables;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

void CloseEnd(int& descriptor) {
  if (descriptor >= 0) close(descriptor);
  descriptor = -1;
}

/// False when `descriptor` has ended.
bool Drain(int& descriptor, std::string& into) {
  std::array<char, 65'536> buffer;
  const ssize_t count = read(descriptor, buffer.data(), buffer.size());
  if (count > 0) {
    into.append(buffer.data(), static_cast<std::size_t>(count));
    return true;
  }
  if (count < 0 && errno == EINTR) return true;
  CloseEnd(descriptor);
  return false;
}

}  // namespace

OrderctlProcess::OrderctlProcess(const std::vector<std::string>& words,
                                 const std::map<std::string, std::string>& environment) {
  std::array<int, 2> out{};
  std::array<int, 2> err{};
  if (pipe2(out.data(), O_CLOEXEC) != 0 || pipe2(err.data(), O_CLOEXEC) != 0) std::abort();

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);

  std::vector<std::string> arguments = {ORDERCTL_BINARY};
  arguments.insert(arguments.end(), words.begin(), words.end());
  std::vector<std::string> variables = ChildEnvironment(environment);
  if (posix_spawn(&pid_, ORDERCTL_BINARY, &actions, nullptr, Pointers(arguments).data(),
                  Pointers(variables).data()) != 0) {
    std::perror("cannot start " ORDERCTL_BINARY);
    std::abort();
  }
  posix_spawn_file_actions_destroy(&actions);
  close(out[1]);
  close(err[1]);
  out_ = out[0];
  err_ = err[0];
}

OrderctlProcess::~OrderctlProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  CloseEnd(out_);
  CloseEnd(err_);
}

bool OrderctlProcess::ReadSome(absl::Time deadline) {
  std::array<pollfd, 2> ends = {{{out_, POLLIN, 0}, {err_, POLLIN, 0}}};
  if (out_ < 0 && err_ < 0) return false;
  const auto left = absl::ToInt64Milliseconds(deadline - absl::Now());
  if (left <= 0 || poll(ends.data(), ends.size(), static_cast<int>(left)) <= 0) return false;
  if (ends[0].revents != 0) Drain(out_, result_.out);
  if (ends[1].revents != 0) Drain(err_, result_.err);
  return true;
}

bool OrderctlProcess::WaitForOutput(const std::string& text, absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout * ORDERS_TIMEOUT_FACTOR;
  while (result_.out.find(text) == std::string::npos) {
    if (!ReadSome(deadline)) return false;
  }
  return true;
}

void OrderctlProcess::CloseOutput() { CloseEnd(out_); }

void OrderctlProcess::Signal(int signal) { kill(pid_, signal); }

OrderctlResult OrderctlProcess::Wait(absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout * ORDERS_TIMEOUT_FACTOR;
  while (ReadSome(deadline)) {
  }
  // The pipes may end a little before the process does; a process that hangs is killed.
  if (absl::Now() >= deadline) kill(pid_, SIGKILL);
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  result_.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result_;
}

std::string OrderctlPath() { return ORDERCTL_BINARY; }

OrderctlResult RunOrderctl(const std::vector<std::string>& words,
                           const std::map<std::string, std::string>& environment) {
  return OrderctlProcess(words, environment).Wait();
}

}  // namespace orders::testing_support
