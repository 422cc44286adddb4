#include "application/projections/projection_host.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "application/commands/request_errors.h"
#include "application/projections/projection_runner.h"
#include "application/projections/read_model_rebuild.h"
#include "domain/order/absl_view.h"

namespace orders::application {
namespace {

constexpr absl::Duration kListSkipsTimeout = absl::Seconds(10);

SharedFeedOptions InBackground(const ProjectionHostOptions& options) {
  SharedFeedOptions feed = options.feed;
  feed.on_thread = options.on_rebuild_thread;
  return feed;
}

}  // namespace

ProjectionHost::ProjectionHost(Ports ports, ProjectionHostOptions options)
    : ports_(std::move(ports)),
      options_(std::move(options)),
      feed_(ports_.feed, options_.feed),
      rebuild_feed_(ports_.feed, InBackground(options_)) {}
ProjectionHost::~ProjectionHost() { Stop(); }

void ProjectionHost::Add(ReadModel& model, FreshnessGate& gate) {
  std::shared_ptr<ProjectionRunner> runner;
  if (model.live() != nullptr) {
    runner = std::make_shared<ProjectionRunner>(*model.live(), gate, feed_, ports_, options_,
                                                /*is_live=*/true);
  } else if (const auto frozen = model.FrozenAt(); frozen.ok() && frozen->has_value()) {
    gate.Announce({.position = (*frozen)->position, .last_created = (*frozen)->created});
  }
  const absl::MutexLock lock(&mutex_);
  slots_.push_back({model, gate, std::move(runner), std::nullopt});
}

void ProjectionHost::Start() {
  std::vector<std::size_t> to_rebuild;
  {
    const absl::MutexLock lock(&mutex_);
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      const Slot& slot = slots_[i];
      if (slot.runner != nullptr) slot.runner->Start();
      if (slot.runner == nullptr || slot.model.HasUnfinished()) to_rebuild.push_back(i);
    }
  }
  for (const std::size_t slot : to_rebuild) {
    // Only a stop refuses it.
    (void)StartOf(slot, BesideUse::kReplace, VerificationPace::kAtOnce);
  }
}

void ProjectionHost::Stop() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  std::vector<std::shared_ptr<ProjectionRunner>> runners;
  {
    const absl::MutexLock rebuild_lock(&rebuild_mutex_);
    std::vector<std::unique_ptr<ReadModelRebuild>> rebuilds;
    {
      const absl::MutexLock lock(&mutex_);
      for (Slot& slot : slots_) rebuilds.push_back(std::move(slot.rebuild));
    }
    rebuilds.clear();  // They may still switch: without the lock that this takes.
    const absl::MutexLock lock(&mutex_);
    for (const Slot& slot : slots_) {
      if (slot.runner != nullptr) runners.push_back(slot.runner);
    }
  }
  // All are told before any is waited for: the time to stop is that of the slowest.
  for (const auto& runner : runners) runner->RequestStop();
  for (auto runner = runners.rbegin(); runner != runners.rend(); ++runner) (*runner)->Join();
}

std::vector<ProjectionStatus> ProjectionHost::Statuses() const {
  const absl::MutexLock lock(&mutex_);
  std::vector<ProjectionStatus> statuses;
  statuses.reserve(slots_.size());
  for (const Slot& slot : slots_) {
    ProjectionStatus status;
    if (slot.runner != nullptr) {
      status = slot.runner->Status();
    } else {
      const Freshness freshness = slot.gate.Current();
      status.name = std::string(slot.model.name());
      status.position = freshness.position;
      status.lag_events = freshness.lag_events;
      status.lag = freshness.lag;
      status.waiters = slot.gate.waiters();
    }
    status.rebuild = slot.last_rebuild;
    status.verification = slot.last_verification;
    statuses.push_back(std::move(status));
  }
  return statuses;
}

bool ProjectionHost::AllCaughtUp() const {
  const std::vector<ProjectionStatus> statuses = Statuses();
  return std::all_of(statuses.begin(), statuses.end(), [](const ProjectionStatus& status) {
    return status.caught_up && status.state == ProjectionState::kRunning;
  });
}

