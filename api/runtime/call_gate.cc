#include "api/runtime/call_gate.h"

namespace orders::api {

void CallGate::Pass::Leave() {
  CallGate* gate = std::exchange(gate_, nullptr);
  if (gate == nullptr) return;
  if (gate->inside_.fetch_sub(1) == 1 && gate->closed_.load()) {
    absl::MutexLock lock(&gate->mutex_);  // Makes WaitIdle look again.
  }
}

CallGate::Pass CallGate::Enter() {
  inside_.fetch_add(1);
  Pass pass(this);  // Before the look at closed_: WaitIdle then sees this call or it sees the gate.
  if (closed_.load()) return Pass();
  return pass;
}

void CallGate::Close() { closed_.store(true); }

bool CallGate::WaitIdle(absl::Duration wait_max) {
  absl::MutexLock lock(&mutex_);
  const auto is_idle = [this] { return inside_.load() == 0; };
  return mutex_.AwaitWithTimeout(absl::Condition(&is_idle), wait_max);
}

}  // namespace orders::api
