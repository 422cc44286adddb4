#pragma once

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/support/server_callback.h"

#include "api/grpc/admin_streams.h"

namespace orders::api {

/// One export: reads a batch on a worker, writes it, reads the next. Let go in OnDone alone.
class ExportReactor final : public grpc::ServerWriteReactor<v1::ExportEventsResponse>,
                            public AdminStream,
                            public std::enable_shared_from_this<ExportReactor> {
 public:
  explicit ExportReactor(AdminStreams& streams) : streams_(streams) {}

  void Start();
  void End(const absl::Status& status) override;

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  void PostRead() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  /// On a worker.
  void Read();
  void EndLocked(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  AdminStreams& streams_;

  absl::Mutex mutex_;
  bool is_reading_ ABSL_GUARDED_BY(mutex_) = false;  ///< A step is posted or runs.
  bool has_ended_ ABSL_GUARDED_BY(mutex_) = false;
  v1::ExportEventsResponse in_flight_ ABSL_GUARDED_BY(mutex_);

  /// Touched by one step at a time, and by End when none is under way.
  std::unique_ptr<application::OrderExport> export_;
};

}  // namespace orders::api
