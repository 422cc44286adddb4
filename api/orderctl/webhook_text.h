#pragma once

#include <string>

#include "api/orderctl/text_table.h"
#include "orders/v1/webhooks.pb.h"

namespace orders::api {

// Webhooks as people read them. Pure; every text ends with a line's end.

TextTable WebhookTable();
void AddWebhook(const v1::Webhook& webhook, TextTable& table);
/// All of one.
std::string WebhookText(const v1::Webhook& webhook);
/// The same, and the secret that was just made for it.
std::string WebhookText(const v1::Webhook& webhook, const std::string& secret);
std::string PingText(const v1::PingWebhookResponse& ping);

TextTable WebhookLetterTable();
void AddWebhookLetter(const v1::WebhookDeadLetter& letter, TextTable& table);
/// "3 dead letters replayed", or with `dry_run` "3 dead letters would be replayed", and the first
/// of them.
std::string SelectedText(std::uint64_t count,
                         const google::protobuf::RepeatedPtrField<v1::WebhookDeadLetter>& first,
                         const std::string& done, bool dry_run);

}  // namespace orders::api
