#include "infrastructure/webhooks/webhook_group.h"

#include <limits>

#include "infrastructure/journal/order_stream.h"

namespace orders::infrastructure {

using eventstoredb::ErrorKind;
using eventstoredb::GroupStart;

eventstoredb::GroupId WebhookGroupId(const BookedWebhook& webhook) {
  return {.group = webhook.group};
}

absl::Status MakeWebhookGroup(eventstoredb::Client& store, const BookedWebhook& webhook,
                              absl::Time deadline) {
  GroupStart start = webhook.start == application::WebhookStart::kFromNow ? GroupStart::End()
                                                                          : GroupStart::Start();
  if (webhook.noted.has_value()) {
    start = GroupStart::At(eventstoredb::Position{webhook.noted->commit, webhook.noted->prepare});
  }
  const absl::Status made = store.CreateGroup(
      {.id = WebhookGroupId(webhook),
       .settings = {.start = start,
                    // An event is noted at once or, when the disk is full, after any time: the
                    // group is never to put one aside.
                    .message_timeout = absl::Minutes(10),
                    .retries_max = std::numeric_limits<int>::max(),
                    .checkpoint_after = absl::Seconds(1),
                    .checkpoint_events_min = 1,
                    // One at a time, so that nobody holds earlier events while another notes later
                    // ones.
                    .subscribers_max = 1,
                    .read_batch_size = kWebhookGroupBuffer,
                    .strategy = eventstoredb::ConsumerStrategy::kDispatchToSingle},
       .filter = eventstoredb::Filter::StreamPrefixes({std::string(kOrderStreamPrefix)}),
       .deadline = deadline});
  return eventstoredb::GetErrorKind(made) == ErrorKind::kGroupExists ? absl::OkStatus() : made;
}

absl::Status DeleteWebhookGroup(eventstoredb::Client& store, const BookedWebhook& webhook,
                                absl::Time deadline) {
  const absl::Status deleted = store.DeleteGroup(WebhookGroupId(webhook), deadline);
  return eventstoredb::GetErrorKind(deleted) == ErrorKind::kGroupNotFound ? absl::OkStatus()
                                                                          : deleted;
}

}  // namespace orders::infrastructure
