#include "application/projections/event_applier.h"

#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"

#include "application/commands/request_errors.h"

namespace orders::application {
namespace {

const domain::OrderId& OrderOf(OrderStreamItemRef item) {
  return std::visit([](const auto* event) -> const domain::OrderId& { return event->order_id; },
                    item);
}
std::uint64_t RevisionOf(OrderStreamItemRef item) {
  return std::visit([](const auto* event) { return event->revision; }, item);
}
LogPosition PositionOf(OrderStreamItemRef item) {
  return std::visit([](const auto* event) { return event->position; }, item);
}
OrderStreamItemRef RefTo(const OrderStreamItem& item) {
  return std::visit([](const auto& event) -> OrderStreamItemRef { return &event; }, item);
}

/// The event is at fault, and will be whenever it is tried; anything else is the read model's.
bool IsPoison(const absl::Status& status) { return absl::IsFailedPrecondition(status); }

}  // namespace

absl::Status NotBlocked(const domain::OrderId& order) {
  return MakeRequestError(absl::StatusCode::kNotFound,
                          absl::StrCat("order ", order.value, " is not blocked there"),
                          {.reason = "ORDER_NOT_BLOCKED"});
}

EventApplier::EventApplier(Ports ports, EventApplierOptions options)
    : ports_(std::move(ports)),
      options_(options),
      blocked_(ports_.projection.writer().dead_letters()) {}

absl::Status EventApplier::Take(OrderStreamItemRef item) {
  const domain::OrderId& order = OrderOf(item);
  if (blocked_.Find(order) != nullptr) {
    if (blocked_.events() >= options_.set_aside_max) {
      return absl::ResourceExhaustedError(
          absl::StrCat("too many events are set aside: ", blocked_.events()));
    }
    blocked_.AddWaiting(order);
    return absl::OkStatus();
  }
  const int tries =
      std::holds_alternative<const RecordedOrderEvent*>(item) ? options_.tries_max : 1;
  const absl::Status applied = TryApply(item, tries);
  return IsPoison(applied) ? SetAside(item, applied, tries) : applied;
}

absl::Status EventApplier::TryApply(OrderStreamItemRef item, int tries) {
  const domain::OrderId& order = OrderOf(item);
  const std::uint64_t revision = RevisionOf(item);
  if (std::holds_alternative<const UnknownOrderEvent*>(item) ||
      blocked_.IsSkipped(order, revision)) {
    return ports_.projection.PassOver(order, revision);
  }
  if (const auto* const unreadable = std::get_if<const UnreadableOrderEvent*>(&item)) {
    return absl::FailedPreconditionError(absl::StrCat("cannot be read: ", (*unreadable)->error));
  }
  absl::Status applied;
  for (int i = 0; i < tries; ++i) {
    applied = ports_.projection.Apply(*std::get<const RecordedOrderEvent*>(item));
    if (!IsPoison(applied)) return applied;
  }
  return applied;
}

absl::Status EventApplier::SetAside(OrderStreamItemRef item, const absl::Status& why, int tries) {
  if (blocked_.events() >= options_.set_aside_max) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "too many events are set aside: ", blocked_.events(), ", the next: ", why.message()));
  }
  DeadLetter letter = ToLetter(item);
  letter.error = std::string(why.message());
  letter.attempts = tries;
  letter.last_tried = letter.blocked_since = ports_.clock.Now();
  blocked_.Block(letter);
  return absl::OkStatus();
}

DeadLetter EventApplier::ToLetter(OrderStreamItemRef item) const {
  DeadLetter letter{
      .order_id = OrderOf(item), .revision = RevisionOf(item), .position = PositionOf(item)};
  if (const auto* const* const recorded = std::get_if<const RecordedOrderEvent*>(&item)) {
    const RecordedOrderEvent& event = **recorded;
    letter.event_id = event.event_id;
    letter.type = std::string(domain::EventName(event.event));
    letter.created = event.created;
    if (ports_.event_json) letter.data = ports_.event_json(event.event);
  } else if (const auto* const* const unreadable =
                 std::get_if<const UnreadableOrderEvent*>(&item)) {
    const UnreadableOrderEvent& event = **unreadable;
    letter.event_id = event.event_id;
    letter.type = event.type;
    letter.created = event.created;
    letter.data = event.data.substr(0, kDeadLetterBytesMax);
    letter.metadata = event.metadata.substr(0, kDeadLetterBytesMax);
  } else {
    letter.type = std::get<const UnknownOrderEvent*>(item)->type;
  }
  return letter;
}

absl::StatusOr<RetryOutcome> EventApplier::Retry(const domain::OrderId& order,
                                                 const LogPosition& until) {
  const DeadLetter* const letter = blocked_.Find(order);
  if (letter == nullptr) {
    return NotBlocked(order);
  }
  return Resume(DeadLetter(*letter), letter->revision, until);
}

absl::StatusOr<RetryOutcome> EventApplier::Skip(const domain::OrderId& order,
                                                std::uint64_t revision, const std::string& reason,
                                                const std::string& skipped_by,
                                                const LogPosition& until) {
  const DeadLetter* const found = blocked_.Find(order);
  if (found == nullptr) {
    return NotBlocked(order);
  }
  const DeadLetter letter = *found;
  if (letter.revision != revision) {
    return MakeRequestError(
        absl::StatusCode::kAborted,
        absl::StrCat("order ", order.value, " is blocked by the event of revision ",
                     letter.revision, ", not of ", revision),
        {.reason = "BLOCKED_BY_ANOTHER_EVENT"});
  }
  const absl::Status passed = ports_.projection.PassOver(order, revision);
  if (!passed.ok()) return passed;
  blocked_.Skip({.order_id = order,
                 .revision = revision,
                 .position = letter.position,
                 .event_id = letter.event_id,
                 .type = letter.type,
                 .error = letter.error,
                 .reason = reason,
                 .skipped_by = skipped_by,
                 .time = ports_.clock.Now()});
  return Resume(letter, revision + 1, until);
}

absl::StatusOr<RetryOutcome> EventApplier::Resume(const DeadLetter& letter, std::uint64_t from,
                                                  const LogPosition& until) {
  RetryOutcome outcome;
  absl::Status failed;  ///< The writer's: all is off.
  std::optional<DeadLetter> next;
  const CallContext call{.deadline = ports_.clock.Now() + options_.read_timeout};
  const absl::Status read =
      ports_.store.ReadStream(call, letter.order_id, from, [&](OrderStreamItem&& item) {
        if (PositionOf(RefTo(item)) > until) return false;
        if (next.has_value()) {
          ++next->waiting;
          return true;
        }
        const absl::Status applied = TryApply(RefTo(item), /*tries=*/1);
        if (applied.ok()) {
          ++outcome.events_applied;
          return true;
        }
        if (!IsPoison(applied)) {
          failed = applied;
          return false;
        }
        next = ToLetter(RefTo(item));
        next->error = std::string(applied.message());
        return true;
      });
  if (!failed.ok()) return failed;
  if (!read.ok()) return read;
  if (!next.has_value()) {
    blocked_.Release(letter.order_id);
    return outcome;
  }
  next->attempts = next->revision == letter.revision ? letter.attempts + 1 : 1;
  next->blocked_since = letter.blocked_since;
  next->last_tried = ports_.clock.Now();
  blocked_.Block(*next);
  outcome.is_blocked = true;
  outcome.error = next->error;
  return outcome;
}

}  // namespace orders::application
