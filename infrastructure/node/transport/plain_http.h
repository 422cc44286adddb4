#pragma once

#include <functional>
#include <string>

#include "infrastructure/node/transport/http_exchange.h"

namespace eventstoredb {

/// What the HTTP/1.1 endpoints tell (protocol section 6).
struct PlainHttpState {
  std::function<bool()> is_serving;
  std::string version;
  bool has_users = false;  ///< The node has access control.
};

/// GET and HEAD of /health/live, /ping and /info; 405 or 404 to all else.
HttpAnswer PlainHttpPages(PlainHttpState state);

}  // namespace eventstoredb
