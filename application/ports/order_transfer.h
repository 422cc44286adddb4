#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace orders::application {

/// An event of an order with all that a store keeps of it, save its place in the log.
struct TransferredEvent {
  std::string stream;
  std::uint64_t revision = 0;
  std::string id;  ///< A UUID as text.
  std::string type;
  bool is_json = true;
  absl::Time created;  ///< When the log that first held it recorded it.
  std::string data;
  std::string metadata;
  bool operator==(const TransferredEvent&) const = default;
};

/// All orders' events in the log's order, up to where the log ended at some time after the start.
/// Used by one thread at a time.
class OrderExport {
 public:
  virtual ~OrderExport() = default;
  /// Appends about half a MiB of events, or one if it is larger; none: that was all. Blocks, about
  /// a second at most: then it may have nothing and not be `at_end`. Errors: DataLoss, an event
  /// cannot be read; Unavailable.
  virtual absl::Status Next(std::vector<TransferredEvent>& out, bool& at_end) = 0;
};

struct ImportedEvent {
  std::uint64_t line = 0;  ///< Where the caller has it; errors name it.
  TransferredEvent event;
};

struct ImportSummary {
  std::uint64_t events = 0;   ///< Checked.
  std::uint64_t written = 0;  ///< The others were there already.
  std::uint64_t orders = 0;
};

/// One import. Used by one thread at a time; calls block.
///
/// The events must be those that the store holds already, from the first one on, and then new ones:
/// each is compared with what stands in its place, and what goes beyond is appended. So an import
/// that was cut off is begun again from its first line, and a store that holds anything else is
/// left as it is.
class OrderImport {
 public:
  virtual ~OrderImport() = default;
  /// The next events in global order. After an error nothing more may be taken; what was taken
  /// before stays. Errors, with the line: InvalidArgument (BAD_IMPORT_LINE), an event that no order
  /// could have, or not the next one of its order; FailedPrecondition (IMPORT_CONFLICT), the store
  /// holds another event in its place; ResourceExhausted; Unavailable or DeadlineExceeded, some may
  /// have been written: begin again; DataLoss, the store cannot be read.
  virtual absl::Status Take(std::vector<ImportedEvent> events) = 0;
  /// There are no more. Reads back what was written, and proves that it is what was taken, in that
  /// order, and nothing else. Errors: FailedPrecondition (IMPORT_CONFLICT), the store holds more;
  /// DataLoss; Unavailable.
  virtual absl::StatusOr<ImportSummary> Finish() = 0;
  /// True: something may have been written.
  virtual bool has_written() const = 0;
};

/// Moves all orders' events out of a store, and into one. Thread-safe.
class OrderTransfer {
 public:
  virtual ~OrderTransfer() = default;
  virtual absl::StatusOr<std::unique_ptr<OrderExport>> StartExport() = 0;
  /// `dry_run`: all is checked, nothing is written.
  virtual std::unique_ptr<OrderImport> StartImport(bool dry_run) = 0;
};

}  // namespace orders::application
