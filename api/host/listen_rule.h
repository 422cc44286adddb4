#pragma once

#include <optional>
#include <string_view>

#include "api/host/start_failure.h"
#include "application/ports/telemetry.h"

namespace orders::infrastructure {
struct ListenAddress;
struct Settings;
}  // namespace orders::infrastructure

namespace orders::api {

/// What stands between a port and strangers.
struct Protection {
  bool has_tls = false;
  bool has_tokens = false;
};
/// Of the API's own ports, over gRPC and HTTP.
Protection ProtectionOf(const infrastructure::Settings& settings);

/// Without both TLS and tokens only loopback may be listened at, unless the operator has said
/// `insecure`, which is then logged. Absent: go on. `setting` is the name of the address's flag,
/// `whoever_may` what a stranger could do: "read and change every order".
std::optional<StartFailure> CheckListenAddress(std::string_view setting,
                                               const infrastructure::ListenAddress& address,
                                               const Protection& protection, bool insecure,
                                               std::string_view whoever_may,
                                               application::Telemetry& telemetry);

}  // namespace orders::api
