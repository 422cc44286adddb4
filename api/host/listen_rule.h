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
  bool tells_callers_apart = false;
  std::string_view by = "token";  ///< What it tells them apart by, one of them.
};
/// Of the API's own ports, over gRPC and HTTP.
Protection ProtectionOf(const infrastructure::Settings& settings);
/// Of the port that serves the store to others.
Protection StoreProtectionOf(const infrastructure::Settings& settings);

/// Without both TLS and a way to tell callers apart only loopback may be listened at, unless the
/// operator has said `insecure`, which is then logged. Absent: go on. `setting` is the name of the
/// address's flag, `whoever_may` what a stranger could do: "read and change every order".
std::optional<StartFailure> CheckListenAddress(std::string_view setting,
                                               const infrastructure::ListenAddress& address,
                                               const Protection& protection, bool insecure,
                                               std::string_view whoever_may,
                                               application::Telemetry& telemetry);

}  // namespace orders::api
