#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "application/call_context.h"
#include "application/order_view.h"
#include "application/ports/clock.h"
#include "application/ports/digest.h"
#include "application/ports/id_source.h"
#include "application/ports/order_store.h"
#include "application/ports/random.h"
#include "application/ports/scheduler.h"
#include "application/ports/telemetry.h"
#include "domain/order/commands.h"

namespace orders::application {

struct OrderCommandHandlerOptions {
  int attempts_max = 16;                               ///< Appends tried, the first one included.
  absl::Duration backoff_min = absl::Milliseconds(1);  ///< Doubles, with jitter, up to the max.
  absl::Duration backoff_max = absl::Milliseconds(50);
  std::size_t cache_bytes_max = 64 << 20;
  std::uint64_t events_per_order_max = 50'000;
};

struct CommandRequest {
  domain::OrderId order_id;  ///< May be empty for CreateOrder: then it follows from the request id.
  domain::OrderCommand command;
  std::string request_id;  ///< 1 to 128 printable ASCII characters; empty: one is made.
  std::optional<std::uint64_t> expected_revision;
  bool validate_only = false;  ///< Answers what would be, stores nothing.
};

struct CommandAnswer {
  /// The order after the command. Of a dry run: as it would be, revision and position as they are.
  std::shared_ptr<const OrderView> view;
  std::string request_id;
  bool replayed = false;    ///< This request was answered before; `view` is as of that answer.
  int events_recorded = 0;  ///< 0: nothing had to change. Of a dry run: how many it would be.
};

/// Runs a closure on a thread that may block. It always does so: room for it is kept.
using RunBlocking = absl::AnyInvocable<void(absl::AnyInvocable<void()>)>;
using CommandDone = absl::AnyInvocable<void(absl::StatusOr<CommandAnswer>)>;

/// The one way to change an order: state from the cache or the log, idempotency, decision, append;
/// after a lost race again on what is then true. Thread-safe.
class OrderCommandHandler {
 public:
  /// Everything outlives the handler.
  struct Ports {
    OrderStore& store;
    Clock& clock;
    Scheduler& scheduler;
    Random& random;
    IdSource& ids;
    Digest& digest;
    Telemetry& telemetry;
  };
  OrderCommandHandler(Ports ports, OrderCommandHandlerOptions options);
  ~OrderCommandHandler();

  /// Never blocks: what reads the log or waits for another try is given to `run_blocking`, one
  /// closure at a time. `done` is called exactly once, by a thread of the log, of `run_blocking`,
  /// of the scheduler or from within; it must not block. Errors: InvalidArgument with field
  /// violations; a refusal of the domain (domain/refusals.h); Aborted with a RequestError
  /// (request_errors.h): stale expected revision, or every race lost; AlreadyExists with a
  /// RequestError: the request id was used for something else; ResourceExhausted, the order has too
  /// many events, or the store is full; DataLoss; Unavailable or DeadlineExceeded: outcome unknown,
  /// ask again with the same request id.
  void Start(CallContext call, CommandRequest request, RunBlocking run_blocking, CommandDone done);

  /// The id that a CreateOrder without one gets: the same for the same caller and request id.
  domain::OrderId OrderIdFor(const std::string& actor, const std::string& request_id) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace orders::application
