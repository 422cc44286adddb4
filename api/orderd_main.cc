#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <pthread.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"

#include "api/exit_codes.h"
#include "api/host/access.h"
#include "api/host/host.h"
#include "api/host/store_host.h"
#include "api/host/store_port.h"
#include "infrastructure/config/settings.h"
#include "infrastructure/runtime/service_manager.h"
#include "infrastructure/telemetry/logging.h"
#include "infrastructure/telemetry/prometheus_telemetry.h"

namespace orders::api {
namespace {

using application::Severity;

// The store asks for the end with it.
constexpr int kFatalSignal = SIGUSR1;
// The service asks to be started again on its store, which an import has made another one.
constexpr int kReopenSignal = SIGUSR2;

sigset_t AwaitedSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, kFatalSignal, kReopenSignal})
    sigaddset(&signals, signal);
  return signals;
}

/// Before the first thread: all inherit it, so that only those who wait get these signals.
void PrepareSignals() {
  // A peer that is gone and a file over its limit are errors where they happen.
  for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);
  // One that is ignored never comes, and nohup has it ignored. A lost terminal only reloads.
  std::signal(SIGHUP, SIG_DFL);
  const sigset_t signals = AwaitedSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

/// As many open files as it may have: each connection is one, and the usual limit is for shells.
void TakeAllFiles() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int AwaitSignal() {
  const sigset_t signals = AwaitedSignals();
  int signal = 0;
  while (sigwait(&signals, &signal) != 0) {
  }
  return signal;
}

[[noreturn]] void ExitNow(ExitCode code) { _exit(static_cast<int>(code)); }

/// While the service stops: a second signal ends it at once, a lost store with its own code.
[[noreturn]] void EndOnNextSignal() {
  int signal = AwaitSignal();
  while (signal == kReopenSignal || signal == SIGHUP) signal = AwaitSignal();
  if (signal == kFatalSignal) ExitNow(ExitCode::kIo);
  _exit(128 + signal);
}

void OnFatal() { kill(getpid(), kFatalSignal); }

ExitCode Say(const StartFailure& failure) {
  std::fprintf(stderr, "orderd: %s\n", failure.text.c_str());
  return failure.code;
}

std::unique_ptr<Host> StartHost(const infrastructure::Settings& settings,
                                infrastructure::PrometheusTelemetry& telemetry, Access& access,
                                StartFailure& failure, const Host*) {
  return Host::Start(settings, telemetry, access, OnFatal, failure,
                     [] { kill(getpid(), kReopenSignal); });
}
std::unique_ptr<StoreHost> StartHost(const infrastructure::Settings& settings,
                                     infrastructure::PrometheusTelemetry& telemetry, Access& access,
                                     StartFailure& failure, const StoreHost*) {
  return StoreHost::Start(
      settings, telemetry, access, OnFatal, [] { kill(getpid(), SIGTERM); }, failure);
}

/// Where `host` serves, so that it is found there again.
void KeepPorts(const Host& host, infrastructure::Settings& settings) {
  settings.grpc_listen.port = host.port();
  if (settings.store_listen.has_value()) settings.store_listen->port = host.store_port();
  if (settings.metrics_listen.has_value()) settings.metrics_listen->port = host.metrics_port();
  if (settings.http_listen.has_value()) settings.http_listen->port = host.http_port();
  settings.accept_truncation.reset();  // Meant for the first start.
}
void KeepPorts(const StoreHost&, infrastructure::Settings&) {}

/// Waits for what ends the service, and reads files again as long as that is all that is asked.
int ServeUntilSignal(Access& access) {
  while (true) {
    const int signal = AwaitSignal();
    if (signal != SIGHUP) return signal;
    infrastructure::TellServiceManager("RELOADING=1\nSTATUS=reading files again");
    access.Reload();
    infrastructure::TellServiceManager("READY=1\nSTATUS=serving");
  }
}

/// `AnyHost` is Host or StoreHost.
template <typename AnyHost>
ExitCode Run(infrastructure::Settings settings) {
  infrastructure::Logging logging(
      {.format = settings.log_format, .severity_min = settings.log_level});
  infrastructure::PrometheusTelemetry telemetry(logging);
  StartFailure failure;
  const std::unique_ptr<Access> access = Access::Open(settings, telemetry, failure);
  if (access == nullptr) return Say(failure);
  while (true) {
    std::unique_ptr<AnyHost> host =
        StartHost(settings, telemetry, *access, failure, static_cast<const AnyHost*>(nullptr));
    if (host == nullptr) return Say(failure);
    std::printf("%s\n", host->ReadyLine().c_str());
    std::fflush(stdout);
    infrastructure::TellServiceManager("READY=1\nSTATUS=serving");

    const int signal = ServeUntilSignal(*access);
    if (signal == kReopenSignal) {
      telemetry.Log(Severity::kInfo, "opening the store anew");
      KeepPorts(*host, settings);
      if (!host->Stop()) ExitNow(ExitCode::kInternal);
      continue;
    }
    infrastructure::TellServiceManager("STOPPING=1\nSTATUS=finishing what is under way");
    std::thread(EndOnNextSignal).detach();
    if (signal == kFatalSignal) {
      host->Abandon();
      ExitNow(ExitCode::kIo);
    }
    telemetry.Log(Severity::kInfo, absl::StrCat("stopping: signal=", signal));
    // Without ending the server: see Host::Stop.
    ExitNow(host->Stop() ? ExitCode::kOk : ExitCode::kInternal);
  }
}

ExitCode Main(const std::vector<std::string>& arguments) {
  const auto resolved = infrastructure::ResolveSettings(
      arguments, [](const std::string& name) { return std::getenv(name.c_str()); });
  if (!resolved.ok()) {
    std::fprintf(stderr, "orderd: %s\n", std::string(resolved.status().message()).c_str());
    return absl::IsFailedPrecondition(resolved.status()) ? ExitCode::kConfig : ExitCode::kUsage;
  }
  if (const auto* print = std::get_if<infrastructure::PrintAndExit>(&*resolved)) {
    std::fputs(print->text.c_str(), stdout);
    return ExitCode::kOk;
  }
  const auto& [settings, sources, check_only] =
      std::get<infrastructure::ResolvedSettings>(*resolved);
  if (check_only) {
    for (const auto& failure : {CheckAccess(settings), CheckPasswordFiles(settings)}) {
      if (failure.has_value()) return Say(*failure);
    }
    std::fputs("the settings are in order\n", stdout);
    return ExitCode::kOk;
  }
  return settings.command == infrastructure::Command::kStore ? Run<StoreHost>(settings)
                                                             : Run<Host>(settings);
}

}  // namespace
}  // namespace orders::api

int main(int argc, char** argv) {
  using orders::api::ExitCode;
  orders::api::PrepareSignals();
  // Debian builds Abseil with its check for lock cycles, a graph walk at every nested lock of ours
  // and of gRPC's: for tests, which leave it on.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  orders::api::TakeAllFiles();
  umask(0077);  // What it makes is for its own user alone.
  // gRPC's own lines would say once more, and less clearly, what ours say.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  try {
    return static_cast<int>(orders::api::Main(std::vector<std::string>(argv + 1, argv + argc)));
  } catch (const std::system_error& error) {
    std::fprintf(stderr, "orderd: the system gives no more threads or handles: %s\n", error.what());
    orders::api::ExitNow(ExitCode::kSystem);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "orderd: internal error: %s\n", error.what());
    orders::api::ExitNow(ExitCode::kInternal);
  }
}
