#pragma once

#include <cstddef>
#include <optional>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"

#include "event_store/client/streams.pb.h"
#include "eventstoredb/types.h"
#include "eventstoredb/uuid.h"
#include "infrastructure/node/grpc/budget.h"
#include "infrastructure/node/grpc/node_state.h"

namespace eventstoredb {

/// Whose answer it is, as the request had it.
struct BatchAddress {
  std::optional<event_store::client::UUID> correlation_id;
  std::optional<event_store::client::StreamIdentifier> stream;
  /// The expectation only.
  event_store::client::streams::BatchAppendReq::Options expectation;
};

struct Batch {
  BatchAddress address;
  AppendRequest append;
  std::size_t data_bytes = 0;
  BudgetShare held;
};

struct RefusedBatch {
  BatchAddress address;
  absl::Status status;
};

/// Puts the batches of one call together (protocol section 3.14). Not thread-safe.
class BatchAssembly {
 public:
  explicit BatchAssembly(NodeState& state) : state_(state) {}

  struct Nothing {};  ///< More of the batch is to come, or the message belongs to none.
  using Outcome = std::variant<Nothing, Batch, RefusedBatch>;
  /// Moves the events out of `message`. A refused batch is forgotten.
  Outcome Accept(event_store::client::streams::BatchAppendReq& message, absl::Time now);

  /// Forgets the batches whose time is over. Their answers carry the correlation id structured.
  std::vector<RefusedBatch> TakeExpired(absl::Time now);
  bool empty() const { return open_.empty(); }

 private:
  absl::Status Open(const Uuid& id, const BatchAddress& address,
                    const event_store::client::streams::BatchAppendReq::Options& options,
                    absl::Time now);
  absl::Status AddEvents(event_store::client::streams::BatchAppendReq& message, Batch& batch) const;

  NodeState& state_;
  absl::flat_hash_map<Uuid, Batch> open_;
};

}  // namespace eventstoredb
