#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace orders::api {

/// `text` compressed (RFC 1952), quickly rather than small. Absent: it would not be smaller.
std::optional<std::string> Gzip(std::string_view text);

}  // namespace orders::api
