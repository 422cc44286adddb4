#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

// A program that is built with a sanitizer takes longer: every wait below lasts
// ORDERS_TIMEOUT_FACTOR times what is said (see cmake/OrdersTest.cmake).
namespace orders::testing_support {

/// A folder of its own for one test, removed with all that is in it.
class ScratchFolder {
 public:
  ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder();

  const std::string& path() const { return path_; }
  std::string Path(const std::string& name) const;

 private:
  std::string path_;
};

struct OrderdOptions {
  /// `orderd store`, the event store alone; else `orderd serve`.
  bool store_alone = false;
  /// --data; empty: --in-memory.
  std::string data;
  /// --grpc-listen; of the store alone, --listen.
  std::string listen = "127.0.0.1:0";
  /// After those two.
  std::vector<std::string> arguments;
  /// A program and its arguments that end by becoming the service, as `setpriv --reuid 65534`.
  std::vector<std::string> wrapper;
  /// How long to wait for the line that says ready.
  absl::Duration ready_within = absl::Seconds(60);
};

/// How a process ended.
struct ProcessEnd {
  bool ended = false;  ///< False: it was still running when the wait was over, and was killed.
  int exit_code = -1;  ///< -1: ended by `signal`.
  int signal = 0;
  std::string out;
  std::string err;
};

/// Runs the service's real binary, or any program, to its end: at most `within`.
ProcessEnd RunToEnd(const std::vector<std::string>& command, absl::Duration within);
/// The service's binary with `arguments`.
ProcessEnd RunOrderd(const std::vector<std::string>& arguments,
                     absl::Duration within = absl::Seconds(60));
/// Path of the service's binary.
std::string OrderdPath();
/// The arguments that serve `data` (empty: in memory).
std::vector<std::string> ServeArguments(const std::string& data,
                                        const std::string& listen = "127.0.0.1:0");
/// The same for the event store alone.
std::vector<std::string> StoreArguments(const std::string& data,
                                        const std::string& listen = "127.0.0.1:0");

/// One running service. The kernel kills it when the thread that started it ends, so start it from
/// the test's own thread. Not thread-safe, except SendSignal.
class OrderdProcess {
 public:
  /// Starts the service and waits until it says ready. Errors: Internal, it ended before (the text
  /// holds code and output), or was not ready in time; NotFound, the program cannot be started.
  static absl::StatusOr<std::unique_ptr<OrderdProcess>> Start(const OrderdOptions& options);
  OrderdProcess(const OrderdProcess&) = delete;
  OrderdProcess& operator=(const OrderdProcess&) = delete;
  /// Kills it if it still runs.
  ~OrderdProcess();

  /// HOST:PORT from the line that says ready.
  const std::string& address() const { return address_; }
  /// What that line says of `key`, as "store-listen"; empty if nothing.
  std::string ReadyWord(const std::string& key) const;
  pid_t pid() const { return pid_; }
  void SendSignal(int signal) const;
  bool IsRunning();
  /// Waits for the end; kills it when `within` is over and says so.
  ProcessEnd WaitForEnd(absl::Duration within);
  /// kill -9, and waits until it is gone.
  void KillNow();
  /// SIGTERM, and waits.
  ProcessEnd Stop(absl::Duration within = absl::Seconds(30));

  std::string out() const;
  std::string err() const;

 private:
  OrderdProcess() = default;
  bool Reap(int options);

  ScratchFolder output_;
  std::string address_;
  pid_t pid_ = -1;
  bool ended_ = false;
  int wait_status_ = 0;
};

/// The content of a file; empty if it cannot be read.
std::string ReadWholeFile(const std::string& path);
/// Writes `bytes` as the file's content.
void WriteWholeFile(const std::string& path, std::string_view bytes);

}  // namespace orders::testing_support
