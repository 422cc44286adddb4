#pragma once

#include <cstddef>
#include <optional>

#include "api/http/head_scanner.h"
#include "api/http/http_message.h"

namespace orders::api {

/// What a request's headers say of its own form (RFC 9110 section 7.2, 9112 sections 3.2 and 6):
/// refuses what another program could read otherwise. `request` has no body yet; its version is
/// what stands in it. Absent: go on.
std::optional<HttpRefusal> CheckFraming(const HttpRequest& request, std::size_t body_bytes_max);

/// Whether the caller waits for 100 (Continue) before it sends the body.
bool ExpectsContinue(const HttpRequest& request);

}  // namespace orders::api
