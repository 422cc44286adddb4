#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

#include "application/ports/view_writer.h"
#include "application/recorded_event.h"

namespace orders::application {

/// What folds the log into one read model. Used by one thread. Its folding is pure: the same
/// events give the same rows, live, in a rebuild, or a second time from an older checkpoint.
///
/// Another read model is one more of these, and its tables: a state for each order with a pure
/// Project(event, state), loaded from and put to its own ViewWriter; rows that orders share take
/// only changes that commute.
class Projection {
 public:
  virtual ~Projection() = default;
  virtual std::string_view name() const = 0;
  virtual ViewWriter& writer() = 0;

  /// Folds the next event into what is pending; after an error it is as if it had not come.
  /// Errors: FailedPrecondition, the event cannot be applied (it does not follow the order's state:
  /// a gap, a repeat, or an order without its first event); those of the writer's Load.
  virtual absl::Status Apply(const RecordedOrderEvent& event) = 0;
  /// The next event of `order` is there and changes nothing: it is of a type not known, or was
  /// skipped by an operator. Errors: as Apply.
  virtual absl::Status PassOver(const domain::OrderId& order, std::uint64_t revision) = 0;
  /// Makes what is pending durable and readable. Errors: those of the writer's Commit.
  virtual absl::Status Commit(const ViewCheckpoint& checkpoint) = 0;
  /// Forgets what is pending.
  virtual void Discard() = 0;
  /// From `serve` on, which is called once, queries read what this one writes.
  virtual void Promote(absl::FunctionRef<void()> serve) { serve(); }
};

/// Error: FailedPrecondition unless `revision` is the one after `before`; absent: unless it is the
/// order's first.
absl::Status CheckFollows(const domain::OrderId& order, std::uint64_t revision,
                          std::optional<std::uint64_t> before);

}  // namespace orders::application
