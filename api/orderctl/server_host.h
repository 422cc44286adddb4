#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace orders::api {

/// The host of HOST:PORT, an IPv6 one without its brackets.
std::string HostOf(absl::string_view server);

/// 127.0.0.0/8, ::1 or localhost, without brackets: what is sent there does not leave the machine.
bool IsLoopback(absl::string_view host);

}  // namespace orders::api
