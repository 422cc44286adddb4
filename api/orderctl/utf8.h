#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace orders::api {

/// No overlong forms, no surrogates, nothing beyond U+10FFFF.
bool IsValidUtf8(absl::string_view text);

/// `text` as it may be shown on a terminal: control characters, characters that reorder what is
/// shown, and bytes that are no UTF-8 become '?'.
std::string Printable(absl::string_view text);

/// Columns that valid UTF-8 takes on a terminal: wide characters 2, combining ones 0.
std::size_t DisplayWidth(absl::string_view text);

}  // namespace orders::api
