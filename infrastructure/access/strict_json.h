#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

namespace orders::infrastructure {

/// `text` as one JSON object (RFC 8259, UTF-8) in which no object names a member twice and nothing
/// stands more than `depth_max` objects and arrays deep. Errors: InvalidArgument, what is wrong and
/// where, without anything of `text`.
absl::StatusOr<nlohmann::json> ParseStrictJson(std::string_view text, int depth_max);

}  // namespace orders::infrastructure
