#include "api/orderctl/output.h"

#include <cerrno>
#include <cstring>
#include <string>

#include <unistd.h>

#include "absl/strings/str_cat.h"

#include "api/orderctl/exit_codes.h"

namespace orders::api {

bool Output::Write(absl::string_view text) {
  while (state_ == State::kOpen && !text.empty()) {
    const ssize_t written = write(descriptor_, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EPIPE) {
      state_ = State::kReaderGone;
    } else if (errno != EINTR) {
      state_ = State::kFailed;
      WriteErrorLine(absl::StrCat("orderctl: cannot write the output: ", std::strerror(errno)));
    }
  }
  return state_ == State::kOpen;
}

int Output::ExitCode(int code) const {
  if (state_ == State::kReaderGone) return kExitOk;
  if (state_ == State::kFailed && code == kExitOk) return kExitOutput;
  return code;
}

void WriteErrorLine(absl::string_view line) {
  const std::string text = absl::StrCat(line, "\n");
  if (write(STDERR_FILENO, text.data(), text.size()) < 0) return;
}

}  // namespace orders::api
