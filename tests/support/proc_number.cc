#include "tests/support/proc_number.h"

#include <fstream>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace orders::testing_support {

std::int64_t ProcNumber(const std::string& path, const std::string& name) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!absl::StartsWith(line, name + ":")) continue;
    const std::vector<std::string> words =
        absl::StrSplit(line.substr(name.size() + 1), absl::ByAnyChar("\t "), absl::SkipEmpty());
    std::int64_t number = 0;
    if (!words.empty() && absl::SimpleAtoi(words.front(), &number)) return number;
  }
  return -1;
}

std::int64_t ResidentKib(pid_t process) {
  return ProcNumber(absl::StrCat("/proc/", process, "/status"), "VmRSS");
}

}  // namespace orders::testing_support
