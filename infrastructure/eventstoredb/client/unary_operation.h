#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"

#include "infrastructure/eventstoredb/client/blocking.h"
#include "infrastructure/eventstoredb/client/client_core.h"
#include "infrastructure/eventstoredb/client/operation.h"
#include "infrastructure/eventstoredb/client/unary_call.h"

namespace eventstoredb::client {

/// What a call is beside its method and message.
struct UnaryDescription {
  Effect effect = Effect::kChange;
  ErrorDetails about = {};  ///< What its errors name.
  /// Before anything is sent: why the server cannot do it, if that is so. Null: no reason.
  std::function<absl::Status(const ServerFeatures&)> check = nullptr;
};

/// A method of a stub's async() with one message each way.
template <typename Calls, typename Request, typename Response>
using UnaryMethod = void (Calls::*)(grpc::ClientContext*, const Request*, Response*,
                                    std::function<void(grpc::Status)>);

/// One call of `Service` with one message each way. A change that may have been made is not sent
/// again: it bears no id, so that a second one would be judged anew.
template <typename Service, typename Request, typename Response>
class UnaryOperation final : public Operation {
 public:
  using Method = UnaryMethod<typename Service::StubInterface::async_interface, Request, Response>;
  using Done = absl::AnyInvocable<void(absl::StatusOr<Response>)>;

  UnaryOperation(std::shared_ptr<ClientCore> core, CallOptions options, absl::Time deadline,
                 UnaryDescription description, Request request, Method method, Done done)
      : Operation(std::move(core), std::move(options), deadline, description.effect,
                  request.ByteSizeLong()),
        description_(std::move(description)),
        request_(std::move(request)),
        method_(method),
        done_(std::move(done)) {}

 protected:
  void Send(std::shared_ptr<Connection> connection) override {
    if (description_.check != nullptr) {
      const absl::Status offered = description_.check(connection->features);
      if (!offered.ok()) return Failed(offered, Written::kNo);
    }
    const auto call = std::make_shared<UnaryCall<Request, Response>>(request_, connection->channel);
    core().headers.Write(options(), deadline(), *call->context);
    const auto stub = Service::NewStub(connection->channel);
    call->Start(
        core().calls,
        [&stub, method = method_](auto&&... arguments) {
          (stub->async()->*method)(std::forward<decltype(arguments)>(arguments)...);
        },
        description_.about,
        [self = std::static_pointer_cast<UnaryOperation>(shared_from_this()), connection](
            const absl::Status& status, const Response& response) {
          if (!status.ok()) return self->Failed(*connection, status);
          if (self->Finish()) self->done_(response);
        });
  }
  void Tell(const absl::Status& error) override { done_(error); }

 private:
  const UnaryDescription description_;
  const Request request_;
  const Method method_;
  Done done_;  ///< Of the one for whom Finish was true.
};

/// Makes the call and waits for its answer; `method` is one of
/// `Service::StubInterface::async_interface`. Without a deadline the client's default one holds.
template <typename Service, typename Request, typename Response>
absl::StatusOr<Response> CallUnary(
    std::shared_ptr<ClientCore> core, CallOptions options, absl::Time deadline,
    UnaryDescription description, Request request,
    UnaryMethod<typename Service::StubInterface::async_interface, Request, Response> method) {
  using Call = UnaryOperation<Service, Request, Response>;
  deadline = core->DeadlineOr(deadline);
  return Await<Response>([&](typename Call::Done done) {
    std::make_shared<Call>(std::move(core), std::move(options), deadline, std::move(description),
                           std::move(request), method, std::move(done))
        ->Start();
  });
}

}  // namespace eventstoredb::client
