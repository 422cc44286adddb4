#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "eventstoredb/client.h"
#include "infrastructure/webhooks/webhook_book.h"

namespace orders::infrastructure {

// A webhook's consumer group in the store: over all streams, filtered to those of orders. The store
// remembers what of it was acknowledged.

inline constexpr int kWebhookGroupBuffer = 200;  ///< Events handed out and not acknowledged yet.

eventstoredb::GroupId WebhookGroupId(const BookedWebhook& webhook);
/// Begins where the webhook does; or, since it had one before, with the last event that was noted.
/// One that is there already is Ok. Errors: as Client::CreateGroup.
absl::Status MakeWebhookGroup(eventstoredb::Client& store, const BookedWebhook& webhook,
                              absl::Time deadline);
/// One that is gone already is Ok.
absl::Status DeleteWebhookGroup(eventstoredb::Client& store, const BookedWebhook& webhook,
                                absl::Time deadline);

}  // namespace orders::infrastructure
