#include "api/host/metrics_port.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "api/host/listen_rule.h"
#include "infrastructure/config/settings.h"

namespace orders::api {

using infrastructure::MetricsServer;

bool OpenMetricsPort(const infrastructure::Settings& settings, application::Telemetry& telemetry,
                     std::unique_ptr<MetricsServer>& server, StartFailure& failure) {
  if (!settings.metrics_listen.has_value()) return true;
  if (auto refused =
          CheckListenAddress("metrics-listen", *settings.metrics_listen, {}, settings.insecure,
                             "read what the service counts", telemetry)) {
    failure = *std::move(refused);
    return false;
  }
  auto opened = MetricsServer::Open({.address = settings.metrics_listen->ToString()});
  if (!opened.ok()) {
    failure = ListenFailure(opened.status(), "metrics-listen");
    return false;
  }
  server = *std::move(opened);
  return true;
}

std::string MetricsReadyWord(const infrastructure::Settings& settings,
                             const MetricsServer* server) {
  if (server == nullptr) return "";
  infrastructure::ListenAddress address = *settings.metrics_listen;
  address.port = server->port();
  return absl::StrCat(" metrics=", address.ToString());
}

}  // namespace orders::api
