#pragma once

#include "absl/strings/string_view.h"

namespace orders::api {

/// Standard output. Writes at once, so that a watch in a pipe is seen while it runs. Single thread.
class Output {
 public:
  enum class State {
    kOpen,
    kReaderGone,  ///< `| head` has had enough: a quiet end.
    kFailed,      ///< A full disk, say; said once on standard error.
  };

  explicit Output(int descriptor) : descriptor_(descriptor) {}

  /// False once the output is no longer open; then nothing more is written.
  bool Write(absl::string_view text);

  State state() const { return state_; }
  /// What the process should end with: `code`, unless the output was lost before that.
  int ExitCode(int code) const;

 private:
  const int descriptor_;
  State state_ = State::kOpen;
};

/// A line on standard error; errors of that are nobody's to hear.
void WriteErrorLine(absl::string_view line);

}  // namespace orders::api
