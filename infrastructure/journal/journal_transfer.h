#pragma once

#include <functional>
#include <memory>

#include "absl/status/status.h"

#include "application/ports/order_transfer.h"
#include "eventstoredb/event_store.h"

namespace orders::infrastructure {

struct JournalTransferOptions {
  /// The embedded log: it takes an event's time, and keeps the order of appends that are under way
  /// at one time. Else the time is kept in the metadata, and appends go one by one.
  bool is_embedded = false;
  /// Called before the first event of an import is written; must not return before that is durable.
  std::function<absl::Status()> mint_generation;
};

/// Orders' events out of and into any event store. Streams "order-" that are no order's are passed
/// over.
class JournalTransfer final : public application::OrderTransfer {
 public:
  /// `store` outlives the transfer, which outlives its exports and imports.
  JournalTransfer(eventstoredb::EventStore& store, JournalTransferOptions options);

  absl::StatusOr<std::unique_ptr<application::OrderExport>> StartExport() override;
  std::unique_ptr<application::OrderImport> StartImport(bool dry_run) override;

 private:
  eventstoredb::EventStore& store_;
  const JournalTransferOptions options_;
};

}  // namespace orders::infrastructure
