#pragma once

#include <string>

#include "absl/strings/string_view.h"

#include "api/orderctl/security.h"

namespace orders::api {

/// Asks `server` once more for a connection, and says why it and `security` do not agree: one line
/// with "TLS" in it that says what to change. Empty: they do, or nobody answers. gRPC says much the
/// same in other words, which differ from release to release, or that "the socket was closed".
/// Takes a few seconds at most.
std::string DiagnoseTls(const std::string& server, const Security& security);

}  // namespace orders::api
