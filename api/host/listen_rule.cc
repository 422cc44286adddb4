#include "api/host/listen_rule.h"

#include "absl/strings/str_cat.h"

#include "infrastructure/config/settings.h"

namespace orders::api {

std::optional<StartFailure> CheckListenAddress(std::string_view setting,
                                               const infrastructure::ListenAddress& address,
                                               bool insecure, std::string_view whoever_may,
                                               application::Telemetry& telemetry) {
  if (address.IsLoopback()) return std::nullopt;
  const std::string name(setting);
  if (!insecure) {
    return StartFailure{
        ExitCode::kConfig,
        absl::StrCat(name, " ", address.ToString(),
                     " is reached from other machines, and there is neither TLS nor a token. Name "
                     "a loopback address, as 127.0.0.1:",
                     address.port, ", or add --insecure if the network may be trusted.")};
  }
  telemetry.Log(application::Severity::kWarning,
                absl::StrCat("INSECURE: ", address.ToString(),
                             " is reached from other machines without TLS or tokens; whoever "
                             "reaches it may ",
                             std::string(whoever_may)));
  return std::nullopt;
}

}  // namespace orders::api
