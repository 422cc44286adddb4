#include "infrastructure/journal/order_journal.h"

#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"

#include "infrastructure/journal/event_codec.h"
#include "infrastructure/journal/order_stream.h"
#include "infrastructure/journal/recorded_order_event.h"

namespace orders::infrastructure {
namespace {

absl::StatusOr<application::AppendedEvents> ToAppendedEvents(
    const absl::StatusOr<eventstoredb::AppendResult>& result, std::uint64_t last) {
  if (!result.ok()) return result.status();
  if (result->revision != last || !result->position.has_value()) {
    // The events stand in the log, but not where the answer could say so: to be asked again.
    return absl::UnavailableError("the store does not say where the events stand");
  }
  return application::AppendedEvents{last, {result->position->commit, result->position->prepare}};
}

}  // namespace

using application::AppendDone;
using application::AppendedEvents;
using application::CallContext;
using domain::OrderId;
using eventstoredb::ExpectedRevision;

OrderJournal::OrderJournal(eventstoredb::EventStore& store, const application::Digest& digest,
                           application::StoreIdentity identity, const Upcasters& upcasters)
    : store_(store), digest_(digest), identity_(std::move(identity)), upcasters_(upcasters) {}

absl::Status OrderJournal::Read(const CallContext& call, const OrderId& order, std::uint64_t from,
                                application::OrderEventVisitor visit) {
  absl::Status unreadable;
  const absl::Status read = ReadStream(call, order, from, [&](application::OrderStreamItem&& item) {
    if (auto* const event = std::get_if<application::RecordedOrderEvent>(&item)) {
      return visit(std::move(*event));
    }
    if (const auto* const damaged = std::get_if<application::UnreadableOrderEvent>(&item)) {
      unreadable = absl::DataLossError(
          absl::StrCat("order ", order.value, " event ", damaged->revision, ": ", damaged->error));
    } else {
      const auto& unknown = std::get<application::UnknownOrderEvent>(item);
      unreadable = absl::DataLossError(absl::StrCat("order ", order.value, " event ",
                                                    unknown.revision, ": type ", unknown.type,
                                                    " is not known to this version"));
    }
    return false;
  });
  return unreadable.ok() ? read : unreadable;
}

absl::Status OrderJournal::ReadStream(const CallContext& call, const OrderId& order,
                                      std::uint64_t from, application::OrderStreamVisitor visit) {
  eventstoredb::ReadStreamRequest request;
  request.stream = OrderStream(order);
  request.from = from;
  request.deadline = call.deadline;
  absl::Status damaged;
  std::uint64_t next = from;
  const absl::Status read = store_.ReadStream(request, [&](eventstoredb::RecordedEvent&& event) {
    if (event.revision != next++) {
      damaged = absl::DataLossError(absl::StrCat("order ", order.value, " event ", event.revision,
                                                 ": events before it are missing"));
      return false;
    }
    return visit(ToOrderStreamItem(event, order, upcasters_));
  });
  return damaged.ok() ? read : damaged;
}

void OrderJournal::StartAppend(const CallContext& call, const OrderId& order,
                               std::optional<std::uint64_t> after,
                               const domain::OrderEvents& events,
                               const application::EventMetadata& metadata, AppendDone done) {
  eventstoredb::AppendRequest request;
  request.stream = OrderStream(order);
  request.expected =
      after.has_value() ? ExpectedRevision::Exact(*after) : ExpectedRevision::NoStream();
  request.deadline = call.deadline;
  request.events.reserve(events.size());
  const std::string encoded_metadata = EncodeMetadata(metadata);
  for (const domain::OrderEvent& event : events) {
    absl::StatusOr<eventstoredb::Uuid> id = EventId(order, metadata, request.events.size());
    if (!id.ok()) return done(id.status());
    request.events.push_back({.id = *id,
                              .type = std::string(domain::EventName(event)),
                              .is_json = true,
                              .data = EncodeBody(event),
                              .metadata = encoded_metadata});
  }
  const std::uint64_t last = (after.has_value() ? *after + 1 : 0) + events.size() - 1;
  store_.StartAppend(
      std::move(request),
      [last, done = std::move(done)](absl::StatusOr<eventstoredb::AppendResult> result) mutable {
        done(ToAppendedEvents(result, last));
      });
}

bool OrderJournal::IsKnownHead(const OrderId& order, std::optional<std::uint64_t> revision) {
  const std::optional<std::optional<std::uint64_t>> head = store_.KnownHead(OrderStream(order));
  return head.has_value() && *head == revision;
}

absl::StatusOr<eventstoredb::Uuid> OrderJournal::EventId(const OrderId& order,
                                                         const application::EventMetadata& metadata,
                                                         std::size_t index) const {
  // None of these holds a newline: no two events give one name. With hash and time in it, another
  // content or another decision under the same request id never passes for this one.
  const std::string name =
      absl::StrCat("event\n", order.value, "\n", metadata.request_id, "\n", metadata.request_hash,
                   "\n", absl::ToUnixMicros(metadata.time), "\n", index);
  const std::optional<eventstoredb::Uuid> id = eventstoredb::Uuid::Parse(digest_.NamedId(name));
  if (!id.has_value()) return absl::InvalidArgumentError("the digest gave no UUID");
  return *id;
}

}  // namespace orders::infrastructure
