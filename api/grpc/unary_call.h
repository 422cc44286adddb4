#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/message_lite.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"

#include "api/runtime/call_gate.h"
#include "application/ports/call_meters.h"
#include "application/ports/telemetry.h"

namespace orders::api {

/// Unavailable (SHUTTING_DOWN): what a call gets that comes too late.
absl::Status ShuttingDown();

/// One unary call that is to be answered: exactly once, by whoever holds it last. Moves from the
/// gRPC thread to a worker. Dropped unanswered, it says INTERNAL rather than leave its caller
/// waiting.
class UnaryCall {
 public:
  /// All but the context and the response outlive the call.
  UnaryCall(grpc::CallbackServerContext& context, grpc::ByteBuffer& response, CallGate& gate,
            application::Telemetry& telemetry, application::CallMeter& meter);
  UnaryCall(UnaryCall&& other) noexcept;
  UnaryCall& operator=(UnaryCall&&) = delete;
  ~UnaryCall();

  /// What gRPC wants back from the method.
  grpc::ServerUnaryReactor* reactor() const { return reactor_; }

  /// False: the service stops, and the call is answered so. To be asked first.
  bool IsAdmitted();

  void Answer(const google::protobuf::MessageLite& message);
  void Answer(grpc::ByteBuffer bytes);
  /// `resource`: the id of what was asked for; may be empty.
  void Fail(const absl::Status& status, std::string_view resource);

 private:
  void Finish(const absl::Status& status, std::string_view resource);

  grpc::ServerUnaryReactor* reactor_;  ///< Null: answered, or moved from.
  grpc::ByteBuffer* response_;
  application::Telemetry* telemetry_;
  application::CallMeter* meter_;
  absl::Time begun_;
  CallGate::Pass pass_;
};

}  // namespace orders::api
