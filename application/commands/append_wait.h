#pragma once

#include <coroutine>
#include <cstdint>
#include <memory>
#include <optional>

#include "application/ports/clock.h"
#include "application/ports/order_store.h"
#include "application/ports/scheduler.h"

namespace orders::application {

/// co_await sends the append and gives its answer, or DeadlineExceeded at the call's deadline: then
/// the outcome is unknown, and what the store says later is dropped. The coroutine goes on in a
/// thread of the store or of the scheduler, or at once, and must not block there.
class AppendWait {
 public:
  struct Ports {
    OrderStore& store;
    Clock& clock;
    Scheduler& scheduler;
  };
  /// All references live as long as the coroutine.
  struct Arguments {
    const CallContext& call;
    const domain::OrderId& order;
    std::optional<std::uint64_t> after;
    const domain::OrderEvents& events;
    const EventMetadata& metadata;
  };
  AppendWait(Ports ports, const Arguments& arguments) : ports_(ports), arguments_(arguments) {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting);
  absl::StatusOr<AppendedEvents> await_resume();

 private:
  class Race;

  const Ports ports_;
  const Arguments arguments_;
  std::shared_ptr<Race> race_;
};

}  // namespace orders::application
