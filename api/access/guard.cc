#include "api/access/guard.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "api/calls/status_mapping.h"
#include "application/commands/request_errors.h"
#include "domain/order/absl_view.h"

namespace orders::api {
namespace {

using application::Caller;
using application::MakeRequestError;

constexpr absl::Duration kRetryWhenFull = absl::Seconds(1);

/// Holds the call's place until it is answered.
class PlacedResponder final : public Responder {
 public:
  PlacedResponder(std::unique_ptr<Responder> responder, ConcurrencyLimit::Permit permit)
      : permit_(std::move(permit)), responder_(std::move(responder)) {}

  void Answer(google::protobuf::Message& message) override { responder_->Answer(message); }
  void AnswerOrder(const application::OrderView& view, const v1::Freshness& freshness) override {
    responder_->AnswerOrder(view, freshness);
  }
  void Fail(const absl::Status& status, std::string_view resource) override {
    responder_->Fail(status, resource);
  }

 private:
  const ConcurrencyLimit::Permit permit_;
  const std::unique_ptr<Responder> responder_;
};

absl::Status MayCall(const Caller& caller, const AccessRule& rule) {
  if (caller.role < rule.role) {
    return MakeRequestError(
        absl::StatusCode::kPermissionDenied,
        absl::StrCat("this needs the role ", std::string(RoleName(rule.role)), ", and ",
                     caller.name, " has the role ", std::string(RoleName(caller.role))),
        {.reason = "ROLE_MISSING"});
  }
  if (!caller.customer.empty() && !rule.for_customers) {
    return MakeRequestError(absl::StatusCode::kPermissionDenied,
                            "this token is bound to a customer, and this is not for customers",
                            {.reason = "NOT_FOR_CUSTOMERS"});
  }
  return absl::OkStatus();
}

absl::Status NoRoom(int limit) {
  return MakeRequestError(
      absl::StatusCode::kResourceExhausted,
      absl::StrCat("as many calls are under way as can be answered in time, of at most ", limit,
                   "; nothing was done"),
      {.reason = "OVERLOADED", .retry_after = kRetryWhenFull});
}

}  // namespace

Guard::Guard(Ports ports, const ConcurrencyLimit::Options& concurrency)
    : ports_(ports), concurrency_(concurrency) {}

UnaryMethods Guard::Protect(UnaryMethods methods) {
  for (UnaryMethod& method : methods) {
    const absl::StatusOr<AccessRule> rule = RuleOf(*method.descriptor);
    application::CallMeter& meter = method.is_command
                                        ? ports_.meters.OfCommand(method.descriptor->name())
                                        : ports_.meters.OfQuery(method.descriptor->name());
    const auto kind =
        method.is_command ? ConcurrencyLimit::Kind::kCommand : ConcurrencyLimit::Kind::kRead;
    method.start = [this, rule, kind, &meter, start = std::move(method.start)](
                       std::unique_ptr<Responder> responder, const Inbound& inbound) {
      const auto refuse = [&meter, &responder](const absl::Status& status) {
        meter.Started();
        meter.Ended(status, ErrorReason(status), absl::ZeroDuration());
        responder->Fail(status, "");
      };
      if (!rule.ok()) return refuse(rule.status());
      const auto caller = Admit(*rule, inbound.metadata);
      if (!caller.ok()) return refuse(caller.status());
      std::optional<ConcurrencyLimit::Permit> permit = concurrency_.TryEnter(kind);
      if (!permit.has_value()) return refuse(NoRoom(concurrency_.limit()));
      Inbound known = inbound;
      known.caller = caller->get();
      start(std::make_unique<PlacedResponder>(std::move(responder), *std::move(permit)), known);
    };
  }
  return methods;
}

WatchMethod Guard::Protect(WatchMethod method) {
  method.open = [this, rule = RuleOf(*method.descriptor), open = std::move(method.open)](
                    const Inbound& inbound, WatchSink& sink) -> WatchOpening {
    if (!rule.ok()) return {.status = rule.status()};
    const auto caller = Admit(*rule, inbound.metadata);
    if (!caller.ok()) return {.status = caller.status()};
    Inbound known = inbound;
    known.caller = caller->get();
    return open(known, sink);
  };
  return method;
}

absl::StatusOr<std::shared_ptr<const Caller>> Guard::Admit(
    const google::protobuf::MethodDescriptor& method, CallMetadata metadata) {
  const absl::StatusOr<AccessRule> rule = RuleOf(method);
  if (!rule.ok()) return rule.status();
  return Admit(*rule, metadata);
}

absl::StatusOr<std::shared_ptr<const Caller>> Guard::Admit(const AccessRule& rule,
                                                           CallMetadata metadata) {
  if (is_open()) return nullptr;
  absl::StatusOr<std::shared_ptr<const Caller>> caller = Authenticate(metadata);
  if (!caller.ok()) return caller;
  if (absl::Status may = MayCall(**caller, rule); !may.ok()) return may;
  if (const double rate = (*caller)->calls_per_second_max; rate > 0) {
    const auto wait = quotas_.Take((*caller)->name, rate, rule.cost, absl::Now());
    if (wait.has_value()) {
      return MakeRequestError(
          absl::StatusCode::kResourceExhausted,
          absl::StrCat((*caller)->name, " may call ", rate, " times a second; nothing was done"),
          {.reason = "QUOTA_EXCEEDED", .retry_after = *wait});
    }
  }
  return caller;
}

absl::StatusOr<std::shared_ptr<const Caller>> Guard::Authenticate(CallMetadata metadata) {
  const std::optional<std::string_view> header = metadata("authorization");
  if (!header.has_value()) {
    return MakeRequestError(absl::StatusCode::kUnauthenticated,
                            "a token is needed: Authorization: Bearer TOKEN",
                            {.reason = "TOKEN_MISSING"});
  }
  // RFC 7235: the scheme's case does not matter.
  constexpr std::string_view kScheme = "bearer ";
  absl::Status why = absl::UnauthenticatedError("the scheme is not Bearer");
  if (absl::StartsWithIgnoreCase({header->data(), header->size()},
                                 {kScheme.data(), kScheme.size()})) {
    auto caller = ports_.authenticator->Authenticate(header->substr(kScheme.size()));
    if (caller.ok()) return caller;
    why = caller.status();
  }
  LogRefusal({why.message().data(), why.message().size()});
  // One answer whatever is wrong with it: the log says more, and only to whoever may read that.
  return MakeRequestError(
      absl::StatusCode::kUnauthenticated,
      "the token is not accepted: it is unknown, has expired, or is not for this service",
      {.reason = "TOKEN_REFUSED"});
}

void Guard::LogRefusal(std::string_view why) {
  const std::optional<std::uint64_t> refused = refusals_.Count(absl::Now());
  if (!refused.has_value()) return;
  ports_.telemetry.Log(
      application::Severity::kWarning,
      absl::StrCat(
          "token refused: ", domain::View(why),
          *refused > 1 ? absl::StrCat(" refused_since_last=", *refused - 1) : std::string()));
}

}  // namespace orders::api