std::vector<std::string> ProjectionHost::Names() const {
  const absl::MutexLock lock(&mutex_);
  std::vector<std::string> names;
  names.reserve(slots_.size());
  for (const Slot& slot : slots_) names.emplace_back(slot.model.name());
  return names;
}

absl::StatusOr<const ProjectionHost::Slot*> ProjectionHost::Find(
    std::string_view read_model) const {
  for (const Slot& slot : slots_) {
    if (slot.model.name() == read_model) return &slot;
  }
  return MakeRequestError(absl::StatusCode::kNotFound,
                          absl::StrCat("no read model ", domain::View(read_model)),
                          {.reason = "READ_MODEL_NOT_FOUND"});
}

absl::StatusOr<std::shared_ptr<ProjectionRunner>> ProjectionHost::FindRunner(
    std::string_view read_model) const {
  const absl::MutexLock lock(&mutex_);
  const absl::StatusOr<const Slot*> slot = Find(read_model);
  if (!slot.ok()) return slot.status();
  if ((*slot)->runner == nullptr) {
    return absl::UnavailableError(
        absl::StrCat("the read model ", domain::View(read_model), " is being built anew"));
  }
  return (*slot)->runner;
}

absl::StatusOr<std::optional<RebuildStatus>> ProjectionHost::FindRebuild(
    std::string_view read_model) const {
  const absl::MutexLock lock(&mutex_);
  const absl::StatusOr<const Slot*> slot = Find(read_model);
  if (!slot.ok()) return slot.status();
  return (*slot)->last_rebuild;
}

absl::StatusOr<std::optional<RebuildStatus>> ProjectionHost::FindVerification(
    std::string_view read_model) const {
  const absl::MutexLock lock(&mutex_);
  const absl::StatusOr<const Slot*> slot = Find(read_model);
  if (!slot.ok()) return slot.status();
  return (*slot)->last_verification;
}

absl::StatusOr<std::size_t> ProjectionHost::IndexOf(std::string_view read_model) const {
  const absl::MutexLock lock(&mutex_);
  const absl::StatusOr<const Slot*> slot = Find(read_model);
  if (!slot.ok()) return slot.status();
  return static_cast<std::size_t>(*slot - slots_.data());
}

absl::Status ProjectionHost::StartRebuild(std::string_view read_model) {
  const absl::StatusOr<std::size_t> slot = IndexOf(read_model);
  if (!slot.ok()) return slot.status();
  return StartOf(*slot, BesideUse::kReplace, VerificationPace::kAtOnce);
}

absl::Status ProjectionHost::StartVerification(std::string_view read_model, VerificationPace pace) {
  const absl::StatusOr<std::size_t> slot = IndexOf(read_model);
  if (!slot.ok()) return slot.status();
  return StartOf(*slot, BesideUse::kVerify, pace);
}

absl::Status ProjectionHost::StartOf(std::size_t index, BesideUse use, VerificationPace pace) {
  const absl::MutexLock rebuild_lock(&rebuild_mutex_);
  std::unique_ptr<ReadModelRebuild> last;
  {
    const absl::MutexLock lock(&mutex_);
    if (stopping_) return absl::UnavailableError("the service is stopping");
    Slot& slot = slots_[index];
    if (slot.rebuild != nullptr && !slot.rebuild->IsOver()) {
      return MakeRequestError(absl::StatusCode::kAborted,
                              absl::StrCat("the read model ", domain::View(slot.model.name()),
                                           " is being rebuilt or verified already"),
                              {.reason = "REBUILDING"});
    }
    if (use == BesideUse::kVerify && slot.runner == nullptr) {
      return MakeRequestError(absl::StatusCode::kFailedPrecondition,
                              absl::StrCat("the read model ", domain::View(slot.model.name()),
                                           " is of an older version; rebuild it first"),
                              {.reason = "OLDER_VERSION"});
    }
    last = std::move(slot.rebuild);
    (use == BesideUse::kVerify ? slot.last_verification : slot.last_rebuild) =
        RebuildStatus{.use = use, .started = ports_.clock.Now()};
  }
  last.reset();  // Ends the grace of its old file.
  const absl::MutexLock lock(&mutex_);
  slots_[index].rebuild = std::make_unique<ReadModelRebuild>(
      ReadModelRebuild::Task{.model = slots_[index].model, .use = use, .pace = pace}, rebuild_feed_,
      ports_, options_,
      ReadModelRebuild::Callbacks{
          .skips = [this, index]() -> absl::StatusOr<std::vector<SkippedEvent>> {
            const std::shared_ptr<ProjectionRunner> live = RunnerOf(index);
            if (live == nullptr) return std::vector<SkippedEvent>();
            return live->ListSkips(ports_.clock.Now() + kListSkipsTimeout);
          },
          .live_position =
              [this, index] {
                const std::shared_ptr<ProjectionRunner> live = RunnerOf(index);
                return live == nullptr ? LogPosition{} : live->Status().position;
              },
          .conclude =
              [this, index, use](const std::shared_ptr<ProjectionRunner>& rebuilt,
                                 ViewComparison& comparison) {
                return Conclude(index, use, rebuilt, comparison);
              },
          .tell =
              [this, index](const RebuildStatus& status) {
                const absl::MutexLock telling(&mutex_);
                Slot& slot = slots_[index];
                (status.use == BesideUse::kVerify ? slot.last_verification : slot.last_rebuild) =
                    status;
              }});
  return absl::OkStatus();
}

