#include "application/projections/past_read_models.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "application/commands/request_errors.h"
#include "application/projections/projection_runner.h"
#include "application/projections/shared_feed.h"
#include "application/queries/freshness_gate.h"

namespace orders::application {
namespace {

ProjectionHostOptions OnRebuildThreads(ProjectionHostOptions options) {
  options.on_thread = options.on_rebuild_thread;
  options.feed.on_thread = options.on_rebuild_thread;
  return options;
}

absl::Status TooLarge() {
  return MakeRequestError(absl::StatusCode::kResourceExhausted,
                          "the read model as of then needs more disk than it may have",
                          {.reason = "PAST_TOO_LARGE"});
}

}  // namespace

/// One that is being filled. Find looks at it; its own thread does the work.
class PastReadModels::Build {
 public:
  Build(View view, const PastPoint& point, const Ports& ports, const ProjectionHostOptions& options,
        std::uint64_t bytes_max)
      : view_(view),
        point_(point),
        ports_(ports),
        bytes_max_(bytes_max),
        options_(WithLimit(options)),
        feed_(ports.projections.feed, options_.feed),
        gate_({ports.projections.feed, ports.projections.clock, ports.projections.scheduler}, {}),
        thread_([this] { Run(); }) {}

  ~Build() {
    {
      const absl::MutexLock lock(&mutex_);
      stopping_ = true;
      if (runner_ != nullptr) runner_->RequestStop();
    }
    thread_.join();
  }

  bool Is(View view, const PastPoint& point) const { return view_ == view && point_ == point; }
  View view() const { return view_; }

  bool IsOver() {
    const absl::MutexLock lock(&mutex_);
    return is_over_;
  }
  /// Once it is over; null: it failed.
  std::shared_ptr<const PastView> past() {
    const absl::MutexLock lock(&mutex_);
    return past_;
  }
  absl::Status status() {
    const absl::MutexLock lock(&mutex_);
    return status_;
  }
  /// "37 % of the log is folded".
  std::string Progress() {
    const std::optional<LogPosition> end =
        point_.position.has_value() ? point_.position : ports_.projections.feed.KnownEnd();
    const std::uint64_t at = gate_.Current().position.commit;
    if (!end.has_value() || end->commit == 0) return absl::StrCat("it has come to position ", at);
    const double part = static_cast<double>(at) / static_cast<double>(end->commit);
    return absl::StrFormat("%.0f %% of the log is folded", 100 * std::min(part, 1.0));
  }

 private:
  ProjectionHostOptions WithLimit(ProjectionHostOptions options) {
    options.between_turns = [this] {
      if (model_->bytes() <= bytes_max_ && model_->HasRoom()) return;
      const absl::MutexLock lock(&mutex_);
      is_too_large_ = true;
      runner_->RequestStop();
    };
    return options;
  }

  void Run() {
    if (options_.on_thread) options_.on_thread();
    absl::StatusOr<std::shared_ptr<const PastView>> made = Make();
    const absl::MutexLock lock(&mutex_);
    runner_.reset();
    status_ = is_too_large_ ? TooLarge() : made.status();
    if (made.ok()) past_ = *std::move(made);
    model_.reset();
    is_over_ = true;
  }

  absl::StatusOr<std::shared_ptr<const PastView>> Make() {
    absl::StatusOr<std::unique_ptr<ScratchReadModel>> model = ports_.models.Make(view_);
    if (!model.ok()) return model.status();
    {
      const absl::MutexLock lock(&mutex_);
      model_ = *std::move(model);
      if (stopping_) return absl::CancelledError("the service is stopping");
      runner_ = std::make_unique<ProjectionRunner>(model_->projection(), gate_, feed_,
                                                   ports_.projections, options_, /*is_live=*/false);
    }
    const absl::Status come = runner_->AdvanceTo(
        {.position = point_.position, .created = point_.time, .or_caught_up = true});
    if (!come.ok()) return come;
    auto past = std::make_shared<PastView>();
    past->point = point_;
    past->position = runner_->place();
    past->incomplete_orders = runner_->Status().blocked_orders;
    if (point_.position.has_value() && past->position < *point_.position) {
      return MakeRequestError(absl::StatusCode::kUnavailable,
                              "the log does not hold that position yet; ask again",
                              {.reason = "NOT_YET_VISIBLE", .retry_after = absl::Seconds(1)});
    }
    if (ViewWriter& writer = model_->projection().writer(); writer.building()) {
      if (absl::Status finished = writer.FinishBuild(); !finished.ok()) return finished;
    }
    {
      const absl::MutexLock lock(&mutex_);
      runner_.reset();
    }
    model_->Finish();
    if (model_->bytes() > bytes_max_) return TooLarge();
    past->model = model_;
    return past;
  }

