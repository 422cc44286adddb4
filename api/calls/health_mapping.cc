#include "api/calls/health_mapping.h"

#include "api/calls/read_model_mapping.h"
#include "api/calls/value_mapping.h"
#include "api/calls/view_mapping.h"
#include "application/queries/service_health.h"

namespace orders::api {

void SetStoreHealth(const StoreCondition& store, v1::StoreHealth& message) {
  message.set_kind(store.kind);
  message.set_store_id(store.identity.id);
  message.set_generation(store.identity.generation);
  message.set_reachable(store.reachability.is_reachable);
  message.set_error(store.reachability.error);
  if (!store.reachability.is_reachable) {
    SetTime(store.reachability.since, *message.mutable_unreachable_since());
  }
}

void SetHealthResponse(const StoreCondition& store,
                       const std::vector<application::ProjectionStatus>& read_models,
                       absl::Time now, const std::vector<std::string>& other_faults,
                       v1::GetHealthResponse& message) {
  const application::ServiceHealth health =
      application::AssessHealth(store.reachability, read_models, now, other_faults);
  message.set_state(health.state == application::HealthState::kServing ? v1::HEALTH_STATE_SERVING
                                                                       : v1::HEALTH_STATE_DEGRADED);
  for (const std::string& reason : health.reasons) message.add_reasons(reason);
  SetStoreHealth(store, *message.mutable_store());
  for (const application::ProjectionStatus& status : read_models) {
    v1::ReadModelHealth& read_model = *message.add_read_models();
    read_model.set_name(status.name);
    read_model.set_state(ToMessage(status.state));
    read_model.set_error(std::string(status.error.message()));
    read_model.set_caught_up(status.caught_up);
    SetFreshness({.store = store.identity,
                  .position = status.position,
                  .lag_events = status.lag_events,
                  .lag = status.lag,
                  .incomplete_orders = status.blocked_orders},
                 *read_model.mutable_freshness());
    read_model.set_blocked_orders(status.blocked_orders);
  }
}

}  // namespace orders::api
