#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "application/log_position.h"
#include "eventstoredb/event_store.h"

namespace orders::infrastructure {

/// Where a server's identity is kept; outside every order's stream and category.
inline constexpr std::string_view kStoreIdentityStream = "orders-store";

/// Who a store is that does not say so itself (a server): the last event of kStoreIdentityStream,
/// written with `new_id`, a UUID, if there is none; of several that try at one time all get the
/// same. Errors: DataLoss, the event there is not one of ours; Unavailable or DeadlineExceeded, ask
/// again; else as EventStore.
absl::StatusOr<application::StoreIdentity> EnsureStoreIdentity(eventstoredb::EventStore& store,
                                                               std::string_view new_id,
                                                               absl::Time deadline);

/// Makes it one generation more, by an event with the id `event_id`, a UUID. Errors: as
/// EnsureStoreIdentity; Aborted, another did so at the same time.
absl::Status RenewStoreIdentity(eventstoredb::EventStore& store, std::string_view event_id,
                                absl::Time deadline);

}  // namespace orders::infrastructure
