#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "application/log_position.h"
#include "domain/order/ids.h"

namespace orders::application {

/// An event that one read model could not read or apply. It blocks its order there, and nothing
/// else: later events of the order wait behind it, in order, until it is applied or skipped.
struct DeadLetter {
  domain::OrderId order_id;
  std::uint64_t revision = 0;  ///< The order's row is at the revision before.
  LogPosition position;
  std::string event_id;
  std::string type;
  absl::Time created;
  std::string data;      ///< As it stands in the log; at most kDeadLetterBytesMax of it.
  std::string metadata;  ///< The same.
  std::string error;     ///< Of the last try.
  std::int64_t attempts = 0;
  absl::Time blocked_since;  ///< When the order was first blocked.
  absl::Time last_tried;
  std::uint64_t waiting = 0;  ///< Later events of the order.
};

inline constexpr std::size_t kDeadLetterBytesMax = 64 << 10;

/// An event that an operator has told a read model to do without; a rebuild does without it too.
struct SkippedEvent {
  domain::OrderId order_id;
  std::uint64_t revision = 0;
  LogPosition position;
  std::string event_id;
  std::string type;
  std::string error;  ///< Why it was a dead letter.
  std::string reason;
  std::string skipped_by;
  absl::Time time;
};

/// What one read model has set aside, in the read model's own file. Used by the projection's
/// thread. What is put takes effect with the ViewWriter's next Commit, and is forgotten with its
/// Discard; what is read is what was committed. Errors: as ViewWriter::Commit.
class DeadLetterBox {
 public:
  virtual ~DeadLetterBox() = default;
  /// All, by order id; without their bytes.
  virtual absl::StatusOr<std::vector<DeadLetter>> ReadLetters() = 0;
  /// With its bytes. Absent: the order is not blocked.
  virtual absl::StatusOr<std::optional<DeadLetter>> ReadLetter(const domain::OrderId& order) = 0;
  /// One for an order; replaces the one before. Empty `data` and `metadata` leave those of a letter
  /// of the same revision as they are.
  virtual void PutLetter(const DeadLetter& letter) = 0;
  virtual void RemoveLetter(const domain::OrderId& order) = 0;

  /// All, by order id and revision.
  virtual absl::StatusOr<std::vector<SkippedEvent>> ReadSkips() = 0;
  virtual void PutSkip(const SkippedEvent& skipped) = 0;
};

}  // namespace orders::application
