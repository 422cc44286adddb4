#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "application/log_position.h"
#include "application/ports/order_views.h"
#include "application/ports/sales_views.h"
#include "application/projections/projection.h"
#include "application/queries/order_query_handler.h"

namespace orders::application {

/// A read model's file that holds the log up to some point and no more, made for this and deleted
/// with it. The projection is used by one thread; after Finish the readers by any.
class ScratchReadModel {
 public:
  virtual ~ScratchReadModel() = default;
  /// What fills it, until Finish.
  virtual Projection& projection() = 0;
  /// Ends the projection, and opens the readers.
  virtual void Finish() = 0;
  /// On disk, now.
  virtual std::uint64_t bytes() const = 0;
  /// False: the disk is about to be full, and the log needs it.
  virtual bool HasRoom() const = 0;

  /// After Finish, the reader of what it is; the others are null.
  virtual OrderViews* orders() = 0;
  virtual CustomerViews* customers() = 0;
  virtual SalesViews* sales() = 0;
};

/// Thread-safe.
class ScratchReadModels {
 public:
  virtual ~ScratchReadModels() = default;
  /// An empty one. Errors: Unimplemented, this read model is not kept for the past; those of the
  /// file system and SQLite.
  virtual absl::StatusOr<std::unique_ptr<ScratchReadModel>> Make(View view) = 0;
};

/// A read model as it was; whoever holds it may read it.
struct PastView {
  std::shared_ptr<ScratchReadModel> model;
  PastPoint point;
  LogPosition position;  ///< Of the last event in it.
  std::uint64_t incomplete_orders = 0;
};

/// Read models as they were. Thread-safe; does not wait for one to be made.
class PastViews {
 public:
  virtual ~PastViews() = default;
  /// Errors: Unavailable (PAST_BEING_BUILT) with a time to ask again, it is being built now;
  /// InvalidArgument (BAD_PAST_POINT), it lies in the future; ResourceExhausted, it is larger than
  /// what may be kept; those of the projection.
  virtual absl::StatusOr<std::shared_ptr<const PastView>> Find(View view,
                                                               const PastPoint& point) = 0;
};

}  // namespace orders::application
