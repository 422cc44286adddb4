#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

#include "application/ports/past_views.h"
#include "application/ports/telemetry.h"
#include "application/queries/order_view_cache.h"
#include "infrastructure/views/sqlite_order_views.h"
#include "infrastructure/views/sqlite_orders_view_writer.h"

namespace orders::infrastructure {

/// Files of read models as they were, in a folder of their own that is emptied at each start.
class SqliteScratchReadModels final : public application::ScratchReadModels {
 public:
  struct Options {
    std::string directory;             ///< Made if missing, and emptied.
    std::uint64_t free_bytes_min = 0;  ///< Of the disk, that are left to others.
    StateBufferOptions buffers;
    ViewReaderOptions readers;
  };
  /// `telemetry` outlives this and all that it makes.
  SqliteScratchReadModels(Options options, application::StoreIdentity store,
                          application::Telemetry& telemetry);

  absl::StatusOr<std::unique_ptr<application::ScratchReadModel>> Make(
      application::View view) override;

 private:
  const Options options_;
  const application::StoreIdentity store_;
  application::Telemetry& telemetry_;
  application::OrderViewCache unused_cache_;  ///< The orders' projection wants one.
  absl::Mutex mutex_;
  std::uint64_t made_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace orders::infrastructure
