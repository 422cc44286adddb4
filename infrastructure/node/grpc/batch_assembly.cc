#include "infrastructure/node/grpc/batch_assembly.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "eventstoredb/errors.h"
#include "infrastructure/node/grpc/message_mapping.h"

namespace eventstoredb {
namespace {

using event_store::client::streams::BatchAppendReq;

absl::Status TimeIsOver() {
  return absl::DeadlineExceededError("the batch's deadline passed before its end came");
}

/// When the batch must be complete: what the client asks for, at most `timeout` from now.
absl::Time Deadline(const BatchAppendReq::Options& options, absl::Time now,
                    absl::Duration timeout) {
  switch (options.deadline_option_case()) {
    case BatchAppendReq::Options::kDeadline:
      return now + std::min(timeout, absl::Seconds(options.deadline().seconds()) +
                                         absl::Nanoseconds(options.deadline().nanos()));
    case BatchAppendReq::Options::kDeadline21100:
      return std::min(now + timeout, absl::FromUnixSeconds(options.deadline_21_10_0().seconds()) +
                                         absl::Nanoseconds(options.deadline_21_10_0().nanos()));
    case BatchAppendReq::Options::DEADLINE_OPTION_NOT_SET:
      break;
  }
  return now + timeout;
}

BatchAddress AddressOf(const BatchAppendReq& message) {
  BatchAddress address;
  if (message.has_correlation_id()) address.correlation_id = message.correlation_id();
  if (message.options().has_stream_identifier()) {
    address.stream = message.options().stream_identifier();
  }
  address.expectation = message.options();
  address.expectation.clear_stream_identifier();
  return address;
}

}  // namespace

BatchAssembly::Outcome BatchAssembly::Accept(BatchAppendReq& message, absl::Time now) {
  if (!message.has_correlation_id()) {
    return RefusedBatch{AddressOf(message),
                        absl::InvalidArgumentError("the correlation id is missing")};
  }
  const absl::StatusOr<Uuid> id = ToUuid(message.correlation_id());
  if (!id.ok()) return RefusedBatch{AddressOf(message), id.status()};

  auto batch = open_.find(*id);
  if (batch == open_.end()) {
    // The rest of a refused batch, or a stray.
    if (!message.has_options()) return Nothing{};
    BatchAddress address = AddressOf(message);
    const absl::Status status = Open(*id, address, message.options(), now);
    if (!status.ok()) return RefusedBatch{std::move(address), status};
    batch = open_.find(*id);
  }
  absl::Status status = batch->second.append.deadline <= now ? TimeIsOver() : absl::OkStatus();
  if (status.ok()) status = AddEvents(message, batch->second);
  if (status.ok() && !message.is_final()) return Nothing{};
  Batch taken = std::move(batch->second);
  open_.erase(batch);
  if (!status.ok()) return RefusedBatch{std::move(taken.address), status};
  return taken;
}

absl::Status BatchAssembly::Open(const Uuid& id, const BatchAddress& address,
                                 const BatchAppendReq::Options& options, absl::Time now) {
  absl::StatusOr<std::string> stream =
      ToStreamName(options.has_stream_identifier(), options.stream_identifier());
  if (!stream.ok()) return stream.status();
  const absl::StatusOr<ExpectedRevision> expected = ToExpected(options);
  if (!expected.ok()) return expected.status();
  const absl::Time deadline = Deadline(options, now, state_.options.batch_timeout);
  if (deadline <= now) return TimeIsOver();
  if (open_.size() >= state_.options.open_batches_max) {
    return absl::ResourceExhaustedError(
        absl::StrCat("a call has at most ", state_.options.open_batches_max, " open batches"));
  }
  open_.emplace(
      id,
      Batch{.address = address,
            .append = {.stream = *std::move(stream), .expected = *expected, .deadline = deadline},
            .held = BudgetShare(state_.incoming_bytes)});
  return absl::OkStatus();
}

absl::Status BatchAssembly::AddEvents(BatchAppendReq& message, Batch& batch) const {
  const NodeServerOptions& limits = state_.options;
  for (BatchAppendReq::ProposedMessage& proposed : *message.mutable_proposed_messages()) {
    absl::StatusOr<ProposedEvent> event = TakeEvent(proposed);
    if (!event.ok()) return event.status();
    batch.data_bytes += event->data.size();
    if (batch.data_bytes > limits.append_bytes_max) {
      return MaximumAppendSizeExceededError(limits.append_bytes_max);
    }
    if (batch.append.events.size() >= limits.events_per_append_max) {
      return absl::InvalidArgumentError(
          absl::StrCat("a batch has at most ", limits.events_per_append_max, " events"));
    }
    const std::size_t bytes = HeldBytes(*event);
    if (batch.held.taken() + bytes > limits.append_total_bytes_max) {
      return absl::InvalidArgumentError(absl::StrCat(
          "a batch holds at most ", limits.append_total_bytes_max, " bytes with its metadata"));
    }
    if (!batch.held.TryTake(bytes)) {
      return absl::ResourceExhaustedError("too many appends are being received; try again");
    }
    batch.append.events.push_back(*std::move(event));
  }
  return absl::OkStatus();
}

std::vector<RefusedBatch> BatchAssembly::TakeExpired(absl::Time now) {
  std::vector<RefusedBatch> expired;
  absl::erase_if(open_, [&](auto& entry) {
    if (entry.second.append.deadline > now) return false;
    BatchAddress address = std::move(entry.second.address);
    SetStructured(entry.first, *address.correlation_id);
    expired.push_back({std::move(address), TimeIsOver()});
    return true;
  });
  return expired;
}

}  // namespace eventstoredb
