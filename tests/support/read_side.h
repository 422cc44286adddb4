#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "application/projections/past_read_models.h"
#include "application/projections/projection_host.h"
#include "application/queries/default_order_query_handler.h"
#include "application/queries/freshness_gate.h"
#include "application/queries/order_view_cache.h"
#include "infrastructure/runtime/openssl_digest.h"
#include "infrastructure/runtime/split_mix_random.h"
#include "infrastructure/runtime/system_clock.h"
#include "infrastructure/runtime/thread_scheduler.h"
#include "infrastructure/views/sqlite_views.h"
#include "tests/support/memory_order_log.h"
#include "tests/support/naive_fold.h"

namespace orders::testing_support {

/// By their names, in the order in which a service adds them.
inline constexpr std::array kReadModels{"orders", "customers", "sales", "search"};

/// Keeps what was logged.
class ReadSideTelemetry final : public application::Telemetry {
 public:
  /// Called with each line, first; for a test that ends the process at a step of its own choice.
  std::function<void(std::string_view)> on_line;
  void CommandEnded(std::string_view, const absl::Status&, int, bool) override {}
  void BatchApplied(std::string_view, int events, absl::Duration) override;
  void Log(application::Severity severity, std::string_view text) override;
  /// Lines of at least that severity.
  std::vector<std::string> Lines(application::Severity least) const;

 private:
  mutable absl::Mutex mutex_;
  std::vector<std::pair<application::Severity, std::string>> lines_ ABSL_GUARDED_BY(mutex_);
};

/// The whole reading side over a log: read models on disk, projections, queries; wired as a service
/// wires it.
class ReadSide {
 public:
  struct Options {
    std::string directory;  ///< Empty: a temporary one.
    std::string boot_id = "boot-1";
    application::ProjectionHostOptions host;
    application::PastReadModelsOptions past;
    application::OrderViewCacheOptions cache;
    application::FreshnessGateOptions gate;
    infrastructure::ViewReaderOptions readers;
    std::function<void(std::string_view)> on_line;  ///< See ReadSideTelemetry.
  };
  /// What it reads; all outlive it.
  struct Source {
    application::OrderFeed& feed;
    application::OrderStore& store;
    /// Of the last event of an order.
    std::function<application::LogPosition()> last_position;
  };
  /// Starts nothing yet.
  ReadSide(Source source, Options options);
  /// `log` outlives this.
  ReadSide(MemoryOrderLog& log, Options options);
  ~ReadSide();

  void Start() { host_->Start(); }
  void Stop();
  application::OrderQueryHandler& queries() { return *queries_; }
  application::ProjectionHost& host() { return *host_; }
  application::PastReadModels& past() { return *past_; }
  application::FreshnessGate& orders_gate() { return *orders_gate_; }
  infrastructure::SqliteViews& views() { return *views_; }
  application::Digest& digest() { return digest_; }
  ReadSideTelemetry& telemetry() { return telemetry_; }

  /// Waits until all read models hold all of the log; false if one has stopped instead.
  bool WaitUntilCurrent();
  /// Waits until the rebuild that was started is over, and gives what became of it.
  application::RebuildStatus WaitUntilRebuilt(const std::string& projection);
  /// The same of a verification, which may have been started by somebody else.
  application::RebuildStatus WaitUntilVerified(const std::string& projection);
  /// Waits until the projection has stopped, and gives its error.
  absl::Status WaitUntilStopped(const std::string& projection);
  application::ProjectionStatus StatusOf(const std::string& projection);
  /// "" when all read models say what the naive fold of `events` says; else the first difference.
  std::string Difference(const std::vector<application::RecordedOrderEvent>& events);

 private:
  application::RebuildStatus WaitUntilOver(
      const std::function<absl::StatusOr<std::optional<application::RebuildStatus>>()>& find);
  std::string SalesDifference(const NaiveState& naive);
  std::string SearchDifference(const NaiveState& naive);

  const std::function<application::LogPosition()> last_position_;
  ReadSideTelemetry telemetry_;
  infrastructure::SystemClock clock_;
  infrastructure::ThreadScheduler scheduler_;
  infrastructure::SplitMixRandom random_{7};
  infrastructure::OpensslDigest digest_{"a key for tests"};
  std::unique_ptr<application::OrderViewCache> cache_;
  std::unique_ptr<infrastructure::SqliteViews> views_;
  std::unique_ptr<application::FreshnessGate> orders_gate_;
  std::unique_ptr<application::FreshnessGate> customers_gate_;
  std::unique_ptr<application::FreshnessGate> sales_gate_;
  std::unique_ptr<application::FreshnessGate> search_gate_;
  std::unique_ptr<application::ProjectionHost> host_;
  std::unique_ptr<application::PastReadModels> past_;
  std::unique_ptr<application::OrderQueryHandler> queries_;
};

}  // namespace orders::testing_support