absl::Status ProjectionHost::CancelRebuild(std::string_view read_model) {
  const absl::StatusOr<std::size_t> index = IndexOf(read_model);
  if (!index.ok()) return index.status();
  const absl::MutexLock rebuild_lock(&rebuild_mutex_);
  ReadModelRebuild* rebuild = nullptr;
  {
    const absl::MutexLock lock(&mutex_);
    rebuild = slots_[*index].rebuild.get();
  }
  if (rebuild != nullptr && rebuild->Cancel()) return absl::OkStatus();
  return MakeRequestError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat("the read model ", domain::View(read_model),
                   " is not being rebuilt or verified, or is just being switched to the new file"),
      {.reason = "NOT_REBUILDING"});
}

std::shared_ptr<ProjectionRunner> ProjectionHost::RunnerOf(std::size_t slot) const {
  const absl::MutexLock lock(&mutex_);
  return slots_[slot].runner;
}

// Whichever is behind comes to the other's place, so that no answer goes back; both rest then.
absl::Status ProjectionHost::Settle(ReadModel& model, ProjectionRunner& live,
                                    ProjectionRunner& rebuilt, ViewComparison& comparison) {
  live.Rest();
  absl::Status level;
  if (rebuilt.place() < live.place()) {
    level = rebuilt.AdvanceTo({.position = live.place()});
  } else if (live.place() < rebuilt.place() && live.Status().state == ProjectionState::kRunning) {
    level = live.AdvanceTo({.position = rebuilt.place()});
  }
  if (!level.ok()) return level;
  absl::StatusOr<ViewComparison> settled = model.CompareAgain(comparison);
  if (settled.ok()) comparison = *std::move(settled);
  return settled.status();
}

absl::Status ProjectionHost::Conclude(std::size_t index, BesideUse use,
                                      const std::shared_ptr<ProjectionRunner>& rebuilt,
                                      ViewComparison& comparison) {
  const std::shared_ptr<ProjectionRunner> old = RunnerOf(index);
  ReadModel* model = nullptr;
  FreshnessGate* gate = nullptr;
  {
    const absl::MutexLock lock(&mutex_);
    model = &slots_[index].model;
    gate = &slots_[index].gate;
  }
  rebuilt->Rest();
  absl::Status ready;
  if (old != nullptr) ready = Settle(*model, *old, *rebuilt, comparison);
  if (use == BesideUse::kVerify) {
    if (old != nullptr) old->Start();
    return ready;
  }
  if (ready.ok()) ready = model->Switch();
  if (!ready.ok()) {
    if (old != nullptr) old->Start();
    return ready;
  }
  rebuilt->TakeOver(*gate, feed_, options_.on_thread);
  {
    const absl::MutexLock lock(&mutex_);
    slots_[index].runner = rebuilt;
  }
  rebuilt->Start();
  // Whoever still asks the old one is told to ask again.
  if (old != nullptr) old->RequestStop();
  return absl::OkStatus();
}

}  // namespace orders::application
