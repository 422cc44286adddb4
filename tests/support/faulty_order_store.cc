#include "tests/support/faulty_order_store.h"

#include <utility>

#include "tests/support/append_and_wait.h"

namespace orders::testing_support {

using application::AppendedEvents;
using application::CallContext;
using application::EventMetadata;
using domain::OrderEvents;
using domain::OrderId;

void FaultyOrderStore::Set(Fault fault, absl::Status status) {
  const std::lock_guard lock(mutex_);
  fault_ = fault;
  fault_status_ = std::move(status);
}

void FaultyOrderStore::BeforeAppend(std::function<void()> hook) {
  const std::lock_guard lock(mutex_);
  hook_ = std::move(hook);
}
void FaultyOrderStore::LoseNextAnswer(absl::StatusCode code) {
  Set(Fault::kLoseAnswer, absl::Status(code, "the answer was lost"));
}
void FaultyOrderStore::LoseNextAppend(absl::StatusCode code) {
  Set(Fault::kLoseAppend, absl::Status(code, "the request was lost"));
}
void FaultyOrderStore::DelayNextAppend() {
  Set(Fault::kDelay, absl::DeadlineExceededError("no answer in time"));
}
absl::StatusOr<AppendedEvents> FaultyOrderStore::DeliverLate() {
  std::function<absl::StatusOr<AppendedEvents>()> late;
  {
    const std::lock_guard lock(mutex_);
    late = std::move(late_);
  }
  return late();
}
void FaultyOrderStore::RefuseNextAppend(absl::Status status) {
  Set(Fault::kRefuse, std::move(status));
}
void FaultyOrderStore::FailReads(absl::Status status) {
  const std::lock_guard lock(mutex_);
  read_status_ = std::move(status);
}

absl::Status FaultyOrderStore::Read(const CallContext& call, const OrderId& order,
                                    std::uint64_t from, application::OrderEventVisitor visit) {
  ++reads_;
  last_read_from_ = from;
  {
    const std::lock_guard lock(mutex_);
    if (!read_status_.ok()) return read_status_;
  }
  return store_.Read(call, order, from, visit);
}

absl::Status FaultyOrderStore::ReadStream(const CallContext& call, const OrderId& order,
                                          std::uint64_t from,
                                          application::OrderStreamVisitor visit) {
  return store_.ReadStream(call, order, from, visit);
}

void FaultyOrderStore::StartAppend(const CallContext& call, const OrderId& order,
                                   std::optional<std::uint64_t> after, const OrderEvents& events,
                                   const EventMetadata& metadata, application::AppendDone done) {
  ++appends_;
  Fault fault = Fault::kNone;
  absl::Status status;
  std::function<void()> hook;
  {
    const std::lock_guard lock(mutex_);
    fault = std::exchange(fault_, Fault::kNone);
    status = fault_status_;
    hook = hook_;
    if (fault == Fault::kDelay) {
      late_ = [this, order, after, events, metadata] {
        return Append(store_, {}, order, after, events, metadata);
      };
    }
  }
  switch (fault) {
    case Fault::kNone:
      break;
    case Fault::kLoseAnswer:
      Append(store_, call, order, after, events, metadata).status().IgnoreError();
      return done(status);
    case Fault::kLoseAppend:
    case Fault::kDelay:
    case Fault::kRefuse:
      return done(status);
  }
  if (hook) hook();
  store_.StartAppend(call, order, after, events, metadata, std::move(done));
}

bool FaultyOrderStore::IsKnownHead(const OrderId& order, std::optional<std::uint64_t> revision) {
  return !hides_heads_ && store_.IsKnownHead(order, revision);
}

}  // namespace orders::testing_support
