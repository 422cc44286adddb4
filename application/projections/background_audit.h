#pragma once

#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "application/ports/telemetry.h"
#include "application/projections/projection_host.h"

namespace orders::application {

/// Verifies all read models, one after the other, at kAuditShare of a processor, again and again.
/// What it finds is logged, and told as each read model's last verification.
class BackgroundAudit {
 public:
  /// Begins a tenth of `interval` after the start, then each `interval`. One that takes longer than
  /// that is given up. `host` and `telemetry` outlive this, and the host has been started.
  BackgroundAudit(ProjectionHost& host, Telemetry& telemetry, absl::Duration interval);
  /// Ends it; what a verification has built is dropped.
  ~BackgroundAudit();

 private:
  void Run();
  /// Returns when its verification is over.
  void Audit(const std::string& read_model);
  /// False: it is to end.
  bool Wait(absl::Duration time) ABSL_LOCKS_EXCLUDED(mutex_);

  ProjectionHost& host_;
  Telemetry& telemetry_;
  const absl::Duration interval_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace orders::application
