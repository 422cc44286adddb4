#pragma once

#include <string>
#include <utility>

#include "api/orderctl/command_line.h"
#include "api/orderctl/options.h"
#include "orders/v1/consumer_groups.pb.h"

namespace orders::api {

/// STREAM and GROUP, of `request`.
template <typename Request>
void AddGroupName(CLI::App& app, Request& request) {
  Request* const into = &request;
  AddText(app, "STREAM", "What the group reads: a stream's name, or '$all'", "",
          [into](std::string name) { into->set_stream(std::move(name)); })
      ->required();
  AddText(app, "GROUP", "The group's name", "", [into](std::string name) {
    into->set_group(std::move(name));
  })->required();
}

/// "round-robin".
std::string StrategyWord(v1::ConsumerStrategy strategy);

/// groups parked, replay and discard.
void AddParkedMessageCommands(CommandLine& line, CLI::App& topic);

}  // namespace orders::api
