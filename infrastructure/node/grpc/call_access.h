#pragma once

#include <memory>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"

#include "eventstoredb/types.h"
#include "infrastructure/node/access/access_control.h"
#include "infrastructure/node/grpc/node_state.h"
#include "infrastructure/node/grpc/status_mapping.h"

namespace eventstoredb {

/// What the caller of one call may do, by the credentials that came with it. They are looked at
/// anew each time, so that what is taken away while a call goes on is taken away from it too. Costs
/// nothing on a node without access control, where everything is allowed. Copies are of one call.
class CallAccess {
 public:
  CallAccess(std::shared_ptr<NodeState> state, const grpc::CallbackServerContext& context);

  bool is_checked() const { return credentials_ != nullptr; }
  /// Without access control the original calls everyone "system".
  std::string_view caller_name() const { return is_checked() ? credentials_->name() : "system"; }

  /// `done` is called once, with what AccessControl::Check says: before this returns if that needs
  /// neither the disk nor a hash, else from a thread that may wait; with ResourceExhausted, at
  /// once, if too many wait.
  template <typename Done>
  void Check(const Demand& demand, Done done) const {
    if (!is_checked()) return done(absl::OkStatus());
    if (const auto known = state_->access->Known(*credentials_, demand)) return done(*known);
    CheckLater(demand, std::move(done));
  }
  /// On a thread that may wait.
  absl::Status CheckNow(const Demand& demand) const {
    return is_checked() ? state_->access->Check(*credentials_, demand) : absl::OkStatus();
  }
  /// Leaves of a link to what the caller may not read the link alone. On a thread that may wait.
  absl::Status HideForbiddenTarget(ResolvedEvent& event) const;

 private:
  void CheckLater(const Demand& demand, absl::AnyInvocable<void(absl::Status)> done) const;

  std::shared_ptr<NodeState> state_;
  std::shared_ptr<const CallerCredentials> credentials_;  ///< Null: there is no access control.
};

/// A write by the rule about system types: a stream's metadata has the system's type.
Demand WriteDemand(const AppendRequest& append);

/// Calls `start` once the caller may do what `demand` says; ends the call if not. `start` finishes
/// the reactor, which is returned.
template <typename Start>
grpc::ServerUnaryReactor* StartIfAllowed(const std::shared_ptr<NodeState>& state,
                                         grpc::CallbackServerContext& context, const Demand& demand,
                                         Start start) {
  grpc::ServerUnaryReactor* const reactor = context.DefaultReactor();
  CallAccess(state, context)
      .Check(demand,
             [reactor, &context, start = std::move(start)](const absl::Status& allowed) mutable {
               if (!allowed.ok()) return reactor->Finish(ToGrpcStatus(allowed, "", context));
               start(reactor);
             });
  return reactor;
}

}  // namespace eventstoredb
