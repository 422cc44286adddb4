#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace orders::api {

/// "[#####.....]  50%  500/1000  250/s  2s left". Pure. Without any done yet, no rate and no rest.
std::string ProgressText(std::int64_t done, std::int64_t total, absl::Duration elapsed);

/// Tells on standard error how far a long command is: on a terminal a bar that is drawn over, else
/// a line every 5 seconds. One thread.
class Progress {
 public:
  explicit Progress(std::int64_t total);

  /// How long to wait before Show is worth calling again.
  absl::Duration interval() const { return interval_; }
  void Show(std::int64_t done);
  /// The last state, and the line's end.
  void Finish(std::int64_t done);

 private:
  void Draw(std::int64_t done, const char* end);

  const std::int64_t total_;
  const bool terminal_;
  const absl::Duration interval_;
  const absl::Time started_;
  absl::Time shown_;
};

}  // namespace orders::api
