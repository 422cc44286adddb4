#include "application/projections/projection_host.h"

#include <algorithm>
#include <utility>

#include "application/projections/projection_runner.h"

namespace orders::application {

ProjectionHost::ProjectionHost(Ports ports, ProjectionHostOptions options)
    : ports_(ports), options_(options), feed_(ports.feed, options.feed) {}
ProjectionHost::~ProjectionHost() { Stop(); }

void ProjectionHost::Add(std::unique_ptr<Projection> projection, FreshnessGate& gate) {
  runners_.push_back(
      std::make_unique<ProjectionRunner>(std::move(projection), gate, feed_, ports_, options_));
}

void ProjectionHost::Start() {
  for (const auto& runner : runners_) runner->Start();
}

void ProjectionHost::Stop() {
  // All are told before any is waited for: the time to stop is that of the slowest.
  for (const auto& runner : runners_) runner->RequestStop();
  for (auto runner = runners_.rbegin(); runner != runners_.rend(); ++runner) (*runner)->Join();
}

std::vector<ProjectionStatus> ProjectionHost::Statuses() const {
  std::vector<ProjectionStatus> statuses;
  statuses.reserve(runners_.size());
  for (const auto& runner : runners_) statuses.push_back(runner->Status());
  return statuses;
}

bool ProjectionHost::AllCaughtUp() const {
  return std::all_of(runners_.begin(), runners_.end(), [](const auto& runner) {
    const ProjectionStatus status = runner->Status();
    return status.caught_up && status.state == ProjectionState::kRunning;
  });
}

}  // namespace orders::application
