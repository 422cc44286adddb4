#include "infrastructure/node/grpc/ticker.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace eventstoredb {

void Ticker::Add(std::weak_ptr<Ticked> call) {
  absl::MutexLock lock(&mutex_);
  calls_.push_back(std::move(call));
}

void Ticker::TickAll(absl::Time now, bool is_stopping) {
  std::vector<std::weak_ptr<Ticked>> calls;
  {
    absl::MutexLock lock(&mutex_);
    calls.swap(calls_);
  }
  // Without the mutex: a call may be the last owner of what its Tick ends.
  std::erase_if(calls, [&](const std::weak_ptr<Ticked>& weak) {
    const std::shared_ptr<Ticked> call = weak.lock();
    if (call != nullptr) call->Tick(now, is_stopping);
    return call == nullptr;
  });
  absl::MutexLock lock(&mutex_);
  calls_.insert(calls_.end(), std::make_move_iterator(calls.begin()),
                std::make_move_iterator(calls.end()));
}

}  // namespace eventstoredb
