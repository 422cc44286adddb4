#pragma once

#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"

#include "api/runtime/call_gate.h"
#include "application/order_view.h"
#include "application/ports/call_meters.h"
#include "application/ports/telemetry.h"
#include "orders/v1/types.pb.h"

namespace orders::api {

/// Unavailable (SHUTTING_DOWN): what a call gets that comes too late.
absl::Status ShuttingDown();

/// Where the answer of one call goes: a front's half of it. One of the three is called, once, from
/// any thread, the log's own among them: it must be short.
class Responder {
 public:
  virtual ~Responder() = default;
  /// May take the content out of `message`.
  virtual void Answer(google::protobuf::Message& message) = 0;
  /// GetOrder's. Apart, since an order at a revision is always the same: a front keeps it encoded.
  virtual void AnswerOrder(const application::OrderView& view, const v1::Freshness& freshness) = 0;
  /// `resource`: the id of what was asked for; may be empty.
  virtual void Fail(const absl::Status& status, std::string_view resource) = 0;
};

/// One unary call that is to be answered: exactly once, by whoever holds it last. Moves from the
/// front's thread to a worker. Dropped unanswered, it says INTERNAL rather than leave its caller
/// waiting.
class Call {
 public:
  /// The last three outlive the call.
  Call(std::unique_ptr<Responder> responder, CallGate& gate, application::Telemetry& telemetry,
       application::CallMeter& meter);
  Call(Call&& other) noexcept;
  Call& operator=(Call&&) = delete;
  ~Call();

  /// False: the service stops, and the call is answered so. To be asked first.
  bool IsAdmitted();

  /// May take the content out of `message`.
  void Answer(google::protobuf::Message& message);
  void AnswerOrder(const application::OrderView& view, const v1::Freshness& freshness);
  /// `resource`: the id of what was asked for; may be empty.
  void Fail(const absl::Status& status, std::string_view resource);

 private:
  /// Counts it: whoever has the answer finds the call counted.
  std::unique_ptr<Responder> End(const absl::Status& status);

  std::unique_ptr<Responder> responder_;  ///< Null: answered, or moved from.
  application::Telemetry* telemetry_;
  application::CallMeter* meter_;
  absl::Time begun_;
  CallGate::Pass pass_;
};

}  // namespace orders::api
