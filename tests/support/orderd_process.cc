#include "tests/support/orderd_process.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"

namespace orders::testing_support {
namespace {

constexpr absl::Duration kPollInterval = absl::Milliseconds(2);
constexpr absl::string_view kReadyPrefix = "orderd ready ";

/// Starts `command` with its output in two files of `output`. -1: it could not be started.
pid_t Spawn(const std::vector<std::string>& command, const ScratchFolder& output) {
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& part : command) arguments.push_back(const_cast<char*>(part.c_str()));
  arguments.push_back(nullptr);
  const std::string out_path = output.Path("out");
  const std::string err_path = output.Path("err");
  const pid_t parent = getpid();

  const pid_t child = fork();
  if (child != 0) return child;
  // Other threads of the parent may hold any lock: from here on only async-signal-safe calls.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(126);
  const int in = open("/dev/null", O_RDONLY);
  const int out = open(out_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
  const int err = open(err_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
  if (in < 0 || out < 0 || err < 0) _exit(126);
  if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0) _exit(126);
  // Connections of the parent's clients must not be held open by the child.
  for (int file = 3; file < 1024; ++file) close(file);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

ProcessEnd MakeEnd(bool ended, int wait_status, const ScratchFolder& output) {
  ProcessEnd end;
  end.ended = ended;
  if (ended && WIFEXITED(wait_status)) end.exit_code = WEXITSTATUS(wait_status);
  if (WIFSIGNALED(wait_status)) end.signal = WTERMSIG(wait_status);
  end.out = ReadWholeFile(output.Path("out"));
  end.err = ReadWholeFile(output.Path("err"));
  return end;
}

/// What follows `prefix`, as "grpc=", in the line that says ready; empty: not said, or not yet.
std::string FindReadyWord(absl::string_view out, absl::string_view prefix) {
  // A line without its end may be half written.
  const std::size_t whole = out.rfind('\n');
  if (whole == absl::string_view::npos) return "";
  for (const absl::string_view line : absl::StrSplit(out.substr(0, whole), '\n')) {
    if (!absl::StartsWith(line, kReadyPrefix)) continue;
    for (const absl::string_view word : absl::StrSplit(line, ' ')) {
      if (absl::StartsWith(word, prefix)) return std::string(word.substr(prefix.size()));
    }
  }
  return "";
}

std::vector<std::string> Arguments(const std::string& command, const std::string& data,
                                   const std::string& listen_flag, const std::string& listen) {
  std::vector<std::string> arguments = {command};
  if (data.empty()) {
    arguments.emplace_back("--in-memory");
  } else {
    arguments.insert(arguments.end(), {"--data", data});
  }
  arguments.insert(arguments.end(), {listen_flag, listen});
  return arguments;
}

}  // namespace

ScratchFolder::ScratchFolder() {
  const char* base = std::getenv("TEST_TMPDIR");
  std::string name = absl::StrCat(base == nullptr ? "/tmp" : base, "/orders_test_XXXXXX");
  if (mkdtemp(name.data()) == nullptr) {
    std::perror("mkdtemp");
    std::abort();
  }
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string ScratchFolder::Path(const std::string& name) const {
  return absl::StrCat(path_, "/", name);
}

std::string OrderdProcess::ReadyWord(const std::string& key) const {
  return FindReadyWord(out(), absl::StrCat(key, "="));
}

std::string OrderdPath() { return ORDERD_PATH; }

std::vector<std::string> ServeArguments(const std::string& data, const std::string& listen) {
  return Arguments("serve", data, "--grpc-listen", listen);
}

std::vector<std::string> StoreArguments(const std::string& data, const std::string& listen) {
  return Arguments("store", data, "--listen", listen);
}

ProcessEnd RunToEnd(const std::vector<std::string>& command, absl::Duration within) {
  const ScratchFolder output;
  const pid_t child = Spawn(command, output);
  if (child < 0) {
    ProcessEnd failed;
    failed.err = std::strerror(errno);
    return failed;
  }
  const absl::Time end = absl::Now() + within * ORDERS_TIMEOUT_FACTOR;
  int wait_status = 0;
  while (absl::Now() < end) {
    if (waitpid(child, &wait_status, WNOHANG) == child) return MakeEnd(true, wait_status, output);
    absl::SleepFor(kPollInterval);
  }
  kill(child, SIGKILL);
  waitpid(child, &wait_status, 0);
  return MakeEnd(false, wait_status, output);
}

ProcessEnd RunOrderd(const std::vector<std::string>& arguments, absl::Duration within) {
  std::vector<std::string> command = {OrderdPath()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return RunToEnd(command, within);
}

absl::StatusOr<std::unique_ptr<OrderdProcess>> OrderdProcess::Start(const OrderdOptions& options) {
  std::vector<std::string> command = options.wrapper;
  command.push_back(OrderdPath());
  for (const std::string& argument : options.store_alone
                                         ? StoreArguments(options.data, options.listen)
                                         : ServeArguments(options.data, options.listen))
    command.push_back(argument);
  command.insert(command.end(), options.arguments.begin(), options.arguments.end());

  std::unique_ptr<OrderdProcess> process(new OrderdProcess);
  process->pid_ = Spawn(command, process->output_);
  if (process->pid_ < 0) {
    process->ended_ = true;
    return absl::NotFoundError(absl::StrCat("cannot fork: ", std::strerror(errno)));
  }
  const absl::Time end = absl::Now() + options.ready_within * ORDERS_TIMEOUT_FACTOR;
  while (absl::Now() < end) {
    process->address_ = process->ReadyWord(options.store_alone ? "store" : "grpc");
    if (!process->address_.empty()) return process;
    if (process->Reap(WNOHANG)) {
      const ProcessEnd ended = MakeEnd(true, process->wait_status_, process->output_);
      return absl::InternalError(absl::StrCat(
          absl::StrJoin(command, " "), " ended before it was ready: exit code ", ended.exit_code,
          ", signal ", ended.signal, "\nstdout: ", ended.out, "\nstderr: ", ended.err));
    }
    absl::SleepFor(kPollInterval);
  }
  return absl::InternalError(absl::StrCat(absl::StrJoin(command, " "),
                                          " did not say ready in time\nstdout: ", process->out(),
                                          "\nstderr: ", process->err()));
}

OrderdProcess::~OrderdProcess() { KillNow(); }

bool OrderdProcess::Reap(int options) {
  if (ended_) return true;
  ended_ = waitpid(pid_, &wait_status_, options) == pid_;
  return ended_;
}

void OrderdProcess::SendSignal(int signal) const { kill(pid_, signal); }

bool OrderdProcess::IsRunning() { return !Reap(WNOHANG); }

ProcessEnd OrderdProcess::WaitForEnd(absl::Duration within) {
  const absl::Time end = absl::Now() + within * ORDERS_TIMEOUT_FACTOR;
  while (!Reap(WNOHANG)) {
    if (absl::Now() >= end) {
      KillNow();
      return MakeEnd(false, wait_status_, output_);
    }
    absl::SleepFor(kPollInterval);
  }
  return MakeEnd(true, wait_status_, output_);
}

void OrderdProcess::KillNow() {
  if (ended_) return;
  SendSignal(SIGKILL);
  Reap(0);
}

ProcessEnd OrderdProcess::Stop(absl::Duration within) {
  if (!ended_) SendSignal(SIGTERM);
  return WaitForEnd(within);
}

std::string OrderdProcess::out() const { return ReadWholeFile(output_.Path("out")); }
std::string OrderdProcess::err() const { return ReadWholeFile(output_.Path("err")); }

std::string ReadWholeFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

void WriteWholeFile(const std::string& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace orders::testing_support
