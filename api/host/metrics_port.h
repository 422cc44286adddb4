#pragma once

#include <memory>
#include <string>

#include "api/host/start_failure.h"
#include "application/ports/telemetry.h"
#include "infrastructure/telemetry/metrics_server.h"

namespace orders::infrastructure {
struct Settings;
}  // namespace orders::infrastructure

namespace orders::api {

/// Takes the address of `settings.metrics_listen`; `server` stays null if there is none. False with
/// `failure` set: it may not be listened at, or cannot be.
bool OpenMetricsPort(const infrastructure::Settings& settings, application::Telemetry& telemetry,
                     std::unique_ptr<infrastructure::MetricsServer>& server, StartFailure& failure);

/// " metrics=127.0.0.1:9464" for the ready line; empty without a server.
std::string MetricsReadyWord(const infrastructure::Settings& settings,
                             const infrastructure::MetricsServer* server);

}  // namespace orders::api