  const View view_;
  const PastPoint point_;
  const Ports ports_;
  const std::uint64_t bytes_max_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_over_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_too_large_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const PastView> past_ ABSL_GUARDED_BY(mutex_);
  const ProjectionHostOptions options_;
  SharedFeed feed_;
  FreshnessGate gate_;  ///< Nobody waits at it; it tells how far the projection is.
  // Set under mutex_ by the build's thread, which reads them without it.
  std::shared_ptr<ScratchReadModel> model_;
  std::unique_ptr<ProjectionRunner> runner_;
  std::thread thread_;
};

PastReadModels::PastReadModels(Ports ports, const ProjectionHostOptions& projection_options,
                               PastReadModelsOptions options)
    : ports_(std::move(ports)),
      projection_options_(OnRebuildThreads(projection_options)),
      options_(options) {}

PastReadModels::~PastReadModels() = default;

absl::Status PastReadModels::CheckPoint(const PastPoint& point) const {
  const std::optional<LogPosition> end = ports_.projections.feed.KnownEnd();
  const bool is_ahead = (point.position.has_value() && end.has_value() && *point.position > *end) ||
                        (point.time.has_value() && *point.time > ports_.projections.clock.Now());
  if (!is_ahead) return absl::OkStatus();
  return MakeRequestError(absl::StatusCode::kInvalidArgument,
                          "as_of lies in the future; leave it out for what is now",
                          {.reason = "BAD_PAST_POINT"});
}

std::shared_ptr<const PastView> PastReadModels::FindKept(View view, const PastPoint& point) {
  for (Kept& kept : kept_) {
    if (kept.view != view || kept.past->point != point) continue;
    kept.used = ++uses_;
    return kept.past;
  }
  return nullptr;
}

void PastReadModels::Keep(Kept kept) {
  kept.used = ++uses_;
  kept_.push_back(std::move(kept));
  const auto total = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    std::uint64_t bytes = 0;
    for (const Kept& one : kept_) bytes += one.bytes;
    return bytes;
  };
  while (kept_.size() > 1 && (kept_.size() > options_.files_max || total() > options_.bytes_max)) {
    kept_.erase(std::min_element(kept_.begin(), kept_.end(),
                                 [](const Kept& a, const Kept& b) { return a.used < b.used; }));
  }
}

absl::Status PastReadModels::Harvest(View view, const PastPoint& point) {
  if (build_ == nullptr || !build_->IsOver()) return absl::OkStatus();
  const std::unique_ptr<Build> over = std::move(build_);
  if (std::shared_ptr<const PastView> past = over->past(); past != nullptr) {
    const std::uint64_t bytes = past->model->bytes();
    Keep({.view = over->view(), .past = std::move(past), .bytes = bytes});
    return absl::OkStatus();
  }
  return over->Is(view, point) ? over->status() : absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const PastView>> PastReadModels::Find(View view,
                                                                     const PastPoint& point) {
  if (absl::Status valid = CheckPoint(point); !valid.ok()) return valid;
  const absl::MutexLock lock(&mutex_);
  if (absl::Status failed = Harvest(view, point); !failed.ok()) return failed;
  if (std::shared_ptr<const PastView> kept = FindKept(view, point); kept != nullptr) return kept;
  const bool is_another = build_ != nullptr && !build_->Is(view, point);
  if (build_ == nullptr) {
    build_ = std::make_unique<Build>(view, point, ports_, projection_options_, options_.bytes_max);
  }
  return MakeRequestError(
      absl::StatusCode::kUnavailable,
      absl::StrCat(is_another ? "another read model of the past is being built first: "
                              : "the read model as of then is being built: ",
                   build_->Progress()),
      {.reason = "PAST_BEING_BUILT", .retry_after = options_.retry_after});
}

}  // namespace orders::application
