#pragma once

#include <string>
#include <vector>

namespace orders::api {

/// Whether there is a screen to open a window on: DISPLAY or WAYLAND_DISPLAY.
bool HasDisplay();

/// Starts the first of BROWSER's programs that can be, or xdg-open, and does not wait for it.
/// False: none can be started.
bool OpenInBrowser(const std::string& url);

/// The command lines that `browser` stands for, as xdg-open reads BROWSER: programs with colons
/// between them, each with words of its own, in which %s is the address, or else it comes last.
std::vector<std::vector<std::string>> BrowserCommands(const std::string& browser,
                                                      const std::string& url);

}  // namespace orders::api
