#pragma once

#include <memory>
#include <optional>

#include "absl/status/statusor.h"

#include "eventstoredb/types.h"

namespace eventstoredb {

/// One read, pulled: the server is asked for more only as events are taken, so that a slow consumer
/// costs no memory. One consumer thread; Cancel from any. Ends the read when destroyed.
class EventReader {
 public:
  class Impl;
  explicit EventReader(std::unique_ptr<Impl> impl);
  ~EventReader();
  EventReader(const EventReader&) = delete;
  EventReader& operator=(const EventReader&) = delete;

  /// Waits for the next event; absent: that was the last. After an error or the end the same is
  /// answered again. Errors: NotFound, no such stream; FailedPrecondition, it has a tombstone;
  /// InvalidArgument; PermissionDenied; DeadlineExceeded; Cancelled, by Cancel; DataLoss, an event
  /// cannot be read; Unavailable, the connection failed (before the first event: again and again).
  absl::StatusOr<std::optional<ResolvedEvent>> Next();
  void Cancel();

 private:
  const std::unique_ptr<Impl> impl_;
};

}  // namespace eventstoredb
