#pragma once

#include "absl/status/statusor.h"

#include "application/log_position.h"
#include "application/ports/consumer_groups.h"
#include "orders/v1/consumer_groups.pb.h"

namespace orders::api {

// Groups of consumers to and from their messages. Pure. `store` is the one that position tokens are
// of.

/// Errors: InvalidArgument, a field that no store could take; FailedPrecondition (STORE_CHANGED).
absl::StatusOr<application::ConsumerGroupSettings> ToSettings(
    const v1::ConsumerGroupSettings& message, const application::StoreIdentity& store);
/// Error: InvalidArgument.
absl::StatusOr<application::ConsumerGroupFilter> ToFilter(const v1::ConsumerGroupFilter& message);

/// The message is empty when given.
void SetGroup(const application::ConsumerGroup& group, const application::StoreIdentity& store,
              v1::ConsumerGroup& message);
void SetParkedMessage(application::ParkedMessage parked, const application::StoreIdentity& store,
                      v1::ParkedMessage& message);

}  // namespace orders::api
