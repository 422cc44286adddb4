#include "application/projections/request_queue.h"

#include <utility>

namespace orders::application {

struct RequestQueue::Request {
  enum class State { kWaiting, kRunning, kDone, kDropped };
  explicit Request(absl::FunctionRef<void()> the_work) : work(the_work) {}
  absl::Mutex mutex;
  State state ABSL_GUARDED_BY(mutex) = State::kWaiting;
  const absl::FunctionRef<void()> work;  ///< Called only while its owner waits.
};

absl::Status RequestQueue::Ask(absl::Time deadline, absl::FunctionRef<void()> work,
                               absl::FunctionRef<void()> wake) {
  const auto request = std::make_shared<Request>(work);
  {
    const absl::MutexLock lock(&mutex_);
    if (closed_) return absl::UnavailableError("the service is stopping");
    if (waiting_.size() >= requests_max_) {
      return absl::ResourceExhaustedError("too many ask the same read model; ask again");
    }
    waiting_.push_back(request);
  }
  wake();
  const absl::MutexLock lock(&request->mutex);
  const auto is_taken = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(request->mutex) {
    return request->state != Request::State::kWaiting;
  };
  if (!request->mutex.AwaitWithDeadline(absl::Condition(&is_taken), deadline)) {
    request->state = Request::State::kDropped;
    return absl::DeadlineExceededError("the read model was busy until the deadline");
  }
  const auto is_over = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(request->mutex) {
    return request->state != Request::State::kRunning;
  };
  request->mutex.Await(absl::Condition(&is_over));
  if (request->state == Request::State::kDone) return absl::OkStatus();
  return absl::UnavailableError("the service is stopping");
}

void RequestQueue::AnswerAll() {
  while (true) {
    std::shared_ptr<Request> request;
    {
      const absl::MutexLock lock(&mutex_);
      if (waiting_.empty()) return;
      request = std::move(waiting_.front());
      waiting_.pop_front();
    }
    {
      const absl::MutexLock lock(&request->mutex);
      if (request->state != Request::State::kWaiting) continue;
      request->state = Request::State::kRunning;
    }
    request->work();
    const absl::MutexLock lock(&request->mutex);
    request->state = Request::State::kDone;
  }
}

bool RequestQueue::empty() const {
  const absl::MutexLock lock(&mutex_);
  return waiting_.empty();
}

void RequestQueue::Close() {
  std::deque<std::shared_ptr<Request>> dropped;
  {
    const absl::MutexLock lock(&mutex_);
    closed_ = true;
    dropped.swap(waiting_);
  }
  for (const std::shared_ptr<Request>& request : dropped) {
    const absl::MutexLock lock(&request->mutex);
    if (request->state == Request::State::kWaiting) request->state = Request::State::kDropped;
  }
}

}  // namespace orders::application
