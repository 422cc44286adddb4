#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace orders::infrastructure {

inline constexpr std::size_t kCallerNameBytesMax = 128;
inline constexpr char kCallerNameForm[] = "1 to 128 printable ASCII characters";

/// Whether `text` may be Caller::name.
inline bool IsCallerName(std::string_view text) {
  return !text.empty() && text.size() <= kCallerNameBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

}  // namespace orders::infrastructure
