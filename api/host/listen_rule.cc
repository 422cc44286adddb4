#include "api/host/listen_rule.h"

#include "absl/strings/str_cat.h"

#include "infrastructure/config/settings.h"

namespace orders::api {

namespace {

/// "there is neither TLS nor a token", ...; empty: nothing is missing.
std::string WhatIsMissing(const Protection& protection) {
  const std::string by(protection.by);
  if (!protection.has_tls) {
    return protection.tells_callers_apart
               ? absl::StrCat("there are ", by, "s, but no TLS to keep them secret")
               : absl::StrCat("there is neither TLS nor a ", by);
  }
  return protection.tells_callers_apart
             ? ""
             : absl::StrCat("there is TLS, but no ", by, " to tell callers apart");
}

}  // namespace

Protection ProtectionOf(const infrastructure::Settings& settings) {
  return {.has_tls = !settings.tls_certificate.empty(),
          .tells_callers_apart = !settings.tokens.empty() || !settings.jwt_keys.empty()};
}

Protection StoreProtectionOf(const infrastructure::Settings& settings) {
  return {.has_tls = !settings.tls_certificate.empty(),
          .tells_callers_apart = settings.store_users,
          .by = "password"};
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
