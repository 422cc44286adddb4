#pragma once

#include <cstddef>
#include <string_view>

namespace orders::infrastructure {

/// Bytes of the well-formed UTF-8 sequence (RFC 3629) that `text` begins with; 0: of none.
std::size_t Utf8SequenceLength(std::string_view text);

bool IsUtf8(std::string_view text);

}  // namespace orders::infrastructure
