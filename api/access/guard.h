#pragma once

#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"

#include "api/access/access_rules.h"
#include "api/access/quotas.h"
#include "api/calls/call_context.h"
#include "api/calls/method.h"
#include "api/runtime/concurrency_limit.h"
#include "api/runtime/line_pace.h"
#include "application/ports/authenticator.h"
#include "application/ports/call_meters.h"
#include "application/ports/telemetry.h"

namespace orders::api {

/// Stands before every call, whichever front it comes in by: who calls, whether they may, whether
/// they call too often, and whether there is room. Without an authenticator everyone may do
/// everything, and only room is looked at. Thread-safe; never blocks.
class Guard {
 public:
  struct Ports {
    const application::Authenticator* authenticator;  ///< Null: open to everyone.
    application::Telemetry& telemetry;
    application::CallMeters& meters;
  };
  /// The ports outlive the guard, and the guard the methods that it protects.
  Guard(Ports ports, const ConcurrencyLimit::Options& concurrency);

  /// The same methods, behind the guard. Each states its rule: see RuleOf.
  UnaryMethods Protect(UnaryMethods methods);
  WatchMethod Protect(WatchMethod method);

  /// Who calls `method`, if they may; null if everyone may. Errors, all before anything is done:
  /// Unauthenticated: TOKEN_MISSING, TOKEN_REFUSED; PermissionDenied: ROLE_MISSING,
  /// NOT_FOR_CUSTOMERS; ResourceExhausted: QUOTA_EXCEEDED.
  absl::StatusOr<std::shared_ptr<const application::Caller>> Admit(
      const google::protobuf::MethodDescriptor& method, CallMetadata metadata);
  /// The same by a rule, for what is no rpc.
  absl::StatusOr<std::shared_ptr<const application::Caller>> Admit(const AccessRule& rule,
                                                                   CallMetadata metadata);

  bool is_open() const { return ports_.authenticator == nullptr; }
  const ConcurrencyLimit& concurrency() const { return concurrency_; }

 private:
  absl::StatusOr<std::shared_ptr<const application::Caller>> Authenticate(CallMetadata metadata);
  void LogRefusal(std::string_view why);

  const Ports ports_;
  Quotas quotas_;
  ConcurrencyLimit concurrency_;
  LinePace refusals_;
};

}  // namespace orders::api
