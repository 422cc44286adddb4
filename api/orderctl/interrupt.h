#pragma once

#include <functional>
#include <thread>

namespace orders::api {

/// While it lives, the first Ctrl-C (SIGINT) or SIGTERM calls `stop`, on a thread of its own, so
/// that the tool can end in order; the second ends the process at once, with 130. One at a time.
class Interrupt {
 public:
  explicit Interrupt(std::function<void()> stop);
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  /// Whether a signal came.
  static bool WasAsked();

 private:
  std::thread thread_;
};

}  // namespace orders::api
