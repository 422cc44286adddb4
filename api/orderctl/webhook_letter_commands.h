#pragma once

#include <string>
#include <utility>

#include "api/orderctl/command_line.h"
#include "api/orderctl/options.h"

namespace orders::api {

/// The WEBHOOK that a command is about, into `request`, which lives as long as the command line.
template <typename Request>
void AddWebhookId(CLI::App& app, Request& request) {
  AddText(app, "WEBHOOK", "The webhook's id", "", [into = &request](std::string id) {
    into->set_webhook_id(std::move(id));
  })->required();
}

/// dead-letters, replay and discard, under the topic of webhooks.
void AddWebhookLetterCommands(CommandLine& line, CLI::App& topic);

}  // namespace orders::api
