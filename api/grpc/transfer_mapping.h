#pragma once

#include "absl/status/statusor.h"

#include "application/ports/order_transfer.h"
#include "orders/v1/admin.pb.h"

namespace orders::api {

/// Times to the nanosecond, rounded down.
void SetStoredEvent(application::TransferredEvent event, v1::StoredEvent& message);
/// Error: InvalidArgument, the time is none.
absl::StatusOr<application::TransferredEvent> ToTransferredEvent(v1::StoredEvent message);

}  // namespace orders::api
