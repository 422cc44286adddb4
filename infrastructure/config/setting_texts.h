#pragma once

#include <string>

#include "infrastructure/config/settings.h"

namespace orders::infrastructure {

// What the table of settings says, for people.

/// "orderd", "orderd store".
const char* NameOf(Command command);
std::string SettingsHelp(Command command);
/// A file for --config: every setting with what it does, each as it is by default and commented
/// out.
std::string AnnotatedConfig(Command command);
/// orderd(1), for man: both commands.
std::string SettingsManual();

}  // namespace orders::infrastructure
