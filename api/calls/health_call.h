#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/calls/method.h"
#include "api/runtime/call_gate.h"
#include "application/log_position.h"
#include "application/ports/call_meters.h"
#include "application/ports/clock.h"
#include "application/ports/store_monitor.h"
#include "application/ports/telemetry.h"
#include "application/projections/projection_host.h"

namespace orders::api {

/// GetHealth, answered at once, on the front's thread: nothing is asked of the store.
class HealthCall {
 public:
  /// All outlive this.
  struct Ports {
    const application::ProjectionHost& projections;
    const application::StoreMonitor& store;
    application::Clock& clock;
    application::Telemetry& telemetry;
    application::CallMeters& meters;
    CallGate& gate;
    /// What is wrong beside store and read models, each in a sentence. Must not block.
    std::function<std::vector<std::string>()> other_faults;
    /// Empty: HTTP is not served, or not yet. Must not block.
    std::function<std::string()> http_url;
  };
  HealthCall(Ports ports, application::StoreIdentity store, std::string store_kind);

  /// Outlives neither this nor the ports.
  UnaryMethod method();

 private:
  void Answer(const Inbound& inbound, Call call) const;

  const Ports ports_;
  const application::StoreIdentity store_;
  const std::string store_kind_;
};

}  // namespace orders::api
