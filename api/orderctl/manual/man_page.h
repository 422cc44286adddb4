#pragma once

#include <string>

#include "api/orderctl/manual/command_words.h"

namespace orders::api {

/// orderctl(1), for man: every command with its options, and what the help says of exit codes.
/// `footer`: that part of the help.
std::string ManPage(const CommandWords& tool, const std::string& version,
                    const std::string& footer);

}  // namespace orders::api
