#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/status.h"

#include "infrastructure/eventstoredb/client/call_registry.h"
#include "infrastructure/eventstoredb/client/open_context.h"
#include "infrastructure/eventstoredb/client/rpc_error.h"

namespace eventstoredb::client {

/// One call with one message each way.
template <typename Request, typename Response>
class UnaryCall final : public OpenCall,
                        public std::enable_shared_from_this<UnaryCall<Request, Response>> {
 public:
  using Done = absl::AnyInvocable<void(const absl::Status&, const Response&)>;
  /// As the method of a stub's async().
  using Method = absl::AnyInvocable<void(grpc::ClientContext*, const Request*, Response*,
                                         std::function<void(grpc::Status)>)>;

  UnaryCall(Request request_in, std::shared_ptr<const void> channel)
      : request(std::move(request_in)) {
    context.Keep(std::move(channel));
  }

  /// Calls `method` at once, and `done` once, from a thread of gRPC; or at once, Cancelled, if the
  /// client is closing. `about`: what the call's errors name.
  void Start(CallRegistry& calls, Method method, ErrorDetails about, Done done) {
    const auto self = this->shared_from_this();
    if (!calls.Add(self)) return done(absl::CancelledError("the client is closing"), response_);
    done_ = std::move(done);
    method(&*context, &request, &response_,
           [self, &calls, about = std::move(about)](const grpc::Status& status) {
             self->done_(ToStatus(status, TrailersOf(*self->context), about), self->response_);
             self->done_ = nullptr;
             self->context.Release();
             calls.Remove(self.get());
           });
  }
  void Cancel() override { context.Cancel(); }

  OpenContext context;
  Request request;

 private:
  Response response_;
  Done done_;
};

}  // namespace eventstoredb::client
