#pragma once

#include <optional>
#include <string_view>

#include "api/host/start_failure.h"
#include "application/ports/telemetry.h"

namespace orders::infrastructure {
struct ListenAddress;
}  // namespace orders::infrastructure

namespace orders::api {

/// Without TLS and tokens only loopback may be listened at, unless the operator has said
/// `insecure`, which is then logged. Absent: go on. `setting` is the name of the address's flag,
/// `whoever_may` what a stranger could do: "read and change every order".
std::optional<StartFailure> CheckListenAddress(std::string_view setting,
                                               const infrastructure::ListenAddress& address,
                                               bool insecure, std::string_view whoever_may,
                                               application::Telemetry& telemetry);

}  // namespace orders::api
