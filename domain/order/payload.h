#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orders::domain {

// How refusals and violations put their texts into a Status payload: each with its length before
// it, so that no text can be taken for a separator. Internal to domain/order.
std::string EncodeTexts(const std::vector<std::string_view>& texts);
/// Absent if `encoded` is not EncodeTexts of something.
std::optional<std::vector<std::string>> DecodeTexts(std::string_view encoded);

}  // namespace orders::domain
