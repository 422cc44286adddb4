#pragma once

#include <string>

#include "api/orderctl/manual/command_words.h"

namespace orders::api {

// Each is a script that its shell reads: commands, their options and, where the help lists them
// all, the values that an option takes. Nothing is asked of the service.

std::string BashCompletion(const CommandWords& tool);
std::string ZshCompletion(const CommandWords& tool);
std::string FishCompletion(const CommandWords& tool);

}  // namespace orders::api
