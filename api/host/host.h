#pragma once

#include <cstdint>
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

/// The service, put together: the one place that knows every concrete class. Starts in order:
/// store, identity, read models, server; stops in the opposite one. Used by one thread.
class Host {
 public:
  /// Null with `failure` set: not started, nothing left running.
  /// `on_fatal` is called once, from a thread of the store, when a write or sync has failed and the
  /// process must end with kIo: call Abandon from another thread. `on_imported` is called when an
  /// import has made the store another one: stop and destroy the host, and start it again; must not
  /// block. `telemetry` and `access` outlive the host.
  static std::unique_ptr<Host> Start(
      const infrastructure::Settings& settings, infrastructure::PrometheusTelemetry& telemetry,
      Access& access, std::function<void()> on_fatal, StartFailure& failure,
      std::function<void()> on_imported = [] {});
  /// Ends the server. Must have stopped.
  ~Host();

  /// "orderd ready grpc=127.0.0.1:50051 store=embedded data=DIR": the port serves, and the read
  /// models are open (they may still be catching up).
  std::string ReadyLine() const;
  /// Where it serves, whatever the settings left open. 0: the store is not served.
  std::uint16_t port() const;
  std::uint16_t store_port() const;
  std::uint16_t metrics_port() const;
  std::uint16_t http_port() const;

  /// Health says NOT_SERVING first; no more calls; what is in flight ends, within drain_max; then
  /// read models and log are closed. The server alone goes on, and tells late callers UNAVAILABLE
  /// until the process ends or the host is destroyed: the first is better, since gRPC 1.51 cuts
  /// calls that cross its own shutdown with CANCELLED. False: something was still running, and
  /// nothing is closed: end the process now.
  bool Stop();

  /// The store is lost: lets the answers that are given out reach their callers, at most about a
  /// second. End the process then, without destroying the host.
  void Abandon();

 private:
  class Impl;
  explicit Host(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace orders::api
