#include "application/queries/service_health.h"

#include "absl/strings/str_cat.h"

namespace orders::application {
namespace {

std::string WhyNotWell(const ProjectionStatus& read_model) {
  switch (read_model.state) {
    case ProjectionState::kStopped:
      return absl::StrCat("has stopped and answers with what it has: ",
                          std::string(read_model.error.message()));
    case ProjectionState::kRetrying:
      return absl::StrCat("tries again: ", std::string(read_model.error.message()));
    case ProjectionState::kStarting:
      return "is starting";
    case ProjectionState::kRunning:
      return read_model.caught_up ? "" : "is catching up with the log";
  }
  return "";
}

}  // namespace

ServiceHealth AssessHealth(const StoreReachability& store,
                           const std::vector<ProjectionStatus>& read_models, absl::Time now,
                           const std::vector<std::string>& other_faults) {
  ServiceHealth health;
  if (!store.is_reachable) {
    const absl::Duration age = absl::Trunc(now - store.since, absl::Milliseconds(1));
    health.reasons.push_back(absl::StrCat(
        "the store is out of reach since ", absl::FormatTime(store.since, absl::UTCTimeZone()),
        ", read models are up to ", absl::FormatDuration(age), " old: ", store.error));
  }
  for (const ProjectionStatus& read_model : read_models) {
    const std::string why = WhyNotWell(read_model);
    if (!why.empty()) {
      health.reasons.push_back(absl::StrCat("read model ", read_model.name, " ", why));
    }
    if (read_model.blocked_orders > 0) {
      health.reasons.push_back(absl::StrCat("read model ", read_model.name, " shows ",
                                            read_model.blocked_orders,
                                            " orders as they were before an event that it could "
                                            "not apply"));
    }
  }
  health.reasons.insert(health.reasons.end(), other_faults.begin(), other_faults.end());
  if (!health.reasons.empty()) health.state = HealthState::kDegraded;
  return health;
}

}  // namespace orders::application
