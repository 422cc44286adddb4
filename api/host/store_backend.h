#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/time/time.h"

#include "api/host/start_failure.h"
#include "application/log_position.h"
#include "application/ports/store_monitor.h"
#include "application/ports/telemetry.h"

namespace eventstoredb {
class Client;
class EmbeddedEventStore;
class EventStore;
}  // namespace eventstoredb
namespace orders::infrastructure {
struct Settings;
}  // namespace orders::infrastructure

namespace orders::api {

/// When the store is lost: for the answers that are given out.
inline constexpr absl::Duration kAbandonWaitMax = absl::Milliseconds(700);

/// The event store that the service runs on.
struct StoreBackend {
  StoreBackend();
  StoreBackend(StoreBackend&&) noexcept;
  ~StoreBackend();

  std::unique_ptr<eventstoredb::EventStore> store;
  eventstoredb::EmbeddedEventStore* embedded = nullptr;  ///< `store`, if it lies in this process.
  eventstoredb::Client* client = nullptr;                ///< Of `store`, if it is on a server.
  std::string own_login;                         ///< By which `client` logs in; may be empty.
  application::StoreMonitor* monitor = nullptr;  ///< Lives as long as `store`.
  application::StoreIdentity identity;
  std::string kind;  ///< For the ready line: "embedded", "memory", "server".
};

/// The embedded store. Absent with `failure` set. `on_fatal`: see Host::Start. `telemetry` outlives
/// the store.
std::optional<StoreBackend> OpenEmbeddedStore(const infrastructure::Settings& settings,
                                              application::Telemetry& telemetry,
                                              std::function<void()> on_fatal,
                                              StartFailure& failure);

}  // namespace orders::api
