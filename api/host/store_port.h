#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "api/host/start_failure.h"
#include "api/tls_identity.h"
#include "application/ports/telemetry.h"

namespace eventstoredb {
struct NodeServerOptions;
}  // namespace eventstoredb

namespace orders::infrastructure {
struct Settings;
}  // namespace orders::infrastructure

namespace orders::api {

/// Of the embedded store as a node, as it is set; without a port.
eventstoredb::NodeServerOptions NodeLimits(const infrastructure::Settings& settings);

/// How the store is served to others at settings.store_listen, which is set: address, TLS, users.
/// `setting` is the name of the address's flag. Absent with `failure` set (kConfig): what reaches
/// beyond loopback would be open, or a file of a password cannot be used.
std::optional<eventstoredb::NodeServerOptions> StorePortOptions(
    std::string_view setting, const infrastructure::Settings& settings, TlsSource tls,
    application::Telemetry& telemetry, StartFailure& failure);

/// For --check-config: why a file of a password cannot be used; absent: they can.
std::optional<StartFailure> CheckPasswordFiles(const infrastructure::Settings& settings);

}  // namespace orders::api
