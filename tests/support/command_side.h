#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "application/commands/order_command_handler.h"
#include "eventstoredb/node/embedded_event_store.h"
#include "infrastructure/journal/order_journal.h"
#include "infrastructure/runtime/openssl_digest.h"
#include "infrastructure/runtime/split_mix_random.h"
#include "infrastructure/runtime/uuid7_id_source.h"
#include "tests/support/faulty_order_store.h"
#include "tests/support/manual_clock.h"

namespace orders::testing_support {

/// Keeps what was said. Thread-safe.
class RecordingTelemetry final : public application::Telemetry {
 public:
  struct Ended {
    std::string command;
    absl::Status status;
    int attempts = 0;
    bool cache_hit = false;
  };
  void CommandEnded(std::string_view command, const absl::Status& status, int attempts,
                    bool cache_hit) override;
  void BatchApplied(std::string_view, int, absl::Duration) override {}
  void Log(application::Severity, std::string_view) override {}

  Ended last() const;

 private:
  mutable std::mutex mutex_;
  Ended last_;
};

/// Sleeps are counted, not slept; there are no timers.
class SleeplessScheduler final : public application::Scheduler {
 public:
  void Sleep(absl::Duration duration) override;
  TimerId After(absl::Duration, absl::AnyInvocable<void()>) override { return 0; }
  bool Cancel(TimerId) override { return false; }

  std::vector<absl::Duration> slept() const;

 private:
  mutable std::mutex mutex_;
  std::vector<absl::Duration> slept_;
};

/// Waits for the answer; what may block runs here.
absl::StatusOr<application::CommandAnswer> Handle(application::OrderCommandHandler& handler,
                                                  const application::CallContext& call,
                                                  application::CommandRequest request);

/// One log in memory with all that a handler needs. Each handler has a cache of its own, as after a
/// restart or in another process.
class CommandSide {
 public:
  CommandSide();

  std::unique_ptr<application::OrderCommandHandler> NewHandler(
      application::OrderCommandHandlerOptions options = {});

  /// The order as a fold of the whole log gives it; revision 0 and no status if there is none.
  application::OrderView Fold(const std::string& order);
  /// Of the order's stream.
  std::vector<application::RecordedOrderEvent> Events(const std::string& order);

  std::unique_ptr<eventstoredb::EmbeddedEventStore> log;
  infrastructure::OpensslDigest digest{"a key"};
  infrastructure::OrderJournal journal;
  FaultyOrderStore store{journal};
  ManualClock clock;
  SleeplessScheduler scheduler;
  infrastructure::SplitMixRandom random{1};
  infrastructure::Uuid7IdSource ids{clock};
  RecordingTelemetry telemetry;
};

}  // namespace orders::testing_support
