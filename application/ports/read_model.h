#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "application/ports/dead_letters.h"
#include "application/projections/projection.h"

namespace orders::application {

/// A row that two generations of a read model do not agree on, or an order that cannot be.
struct ViewDifference {
  enum class Kind { kOnlyLive, kOnlyRebuilt, kDiffers, kBreaksRule };
  std::string table;
  std::string key;      ///< An order or a customer.
  std::string sub_key;  ///< A currency; empty where there is none.
  Kind kind = Kind::kDiffers;
  std::string what;  ///< Of kDiffers: the columns; of kBreaksRule: the rule, and the numbers.
  bool operator==(const ViewDifference&) const = default;
};

inline constexpr std::size_t kDifferencesMax = 10'000;

struct ViewComparison {
  std::uint64_t rows = 0;  ///< Looked at, of the one that has more.
  std::uint64_t differences = 0;
  std::vector<ViewDifference> listed;  ///< The first kDifferencesMax of them.
};

/// Counts one more, and lists it if there is room.
inline void AddDifference(ViewDifference difference, ViewComparison& comparison) {
  ++comparison.differences;
  if (comparison.listed.size() < kDifferencesMax) {
    comparison.listed.push_back(std::move(difference));
  }
}

/// What the file beside the live one is for.
enum class BesideUse {
  kReplace,  ///< It is to become the live one; an unfinished one is gone on with after a restart.
  kVerify,   ///< It is compared with the live one and dropped; a restart drops it too.
};

/// One read model's files: a live one, which queries read, and at times one that is built beside
/// it. Used by one thread at a time, apart from the projections, which have threads of their own.
class ReadModel {
 public:
  virtual ~ReadModel() = default;
  virtual std::string_view name() const = 0;
  /// What folds into the live file. Null: the live file is of an older version of the read model,
  /// which is read and no more written; one of this version is to be built beside it.
  virtual Projection* live() = 0;
  /// How far the live file has come when `live` is null.
  virtual absl::StatusOr<std::optional<ViewCheckpoint>> FrozenAt() = 0;

  /// True: one was being built when the service ended.
  virtual bool HasUnfinished() const = 0;
  /// Makes the file beside the live one, or opens the unfinished one; it does without `skips`.
  virtual absl::Status OpenBeside(BesideUse use, const std::vector<SkippedEvent>& skips) = 0;
  /// What folds into it; null: there is none.
  virtual Projection* beside() = 0;
  /// Compares both row by row, each as of a commit. Cancelled once `is_cancelled` says so.
  virtual absl::StatusOr<ViewComparison> Compare(absl::FunctionRef<bool()> is_cancelled) = 0;
  /// The same for the rows listed there, which may have been ahead or behind by an event.
  virtual absl::StatusOr<ViewComparison> CompareAgain(const ViewComparison& suspects) = 0;
  /// Adds the orders whose state beside breaks a rule of the domain (domain/order/money_rules.h),
  /// if this read model holds whole orders. Cancelled once `is_cancelled` says so.
  virtual absl::Status CheckRules(absl::FunctionRef<bool()> is_cancelled,
                                  ViewComparison& comparison) = 0;
  /// Both at rest, at one position: what was beside is live from now on, durably. After an error
  /// all is as before.
  virtual absl::Status Switch() = 0;
  /// Deletes the file beside; its projection is no more used.
  virtual absl::Status DropBeside() = 0;
  /// Deletes the file that was live before the Switch; its projection is no more used. Queries that
  /// still read it go on.
  virtual void DropRetired() = 0;
};

}  // namespace orders::application
