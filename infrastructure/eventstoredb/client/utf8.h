#pragma once

#include <string>
#include <string_view>

namespace eventstoredb::client {

/// No other text may stand in a message's string.
bool IsUtf8(std::string_view text);
/// With what is not UTF-8 replaced.
std::string ToUtf8(std::string_view text);

}  // namespace eventstoredb::client
