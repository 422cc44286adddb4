#pragma once

#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

#include "absl/time/time.h"

namespace orders::testing_support {

/// What a run of orderctl left behind.
struct OrderctlResult {
  int exit_code = -1;  ///< 128 + the signal if one ended it.
  std::string out;
  std::string err;
};

/// A running orderctl, with pipes on its standard output and error. Killed when this object goes.
class OrderctlProcess {
 public:
  /// `words`: without the program's name. `environment`: added to this process' own.
  explicit OrderctlProcess(const std::vector<std::string>& words,
                           const std::map<std::string, std::string>& environment = {});
  ~OrderctlProcess();
  OrderctlProcess(const OrderctlProcess&) = delete;
  OrderctlProcess& operator=(const OrderctlProcess&) = delete;

  /// Reads on until standard output holds `text`; false when it ends or the time is over before.
  bool WaitForOutput(const std::string& text, absl::Duration timeout = absl::Seconds(30));
  /// Stops reading standard output, as `| head` does.
  void CloseOutput();
  void Signal(int signal);
  /// Reads both to their ends and waits; after `timeout` the process is killed (exit code 137).
  OrderctlResult Wait(absl::Duration timeout = absl::Seconds(60));

 private:
  /// Reads what is there, waiting until `deadline` for more; false when both ended or time is over.
  bool ReadSome(absl::Time deadline);

  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
  OrderctlResult result_;
};

/// Path of the tool's binary.
std::string OrderctlPath();

/// Runs orderctl to its end.
OrderctlResult RunOrderctl(const std::vector<std::string>& words,
                           const std::map<std::string, std::string>& environment = {});

}  // namespace orders::testing_support
