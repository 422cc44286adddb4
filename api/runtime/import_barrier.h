#pragma once

#include <atomic>

namespace orders::api {

/// Keeps commands out while events are imported, and after an import that was cut off, so that it
/// can be repeated. Thread-safe.
class ImportBarrier {
 public:
  /// False: an import runs already.
  [[nodiscard]] bool TryBegin() {
    State open = State::kOpen;
    State unfinished = State::kUnfinished;
    return state_.compare_exchange_strong(open, State::kRunning) ||
           state_.compare_exchange_strong(unfinished, State::kRunning);
  }
  /// The import ended, and commands are let in again only if it left nothing behind.
  void End(bool left_something) { state_ = left_something ? State::kUnfinished : State::kOpen; }
  /// Asked by a command that is counted already where the import looks for those under way.
  bool IsClosed() const { return state_.load() != State::kOpen; }
  bool IsRunning() const { return state_.load() == State::kRunning; }

 private:
  enum class State { kOpen, kRunning, kUnfinished };
  std::atomic<State> state_ = State::kOpen;
};

}  // namespace orders::api
