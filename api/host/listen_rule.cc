#include "api/host/listen_rule.h"

#include "absl/strings/str_cat.h"

#include "infrastructure/config/settings.h"

namespace orders::api {

namespace {

/// "there is neither TLS nor a token", ...; empty: nothing is missing.
std::string WhatIsMissing(const Protection& protection) {
  if (!protection.has_tls) {
    return protection.has_tokens ? "there are tokens, but no TLS to keep them secret"
                                 : "there is neither TLS nor a token";
  }
  return protection.has_tokens ? "" : "there is TLS, but no token to tell callers apart";
}

}  // namespace

Protection ProtectionOf(const infrastructure::Settings& settings) {
  return {.has_tls = !settings.tls_certificate.empty(),
          .has_tokens = !settings.tokens.empty() || !settings.jwt_keys.empty()};
}

std::optional<StartFailure> CheckListenAddress(std::string_view setting,
                                               const infrastructure::ListenAddress& address,
                                               const Protection& protection, bool insecure,
                                               std::string_view whoever_may,
                                               application::Telemetry& telemetry) {
  const std::string missing = WhatIsMissing(protection);
  if (address.IsLoopback() || missing.empty()) return std::nullopt;
  const std::string name(setting);
  if (!insecure) {
    return StartFailure{
        ExitCode::kConfig,
        absl::StrCat(name, " ", address.ToString(), " is reached from other machines, and ",
                     missing, ". Name a loopback address, as 127.0.0.1:", address.port,
                     ", or add --insecure if the network may be trusted.")};
  }
  telemetry.Log(
      application::Severity::kWarning,
      absl::StrCat("INSECURE: ", address.ToString(), " is reached from other machines, and ",
                   missing, "; whoever reaches it may ", std::string(whoever_may)));
  return std::nullopt;
}

}  // namespace orders::api
