#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/host/start_failure.h"

namespace orders::infrastructure {
class PrometheusTelemetry;
struct Settings;
}  // namespace orders::infrastructure

namespace orders::api {

class Access;

/// `orderd store`: the embedded event store alone, served to any client of its protocol. Shaped as
/// Host, and used as it is. Used by one thread.
class StoreHost {
 public:
  /// As Host::Start. `on_shutdown` is called when an operator of the store asks for its end; must
  /// not block.
  static std::unique_ptr<StoreHost> Start(const infrastructure::Settings& settings,
                                          infrastructure::PrometheusTelemetry& telemetry,
                                          Access& access, std::function<void()> on_fatal,
                                          std::function<void()> on_shutdown, StartFailure& failure);
  /// Must have stopped.
  ~StoreHost();

  /// "orderd ready store=127.0.0.1:2113 data=DIR", or "in-memory" for the last word.
  std::string ReadyLine() const;
  /// Health says that it stops; no more calls; subscriptions end with UNAVAILABLE; what is in
  /// flight ends, within drain_max; then the log is closed. Always true.
  bool Stop();
  /// The store is lost: lets the answers that are given out reach their callers, at most about a
  /// second. End the process then, without destroying this.
  void Abandon();

 private:
  class Impl;
  explicit StoreHost(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace orders::api
