#pragma once

#include <optional>

#include "api/host/start_failure.h"
#include "api/host/store_backend.h"
#include "application/ports/id_source.h"

namespace orders::api {

/// The service on a server that speaks EventStoreDB's protocol, named by `settings.store`; read
/// models lie in `settings.data`, which is held. Waits for the server, half a minute at most.
/// Absent with `failure` set: kConfig, the connection string is wrong or not safe enough;
/// kUnavailable, nobody answers; kDataDamaged, the server's stream of identity is not ours.
std::optional<StoreBackend> ConnectToServer(const infrastructure::Settings& settings,
                                            application::Telemetry& telemetry,
                                            application::IdSource& ids, StartFailure& failure);

}  // namespace orders::api
