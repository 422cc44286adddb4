#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace orders::api {

/// Where the service's port of HTTP is for whoever reaches its other port at `server`, HOST:PORT.
/// `url` is as the service itself sees it, "http://0.0.0.0:8080": a host that is every interface,
/// or this machine only to itself, becomes that of `server`.
std::string ReachableFrom(absl::string_view url, absl::string_view server);

/// The page at `url`, at an order; `order_id` empty: at its start.
std::string PageOf(absl::string_view url, absl::string_view order_id);

}  // namespace orders::api
