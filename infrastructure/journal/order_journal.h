#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "application/ports/digest.h"
#include "application/ports/order_store.h"
#include "eventstoredb/event_store.h"
#include "infrastructure/journal/upcasters.h"

namespace orders::infrastructure {

/// The orders' events over any event store: one stream an order, JSON events.
class OrderJournal final : public application::OrderStore {
 public:
  /// `store`, `digest` and `upcasters` outlive the journal.
  OrderJournal(eventstoredb::EventStore& store, const application::Digest& digest,
               application::StoreIdentity identity, const Upcasters& upcasters = Upcasters::None());

  /// A gap in the stream, and an event of a type that is not known, are DataLoss too: what is
  /// decided on an order must know all that happened to it.
  absl::Status Read(const application::CallContext& call, const domain::OrderId& order,
                    std::uint64_t from, application::OrderEventVisitor visit) override;
  absl::Status ReadStream(const application::CallContext& call, const domain::OrderId& order,
                          std::uint64_t from, application::OrderStreamVisitor visit) override;
  void StartAppend(const application::CallContext& call, const domain::OrderId& order,
                   std::optional<std::uint64_t> after, const domain::OrderEvents& events,
                   const application::EventMetadata& metadata,
                   application::AppendDone done) override;
  bool IsKnownHead(const domain::OrderId& order, std::optional<std::uint64_t> revision) override;
  application::StoreIdentity identity() const override { return identity_; }

 private:
  absl::StatusOr<eventstoredb::Uuid> EventId(const domain::OrderId& order,
                                             const application::EventMetadata& metadata,
                                             std::size_t index) const;

  eventstoredb::EventStore& store_;
  const application::Digest& digest_;
  const application::StoreIdentity identity_;
  const Upcasters& upcasters_;
};

}  // namespace orders::infrastructure
