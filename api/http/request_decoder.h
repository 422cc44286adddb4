#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

#include "api/http/router.h"

namespace orders::api {

/// What a request says in its headers that is a field of the message.
struct HeaderOptions {
  std::optional<std::string_view> request_id;    ///< Idempotency-Key, without quotes.
  std::optional<std::string_view> etag;          ///< If-Match, with its quotes.
  std::optional<std::string_view> min_position;  ///< Consistency-Token.
};

/// A request of HTTP before it is a message.
struct RequestParts {
  const Route& route;
  const std::vector<std::string>& path_values;
  const std::vector<std::pair<std::string, std::string>>& query;
  std::string_view body;  ///< JSON; empty: an empty object.
  HeaderOptions headers;
};

/// Fills in `message`, which is empty and of the route's type. A field may be said once: by the
/// path, the query (fields of fields as options.min_position), the body, or a header. Error:
/// InvalidArgument with what is wrong.
absl::Status DecodeRequest(const RequestParts& parts, google::protobuf::Message& message);

}  // namespace orders::api
