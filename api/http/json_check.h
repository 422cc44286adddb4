#pragma once

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/descriptor.h"

namespace orders::api {

struct JsonLimits {
  int depth_max = 16;               ///< Of objects and lists within each other.
  std::size_t values_max = 20'000;  ///< Members and elements in all.
};

/// Whether `text` is one JSON object (RFC 8259) that says a `type` without a doubt: UTF-8 without a
/// byte order mark, no member twice (nor as order_id and orderId), none that the type does not
/// have, each value of its field's kind, integers as integer literals or decimal strings. protobuf
/// takes much more than that. Error: InvalidArgument that names the byte; where a field is to
/// blame, with a violation of it.
absl::Status CheckJson(std::string_view text, const google::protobuf::Descriptor& type,
                       const JsonLimits& limits = {});

}  // namespace orders::api
