#pragma once

#include <atomic>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace orders::api {

/// Counts the calls that are being served, and turns new ones away once it is closed: what a clean
/// stop waits for. Thread-safe.
class CallGate {
 public:
  /// A call is inside for as long as its pass lives. Movable; outlived by its gate.
  class Pass {
   public:
    Pass() = default;
    Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Pass& operator=(Pass&& other) noexcept {
      if (this != &other) {
        Leave();
        gate_ = std::exchange(other.gate_, nullptr);
      }
      return *this;
    }
    ~Pass() { Leave(); }
    /// False: the gate is closed, turn the call away.
    explicit operator bool() const { return gate_ != nullptr; }

   private:
    friend class CallGate;
    explicit Pass(CallGate* gate) : gate_(gate) {}
    void Leave();
    CallGate* gate_ = nullptr;
  };

  [[nodiscard]] Pass Enter();
  void Close();
  /// True: nobody is inside any more; false: the time is up.
  bool WaitIdle(absl::Duration wait_max);
  int inside() const { return inside_.load(); }

 private:
  std::atomic<int> inside_ = 0;
  std::atomic<bool> closed_ = false;
  absl::Mutex mutex_;
};

}  // namespace orders::api
