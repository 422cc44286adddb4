#include "infrastructure/node/grpc/call_access.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "eventstoredb/system_names.h"
#include "infrastructure/node/grpc/budget.h"

namespace eventstoredb {
namespace {

constexpr char kAuthorizationHeader[] = "authorization";

CallerCredentials CredentialsOf(const OwnCalls& own_calls,
                                const grpc::CallbackServerContext& context) {
  if (own_calls.Has(context)) return {.kind = CallerCredentials::Kind::kSystem};
  const auto header = context.client_metadata().find(kAuthorizationHeader);
  if (header == context.client_metadata().end()) return {};
  return ReadAuthorization({header->second.data(), header->second.size()});
}

}  // namespace

CallAccess::CallAccess(std::shared_ptr<NodeState> state, const grpc::CallbackServerContext& context)
    : state_(std::move(state)) {
  if (state_->access == nullptr) return;
  credentials_ =
      std::make_shared<const CallerCredentials>(CredentialsOf(state_->own_calls, context));
}

void CallAccess::CheckLater(const Demand& demand,
                            absl::AnyInvocable<void(absl::Status)> done) const {
  const bool is_verified = state_->access->IsVerified(*credentials_);
  BudgetShare share(is_verified ? state_->acl_checks : state_->password_checks);
  if (!share.TryTake(1)) {
    return done(absl::ResourceExhaustedError(
        is_verified ? "too many calls wait for access lists to be read; try again"
                    : "too many passwords wait to be checked; try again"));
  }
  auto check = [access = *this, asked = demand, stream = std::string(demand.stream),
                share = std::move(share), done = std::move(done)]() mutable {
    asked.stream = stream;
    // What is cut off anyway is not to hold up the stop by a hash each.
    const absl::Status allowed = access.state_->is_stopping
                                     ? absl::UnavailableError("the server stops")
                                     : access.CheckNow(asked);
    share.Release();
    done(allowed);
  };
  if (is_verified) {
    state_->PostRead(std::move(check));
  } else {
    state_->PostPasswordWork(std::move(check));
  }
}

absl::Status CallAccess::HideForbiddenTarget(ResolvedEvent& event) const {
  if (!is_checked() || !event.link.has_value() || !event.event.has_value()) return absl::OkStatus();
  const absl::Status allowed =
      CheckNow({.what = Demand::What::kReadStream, .stream = event.event->stream});
  if (!absl::IsPermissionDenied(allowed)) return allowed;
  event.event.reset();
  return absl::OkStatus();
}

Demand WriteDemand(const AppendRequest& append) {
  const bool is_metastream = IsMetastream(append.stream);
  const bool has_system_type =
      std::any_of(append.events.begin(), append.events.end(), [&](const ProposedEvent& event) {
        return event.type.starts_with('$') && !(is_metastream && event.type == kMetadataType);
      });
  return {.what = Demand::What::kWriteStream,
          .stream = append.stream,
          .writes_system_types = has_system_type};
}

}  // namespace eventstoredb
