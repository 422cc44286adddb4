#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "application/ports/past_views.h"
#include "application/projections/projection_host.h"

namespace orders::application {

struct PastReadModelsOptions {
  std::size_t files_max = 3;              ///< The least recently used goes first.
  std::uint64_t bytes_max = 10ULL << 30;  ///< Of all of them.
  absl::Duration retry_after = absl::Seconds(1);
};

/// Fills scratch files from the log up to a point, one at a time, on a thread of its own at low
/// priority, and keeps the last few of them. An answer never waits for one: it is told to ask
/// again.
class PastReadModels final : public PastViews {
 public:
  /// All outlive this.
  struct Ports {
    ScratchReadModels& models;
    ProjectionHost::Ports projections;
  };
  PastReadModels(Ports ports, const ProjectionHostOptions& projection_options,
                 PastReadModelsOptions options);
  /// Ends the build that runs. Nobody is in Find any more.
  ~PastReadModels() override;

  absl::StatusOr<std::shared_ptr<const PastView>> Find(View view, const PastPoint& point) override
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Kept {
    View view;
    std::shared_ptr<const PastView> past;
    std::uint64_t bytes = 0;
    std::uint64_t used = 0;  ///< Number of the last use.
  };
  class Build;

  absl::Status CheckPoint(const PastPoint& point) const;
  std::shared_ptr<const PastView> FindKept(View view, const PastPoint& point)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  /// Takes over what the build that is over has made; its error, if it is the one asked for.
  absl::Status Harvest(View view, const PastPoint& point) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Keep(Kept kept) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Ports ports_;
  const ProjectionHostOptions projection_options_;
  const PastReadModelsOptions options_;
  absl::Mutex mutex_;
  std::vector<Kept> kept_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t uses_ ABSL_GUARDED_BY(mutex_) = 0;
  std::unique_ptr<Build> build_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace orders::application
