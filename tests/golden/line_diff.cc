#include "tests/golden/line_diff.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace eventstoredb::golden {
namespace {

struct Line {
  char sign;  ///< ' ', '-' or '+'.
  absl::string_view text;
};

using Lines = std::vector<absl::string_view>;

/// By the longest common subsequence.
std::vector<Line> Compare(const Lines& before, const Lines& after) {
  std::vector<std::vector<std::size_t>> common(before.size() + 1,
                                               std::vector<std::size_t>(after.size() + 1));
  for (std::size_t i = before.size(); i-- > 0;) {
    for (std::size_t j = after.size(); j-- > 0;) {
      common[i][j] = before[i] == after[j] ? common[i + 1][j + 1] + 1
                                           : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  std::vector<Line> lines;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < before.size() || j < after.size()) {
    if (i < before.size() && j < after.size() && before[i] == after[j]) {
      lines.push_back({' ', before[i++]});
      ++j;
    } else if (j == after.size() || (i < before.size() && common[i + 1][j] >= common[i][j + 1])) {
      lines.push_back({'-', before[i++]});
    } else {
      lines.push_back({'+', after[j++]});
    }
  }
  return lines;
}

}  // namespace

std::string LineDiff(std::string_view before, std::string_view after) {
  constexpr std::size_t kAround = 3;
  const std::vector<Line> lines =
      Compare(absl::StrSplit(absl::string_view(before.data(), before.size()), '\n'),
              absl::StrSplit(absl::string_view(after.data(), after.size()), '\n'));
  std::string out;
  bool is_gap = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::size_t from = i < kAround ? 0 : i - kAround;
    const std::size_t to = std::min(lines.size(), i + kAround + 1);
    const bool is_near = std::any_of(lines.begin() + static_cast<std::ptrdiff_t>(from),
                                     lines.begin() + static_cast<std::ptrdiff_t>(to),
                                     [](const Line& line) { return line.sign != ' '; });
    if (is_near) {
      absl::StrAppend(&out, is_gap ? "    ...\n" : "", "  ", std::string(1, lines[i].sign),
                      lines[i].text, "\n");
    }
    is_gap = !is_near;
  }
  return out;
}

}  // namespace eventstoredb::golden
