#pragma once

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace eventstoredb {

/// Of a stream of answers: whether its reader still takes them. Guarded by its owner's mutex.
class WriteWatch {
 public:
  /// After an end that the client does not take, the stream is cut.
  static constexpr absl::Duration kEndGrace = absl::Seconds(5);

  void Started(absl::Time now) { started_at_ = now; }
  void Done() { started_at_ = absl::InfiniteFuture(); }
  void Ended(absl::Time now) { ended_at_ = now; }

  bool IsStalled(absl::Time now, absl::Duration stall_max) const {
    return now - started_at_ > stall_max;
  }
  /// The same as an error; Ok if it is not.
  absl::Status CheckTaken(absl::Time now, absl::Duration stall_max) const {
    if (!IsStalled(now, stall_max)) return absl::OkStatus();
    return absl::AbortedError(
        absl::StrCat("no message was taken for ", absl::FormatDuration(stall_max)));
  }
  bool MustCut(absl::Time now) const { return now - ended_at_ > kEndGrace; }

 private:
  absl::Time started_at_ = absl::InfiniteFuture();
  absl::Time ended_at_ = absl::InfiniteFuture();
};

}  // namespace eventstoredb
