#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"

#include "eventstoredb/client_options.h"
#include "infrastructure/eventstoredb/client/batch_appender.h"
#include "infrastructure/eventstoredb/client/call_context.h"
#include "infrastructure/eventstoredb/client/call_registry.h"
#include "infrastructure/eventstoredb/client/connector.h"
#include "infrastructure/eventstoredb/client/deadline_queue.h"

namespace eventstoredb::client {

/// Room for so many writes, and so many bytes of them. Thread-safe.
class WritesInFlight {
 public:
  WritesInFlight(std::size_t count_max, std::size_t bytes_max)
      : count_max_(count_max), bytes_max_(bytes_max) {}

  /// One alone may be larger than all the room.
  bool Enter(std::size_t bytes) {
    absl::MutexLock lock(&mutex_);
    if (count_ >= count_max_ || (count_ > 0 && bytes_ + bytes > bytes_max_)) return false;
    ++count_;
    bytes_ += bytes;
    return true;
  }
  void Leave(std::size_t bytes) {
    absl::MutexLock lock(&mutex_);
    --count_;
    bytes_ -= bytes;
  }
  std::size_t count() const {
    absl::MutexLock lock(&mutex_);
    return count_;
  }

 private:
  const std::size_t count_max_;
  const std::size_t bytes_max_;
  mutable absl::Mutex mutex_;
  std::size_t count_ ABSL_GUARDED_BY(mutex_) = 0;
  std::size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

/// What the parts of a client share. Outlives the client as long as a reader, a subscription or a
/// callback of gRPC still holds it; nothing new begins then.
class ClientCore {
 public:
  /// `options` are valid, with a connection name.
  ClientCore(ClientOptions options_in, ChannelFactory channels)
      : options(std::move(options_in)),
        headers(options),
        writes(options.appends_in_flight_max, options.append_bytes_in_flight_max),
        deadlines(std::make_shared<DeadlineQueue>()),
        connector(std::make_shared<Connector>(options, std::move(channels), calls)),
        batches(*connector, headers, calls) {}

  /// What a call may take that brings no deadline.
  absl::Time DeadlineOr(absl::Time own) const {
    return own < absl::InfiniteFuture() ? own : absl::Now() + options.default_deadline;
  }

  const ClientOptions options;
  const CallHeaders headers;
  CallRegistry calls;
  WritesInFlight writes;
  const std::shared_ptr<DeadlineQueue> deadlines;
  const std::shared_ptr<Connector> connector;
  BatchAppender batches;

  // See ClientStatistics.
  std::atomic<std::uint64_t> write_retries{0};
  std::atomic<std::uint64_t> read_retries{0};
  std::atomic<std::uint64_t> subscription_resumes{0};
};

}  // namespace eventstoredb::client
