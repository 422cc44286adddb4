#pragma once

#include <cstdint>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/support/server_callback.h"

#include "api/grpc/admin_streams.h"

namespace orders::api {

/// One import: takes a message on a worker, then reads the next one from the caller. Let go in
/// OnDone alone.
class ImportReactor final : public grpc::ServerReadReactor<v1::ImportEventsRequest>,
                            public AdminStream,
                            public std::enable_shared_from_this<ImportReactor> {
 public:
  ImportReactor(AdminStreams& streams, v1::ImportEventsResponse& response)
      : streams_(streams), response_(response) {}

  void Start();
  void End(const absl::Status& status) override;

  void OnReadDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  /// On a worker: the message that has come, or the end.
  void Step(bool at_end);
  absl::Status Take();
  absl::Status Begin();
  absl::Status Complete();
  /// Lets go of the import, when no step is under way.
  void LetGo();
  void EndLocked(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  AdminStreams& streams_;
  v1::ImportEventsResponse& response_;

  absl::Mutex mutex_;
  bool is_working_ ABSL_GUARDED_BY(mutex_) = false;  ///< A step is posted or runs.
  bool has_ended_ ABSL_GUARDED_BY(mutex_) = false;

  // Touched by one step at a time, by the read that comes between two, and by LetGo.
  v1::ImportEventsRequest request_;
  std::unique_ptr<application::OrderImport> import_;
  bool holds_barrier_ = false;
  bool was_unfinished_ = false;  ///< An import before this one has left something behind.
  bool is_complete_ = false;     ///< The caller has said that it was all.
  bool is_imported_ = false;
};

}  // namespace orders::api
