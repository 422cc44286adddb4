#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"

namespace orders::infrastructure {

/// A value as a file has it.
struct ConfigValue {
  std::string text;   ///< As a flag would take it; a list's parts are joined by commas.
  std::string place;  ///< "FILE:LINE:COLUMN", both from 1.
};

/// By the setting's name.
using ConfigValues = std::map<std::string, ConfigValue>;

/// A file of at most this many bytes is read.
inline constexpr std::size_t kConfigBytesMax = 1 << 20;

/// Reads a file of settings: TOML 1.0, one key a setting, no tables. A value is a text, a whole
/// number, true or false, or a list of texts. Which settings there are is not looked at. Errors,
/// all FailedPrecondition with the file and, once it is read, line and column: it cannot be read,
/// is too long, is no UTF-8, breaks TOML's rules (a key that stands twice does), or a value is of
/// another kind.
absl::StatusOr<ConfigValues> ReadConfigFile(const std::string& path);

}  // namespace orders::infrastructure
