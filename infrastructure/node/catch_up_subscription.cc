#include "infrastructure/node/catch_up_subscription.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "eventstoredb/link.h"
#include "eventstoredb/node/system_projections.h"
#include "eventstoredb/system_names.h"
#include "infrastructure/node/event_row.h"

namespace eventstoredb {
namespace {

constexpr std::size_t kExaminedAtOnceMax = 512;
// A read that takes longer is tried again by the next call.
constexpr absl::Duration kPageTimeout = absl::Seconds(5);

std::size_t MessageBytes(const SubscriptionMessage& message) {
  if (const auto* event = std::get_if<RecordedEvent>(&message)) return PayloadBytes(*event);
  const auto* resolved = std::get_if<std::unique_ptr<ResolvedEvent>>(&message);
  if (resolved == nullptr) return 0;
  return ((*resolved)->event.has_value() ? PayloadBytes(*(*resolved)->event) : 0) +
         ((*resolved)->link.has_value() ? PayloadBytes(*(*resolved)->link) : 0);
}

// The request's if it is the smaller one.
std::size_t NextBytesMax(const SubscribeRequest& request,
                         const EmbeddedEventStoreOptions& options) {
  if (request.next_bytes_max == 0) return options.page_bytes_max;
  return std::min(request.next_bytes_max, options.page_bytes_max);
}

}  // namespace

CatchUpSubscription::CatchUpSubscription(SubscriptionSource source, SubscribeRequest request,
                                         std::optional<FilterMatcher> filter, const Ends& ends,
                                         const EmbeddedEventStoreOptions& options)
    : source_(std::move(source)),
      request_(std::move(request)),
      filter_(std::move(filter)),
      checkpoint_interval_events_(request_.checkpoint_interval_events > 0
                                      ? request_.checkpoint_interval_events
                                      : options.checkpoint_interval_events),
      next_bytes_max_(NextBytesMax(request_, options)),
      of_links_(options.system_projections && request_.stream.has_value() &&
                ProjectionOf(*request_.stream).has_value()),
      reads_history_(request_.stream.has_value() && !request_.from_end) {
  if (request_.from_end) {
    cursor_ = ends.position;
    next_revision_ = ends.revision.has_value() ? *ends.revision + 1 : 0;
  }
  if (request_.after_revision.has_value()) next_revision_ = *request_.after_revision + 1;
  if (request_.after_position.has_value()) cursor_ = request_.after_position->commit;
  checkpoint_ = cursor_;
}

CatchUpSubscription::~CatchUpSubscription() { source_.recent->Forget(waiter_); }

bool CatchUpSubscription::Passes(const RecordedEvent& event) const {
  if (request_.stream.has_value()) {
    return event.revision >= next_revision_ && event.stream == *request_.stream;
  }
  if (IsHiddenFromAll(event.stream)) return false;
  if (!filter_.has_value()) return true;
  const bool by_stream = filter_->subject() == Filter::Subject::kStream;
  return filter_->Passes(by_stream ? event.stream : event.type);
}

absl::Status CatchUpSubscription::Deliver(const RecordedEvent& event,
                                          std::vector<SubscriptionMessage>& out) {
  const std::optional<LinkTarget> target =
      request_.resolve_links ? ParseLink(event) : std::optional<LinkTarget>();
  if (target.has_value()) {
    absl::StatusOr<ResolvedEvent> resolved =
        source_.reader->Resolve(*target, event, absl::Now() + kPageTimeout);
    if (!resolved.ok()) return resolved.status();
    out.emplace_back(std::make_unique<ResolvedEvent>(*std::move(resolved)));
  } else {
    out.emplace_back(event);
  }
  next_revision_ = event.revision + 1;
  const bool is_tombstone = request_.stream.has_value() && event.revision == kTombstoneRevision;
  if (is_tombstone) ended_ = StreamDeletedError(*request_.stream);
  return absl::OkStatus();
}

void CatchUpSubscription::SayCheckpoint(std::vector<SubscriptionMessage>& out) {
  examined_ = 0;
  checkpoint_ = cursor_;
  out.emplace_back(Checkpoint{{cursor_, cursor_}});
}

absl::Status CatchUpSubscription::Next(std::size_t messages_max, absl::Duration wait,
                                       std::vector<SubscriptionMessage>& out) {
  if (messages_max == 0) return absl::InvalidArgumentError("messages_max is zero");
  if (!ended_.ok()) return ended_;
  const absl::Time deadline = absl::Now() + wait;
  const std::size_t full = out.size() + messages_max;
  while (true) {
    const RecentEvents::WaiterState state = source_.recent->Look(waiter_);
    if (state.cancelled) return ended_ = absl::CancelledError("the subscription was cancelled");
    if (state.closed) return ended_ = absl::UnavailableError("the store is closing");
    cursor_ = std::max(cursor_, state.examined);
    const std::size_t before = out.size();
    const absl::StatusOr<bool> at_end = Advance(full, out);
    if (!at_end.ok()) {
      // What was delivered before the error still counts; the error comes again.
      if (out.size() > before) return absl::OkStatus();
      if (!absl::IsDeadlineExceeded(at_end.status())) ended_ = at_end.status();
      return absl::IsDeadlineExceeded(at_end.status()) ? absl::OkStatus() : ended_;
    }
    if (!ended_.ok()) return absl::OkStatus();  // The tombstone is delivered.
    const bool is_history_over = *at_end && !live_ && !is_missing_;
    const bool checkpoint_due =
        IsFiltered() && cursor_ > checkpoint_ && (IsCheckpointDue() || is_history_over);
    if (checkpoint_due && out.size() < full) SayCheckpoint(out);
    if (is_history_over && out.size() < full) {
      live_ = true;
      out.emplace_back(CaughtUp{});
    }
    if (out.size() > before) return absl::OkStatus();
    if (absl::Now() >= deadline) return absl::OkStatus();
    if (*at_end) {
      cursor_ =
          std::max(cursor_, source_.recent->Wait(waiter_, request_.stream, cursor_, deadline));
    }
  }
}

void CatchUpSubscription::WhenReady(absl::AnyInvocable<void()> ready) {
  const bool has_something = !ended_.ok() || (!live_ && !is_missing_) || IsCheckpointDue();
  source_.recent->CallWhenReady(waiter_, request_.stream, cursor_, has_something, std::move(ready));
}

absl::StatusOr<bool> CatchUpSubscription::Advance(std::size_t messages_max,
                                                  std::vector<SubscriptionMessage>& out) {
  // A checkpoint that is due comes before the events behind it.
  if (IsCheckpointDue()) return false;
  const absl::Time deadline = absl::Now() + kPageTimeout;
  if (of_links_) {
    const bool has_looked = is_missing_ || !reads_history_;
    if (has_looked && cursor_ >= source_.recent->end()) return true;
    return AdvanceOnDisk(messages_max, deadline, out);
  }
  if (reads_history_ && !is_missing_) return AdvanceOnDisk(messages_max, deadline, out);
  const std::size_t interval_left =
      IsFiltered() ? checkpoint_interval_events_ - examined_ : kExaminedAtOnceMax;
  const RecentEvents::Slice slice =
      source_.recent->After(cursor_, std::min(kExaminedAtOnceMax, interval_left));
  if (!slice.covered) {
    live_ = false;
    return AdvanceOnDisk(messages_max, deadline, out);
  }
  if (is_missing_ && std::any_of(slice.events.begin(), slice.events.end(),
                                 [this](const SharedEvent& event) { return Passes(*event); })) {
    return AdvanceOnDisk(messages_max, deadline, out);
  }
  std::size_t bytes = 0;
  for (const SharedEvent& event : slice.events) {
    if (out.size() >= messages_max || bytes >= next_bytes_max_ || !ended_.ok()) return false;
    if (Passes(*event)) {
      if (const absl::Status done = Deliver(*event, out); !done.ok()) return done;
      bytes += MessageBytes(out.back());
    }
    ++examined_;
    cursor_ = event->position.commit;
  }
  cursor_ = slice.end;
  return cursor_ >= source_.recent->end();
}

absl::StatusOr<EventPage> CatchUpSubscription::ReadPage(std::size_t events_max,
                                                        absl::Time deadline) {
  if (request_.stream.has_value()) {
    return source_.reader->ReadStream({.stream = *request_.stream,
                                       .from = next_revision_,
                                       .events_max = events_max,
                                       .bytes_max = next_bytes_max_,
                                       .resolve_links = request_.resolve_links,
                                       .deadline = deadline});
  }
  return source_.reader->ReadAll(
      {.bound = cursor_,
       .filter = filter_.has_value() ? &*filter_ : nullptr,
       .events_max = events_max,
       .examined_max = IsFiltered() ? checkpoint_interval_events_ - examined_ : events_max,
       .bytes_max = next_bytes_max_,
       .resolve_links = request_.resolve_links,
       .deadline = deadline});
}

absl::StatusOr<bool> CatchUpSubscription::AdvanceOnDisk(std::size_t messages_max,
                                                        absl::Time deadline,
                                                        std::vector<SubscriptionMessage>& out) {
  // What is published is on disk: a page that reaches the end has seen all up to here.
  const std::uint64_t published = source_.recent->end();
  absl::StatusOr<EventPage> page =
      ReadPage(std::min(kExaminedAtOnceMax, messages_max - out.size()), deadline);
  const bool of_stream = request_.stream.has_value();
  is_missing_ = of_stream && absl::IsNotFound(page.status());
  if (is_missing_) {
    reads_history_ = true;
    cursor_ = std::max(cursor_, published);
    return cursor_ >= source_.recent->end();
  }
  if (!page.ok()) return page.status();
  auto target = page->targets.begin();
  for (std::size_t i = 0; i < page->events.size(); ++i) {
    RecordedEvent& event = page->events[i];
    if (of_stream) cursor_ = std::max(cursor_, event.position.commit);
    if (target != page->targets.end() && target->link == i) {
      out.emplace_back(std::make_unique<ResolvedEvent>(
          ResolvedEvent{std::move(target->event), std::move(event)}));
      ++target;
    } else {
      out.emplace_back(std::move(event));
    }
  }
  if (of_stream) {
    next_revision_ = std::max(next_revision_, page->next);
  } else {
    cursor_ = std::max(cursor_, page->examined_to);
    examined_ += page->examined;
  }
  if (!page->status.ok()) return page->status;
  if (page->at_end) {
    cursor_ = std::max(cursor_, published);
    reads_history_ = false;
  }
  return false;
}

void CatchUpSubscription::Cancel() { source_.recent->Cancel(waiter_); }

}  // namespace eventstoredb
