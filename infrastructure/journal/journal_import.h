#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "application/ports/order_transfer.h"
#include "eventstoredb/event_store.h"
#include "infrastructure/journal/journal_transfer.h"
#include "infrastructure/journal/standing_events.h"

namespace orders::infrastructure {

/// See OrderImport.
class JournalImport final : public application::OrderImport {
 public:
  /// `store` and `options` outlive the import.
  JournalImport(eventstoredb::EventStore& store, const JournalTransferOptions& options,
                bool dry_run);

  absl::Status Take(std::vector<application::ImportedEvent> events) override;
  absl::StatusOr<application::ImportSummary> Finish() override;
  bool has_written() const override { return written_ > 0; }

 private:
  using Events = std::vector<application::ImportedEvent>;

  absl::Status TakeAll(Events events);
  absl::Status Check(const application::ImportedEvent& event);
  absl::StatusOr<std::optional<eventstoredb::RecordedEvent>> NextStanding();
  absl::Status PrepareToWrite();
  absl::Status Append(Events events);
  eventstoredb::ProposedEvent ToProposed(application::TransferredEvent event);
  absl::Status AppendAll(std::vector<eventstoredb::AppendRequest> requests,
                         const std::vector<std::uint64_t>& lines);
  absl::Status ReadBack();

  eventstoredb::EventStore& store_;
  const JournalTransferOptions& options_;
  const bool dry_run_;
  absl::Status failed_;

  std::optional<StandingEvents> standing_;
  bool is_past_standing_ = false;  ///< All that the store held was compared.
  std::optional<eventstoredb::Position> last_standing_;

  /// The next revision of each order, by a fingerprint of its stream: 64 bits for millions of
  /// orders make it less than one in a million that a good file is refused; a bad one is not taken,
  /// since the store looks at the revision as well.
  absl::flat_hash_map<std::uint64_t, std::uint64_t> next_revisions_;
  std::uint64_t events_ = 0;

  bool may_write_ = false;
  absl::Time newest_ = absl::InfinitePast();  ///< What the embedded log raises earlier times to.
  std::uint64_t written_ = 0;
  std::uint64_t written_chain_ = 0;  ///< Over stream, revision and id of what was written.
};

}  // namespace orders::infrastructure
