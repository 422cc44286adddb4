#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "application/commands/request_errors.h"
#include "application/ports/webhooks.h"

namespace orders::testing_support {

/// Webhooks in memory that deliver nothing: what was asked of them can be seen. Single thread, with
/// the calls that are answered one by one.
class MemoryWebhooks final : public application::Webhooks {
 public:
  using CallContext = application::CallContext;
  using Webhook = application::Webhook;
  using WebhookId = application::WebhookId;
  using WebhookWithSecret = application::WebhookWithSecret;

  static constexpr const char* kSecret = "whsec_c2VjcmV0LW9mLXRoZS10ZXN0LW9mLXdlYmhvb2s=";

  /// Of every webhook: its dead letters, by number.
  std::vector<application::WebhookDeadLetter> letters;
  application::WebhookPing ping;
  std::optional<application::WebhookStart> start;
  std::optional<absl::Duration> old_lifetime;
  std::string actor;
  std::string reason;

  absl::StatusOr<WebhookWithSecret> Create(const CallContext& call,
                                           const application::NewWebhook& webhook) override {
    actor = call.actor;
    start = webhook.start;
    const auto [place, is_new] = webhooks_.insert({webhook.id.value,
                                                   {.id = webhook.id,
                                                    .url = webhook.url,
                                                    .description = webhook.description,
                                                    .event_types = webhook.event_types,
                                                    .state_since = kThen,
                                                    .created = kThen,
                                                    .updated = kThen,
                                                    .secret_made = kThen}});
    if (!is_new) {
      return application::MakeRequestError(absl::StatusCode::kAlreadyExists, "it is there",
                                           {.reason = "WEBHOOK_EXISTS"});
    }
    return WebhookWithSecret{place->second, kSecret};
  }
  absl::StatusOr<std::vector<Webhook>> List(const CallContext& /*call*/) override {
    std::vector<Webhook> all;
    for (const auto& [id, webhook] : webhooks_) all.push_back(webhook);
    return all;
  }
  absl::StatusOr<Webhook> Get(const CallContext& /*call*/, const WebhookId& id) override {
    return Change(id, [](Webhook&) {});
  }
  absl::StatusOr<Webhook> Update(const CallContext& /*call*/, const WebhookId& id,
                                 const application::WebhookUpdate& update) override {
    return Change(id, [&](Webhook& webhook) {
      webhook.url = update.url.value_or(webhook.url);
      webhook.description = update.description.value_or(webhook.description);
      webhook.event_types = update.event_types.value_or(webhook.event_types);
    });
  }
  absl::StatusOr<application::DeletedWebhook> Delete(const CallContext& /*call*/,
                                                     const WebhookId& id) override {
    if (webhooks_.erase(id.value) == 0) return NotFound();
    return application::DeletedWebhook{.pending_orders = 2, .dead_letters = letters.size()};
  }
  absl::StatusOr<Webhook> Pause(const CallContext& /*call*/, const WebhookId& id,
                                const std::string& why) override {
    return Change(id, [&](Webhook& webhook) {
      webhook.state = application::WebhookState::kPaused;
      webhook.state_reason = why;
    });
  }
  absl::StatusOr<Webhook> Resume(const CallContext& /*call*/, const WebhookId& id) override {
    return Change(id, [](Webhook& webhook) {
      webhook.state = application::WebhookState::kActive;
      webhook.state_reason.clear();
    });
  }
  absl::StatusOr<WebhookWithSecret> RotateSecret(const CallContext& /*call*/, const WebhookId& id,
                                                 absl::Duration lifetime) override {
    old_lifetime = lifetime;
    const absl::StatusOr<Webhook> changed =
        Change(id, [&](Webhook& webhook) { webhook.old_secret_end = kThen + lifetime; });
    if (!changed.ok()) return changed.status();
    return WebhookWithSecret{*changed, kSecret};
  }
  absl::StatusOr<application::WebhookPing> Ping(const CallContext& /*call*/,
                                                const WebhookId& id) override {
    if (!webhooks_.contains(id.value)) return NotFound();
    return ping;
  }
  absl::StatusOr<std::vector<application::WebhookDeadLetter>> ListDeadLetters(
      const CallContext& /*call*/, const WebhookId& id, std::int64_t after,
      std::size_t letters_max) override {
    if (!webhooks_.contains(id.value)) return NotFound();
    std::vector<application::WebhookDeadLetter> page;
    for (const application::WebhookDeadLetter& letter : letters) {
      if (letter.number > after && page.size() < letters_max) page.push_back(letter);
    }
    return page;
  }
  absl::StatusOr<application::SelectedDeadLetters> ReplayDeadLetters(
      const CallContext& /*call*/, const WebhookId& id,
      const application::SelectDeadLetters& select) override {
    return Select(id, select);
  }
  absl::StatusOr<application::SelectedDeadLetters> DiscardDeadLetters(
      const CallContext& call, const WebhookId& id, const application::SelectDeadLetters& select,
      const std::string& why) override {
    actor = call.actor;
    reason = why;
    return Select(id, select);
  }

 private:
  static inline const absl::Time kThen = absl::FromUnixSeconds(1'795'428'900);

  static absl::Status NotFound() {
    return application::MakeRequestError(absl::StatusCode::kNotFound, "no such webhook",
                                         {.reason = "WEBHOOK_NOT_FOUND"});
  }
  template <typename Act>
  absl::StatusOr<Webhook> Change(const WebhookId& id, Act act) {
    const auto found = webhooks_.find(id.value);
    if (found == webhooks_.end()) return NotFound();
    act(found->second);
    return found->second;
  }
  absl::StatusOr<application::SelectedDeadLetters> Select(
      const WebhookId& id, const application::SelectDeadLetters& select) {
    if (!webhooks_.contains(id.value)) return NotFound();
    const auto* const one = std::get_if<std::string>(&select.selection);
    const auto* const oldest = std::get_if<application::OldestDeadLetters>(&select.selection);
    std::vector<application::WebhookDeadLetter> chosen;
    for (const application::WebhookDeadLetter& letter : letters) {
      const bool is_meant = one != nullptr      ? letter.event_id == *one
                            : oldest != nullptr ? chosen.size() < oldest->count
                                                : true;
      if (is_meant) chosen.push_back(letter);
    }
    if (select.expected_count.value_or(chosen.size()) != chosen.size()) {
      return application::MakeRequestError(absl::StatusCode::kAborted, "others by now",
                                           {.reason = "DEAD_LETTERS_CHANGED"});
    }
    if (!select.validate_only) {
      letters.erase(std::remove_if(letters.begin(), letters.end(),
                                   [&](const application::WebhookDeadLetter& letter) {
                                     return std::any_of(chosen.begin(), chosen.end(),
                                                        [&](const auto& other) {
                                                          return other.number == letter.number;
                                                        });
                                   }),
                    letters.end());
    }
    application::SelectedDeadLetters selected{.count = chosen.size(), .first = std::move(chosen)};
    selected.first.resize(std::min(selected.first.size(), application::kSelectedDeadLettersShown));
    return selected;
  }

  std::map<std::string, Webhook> webhooks_;
};

}  // namespace orders::testing_support
