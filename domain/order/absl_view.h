#pragma once

#include <string_view>

#include "absl/strings/string_view.h"

namespace orders::domain {

/// The same text for Abseil, whose string_view is a type of its own where Abseil was not built as
/// C++17.
inline absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace orders::domain
