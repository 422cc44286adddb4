#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"

#include "api/orderctl/demo/day_sums.h"

namespace orders::api {

/// How the telling went; differs from run to run.
struct DemoRun {
  std::uint64_t seed = 0;
  std::int64_t orders = 0;
  std::int64_t commands = 0;
  std::int64_t replayed = 0;
  std::int64_t retries = 0;
  absl::Duration elapsed;  ///< Of the commands, without the cross-check.
  double CommandsPerSecond() const;
};

/// For people.
std::string DemoText(const DaySums& sums, const DemoRun& run);
/// {"day": what is the same for the same day, "run": how this telling went}; `indent` as of
/// nlohmann::json::dump, -1: one line.
std::string DemoJson(const DaySums& sums, const DemoRun& run, int indent);

}  // namespace orders::api
