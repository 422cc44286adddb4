#pragma once

#include <cassert>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

#include "api/calls/call.h"
#include "api/calls/call_context.h"
#include "api/calls/watch.h"
#include "application/caller.h"

namespace orders::api {

/// A call as a front has it. Looked at while the call begins, not later.
struct Inbound {
  /// Fills in the request. Error: InvalidArgument, what is wrong with what came.
  absl::FunctionRef<absl::Status(google::protobuf::Message& request)> decode;
  CallMetadata metadata;
  absl::Time deadline = absl::InfiniteFuture();  ///< The caller's; InfiniteFuture: it states none.
  /// Who calls, as the guard has proven; null: the service is open to everyone.
  const application::Caller* caller = nullptr;
};

/// An rpc with one request and one answer, whichever front it comes in by.
struct UnaryMethod {
  const google::protobuf::MethodDescriptor* descriptor;
  /// Commands are answered by the log's own thread, which has better things to do than to encode.
  bool is_command;
  /// Never blocks; the responder is answered exactly once, perhaps before this returns.
  std::function<void(std::unique_ptr<Responder> responder, const Inbound& inbound)> start;
};
using UnaryMethods = std::vector<UnaryMethod>;

/// A watch that is open, or why it is not.
struct WatchOpening {
  absl::Status status;
  std::string resource;          ///< The id of what was asked for; may be empty.
  std::shared_ptr<Watch> watch;  ///< To be started; null if not Ok.
};

/// The rpc that answers with a stream.
struct WatchMethod {
  const google::protobuf::MethodDescriptor* descriptor;
  /// Never blocks.
  std::function<WatchOpening(const Inbound& inbound, WatchSink& sink)> open;
};

/// The rpc of a service that takes a `Message`; each of our rpcs has a request type of its own.
/// `Message` is the input of an rpc of `service_name`, in the file that declares it.
template <typename Message>
const google::protobuf::MethodDescriptor& MethodOf(const char* service_name) {
  const google::protobuf::ServiceDescriptor* const service =
      Message::descriptor()->file()->FindServiceByName(service_name);
  assert(service != nullptr);
  for (int i = 0; i < service->method_count(); ++i) {
    if (service->method(i)->input_type() == Message::descriptor()) return *service->method(i);
  }
  assert(false);
  return *service->method(0);
}

}  // namespace orders::api
