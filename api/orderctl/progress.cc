#include "api/orderctl/progress.h"

#include <algorithm>

#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

namespace orders::api {
namespace {

constexpr std::int64_t kBarCells = 30;
constexpr absl::Duration kBarInterval = absl::Milliseconds(100);
constexpr absl::Duration kProgressLineInterval = absl::Seconds(5);

}  // namespace

std::string ProgressText(std::int64_t done, std::int64_t total, absl::Duration elapsed) {
  const double part =
      total <= 0 ? 1.0
                 : std::clamp(static_cast<double>(done) / static_cast<double>(total), 0.0, 1.0);
  const auto filled = static_cast<std::size_t>(part * static_cast<double>(kBarCells));
  const std::string bar =
      std::string(filled, '#') + std::string(static_cast<std::size_t>(kBarCells) - filled, '.');
  std::string text = absl::StrFormat("[%s] %3d%%  %d/%d", bar, static_cast<int>(part * 100), done,
                                     std::max<std::int64_t>(total, 0));
  const double seconds = absl::ToDoubleSeconds(elapsed);
  if (done <= 0 || seconds <= 0) return text;
  const double rate = static_cast<double>(done) / seconds;
  absl::StrAppendFormat(&text, "  %.0f/s", rate);
  if (done < total) {
    absl::StrAppendFormat(&text, "  %.0fs left", static_cast<double>(total - done) / rate);
  }
  return text;
}

Progress::Progress(std::int64_t total)
    : total_(total),
      terminal_(isatty(STDERR_FILENO) == 1),
      interval_(terminal_ ? kBarInterval : kProgressLineInterval),
      started_(absl::Now()),
      shown_(started_) {}

void Progress::Show(std::int64_t done) {
  if (absl::Now() - shown_ < interval_) return;
  shown_ = absl::Now();
  Draw(done, terminal_ ? "" : "\n");
}

void Progress::Finish(std::int64_t done) {
  // A command that was over before its first line needs none.
  if (terminal_ || shown_ != started_) Draw(done, "\n");
}

void Progress::Draw(std::int64_t done, const char* end) {
  constexpr absl::string_view kLineStart = "\r\x1b[K";
  const std::string text = absl::StrCat(terminal_ ? kLineStart : "",
                                        ProgressText(done, total_, absl::Now() - started_), end);
  if (write(STDERR_FILENO, text.data(), text.size()) < 0) return;
}

}  // namespace orders::api
