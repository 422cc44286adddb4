#include "infrastructure/node/catch_up_subscription.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace eventstoredb {
namespace {

constexpr std::size_t kExaminedAtOnceMax = 512;
// A read that takes longer is tried again by the next call.
constexpr absl::Duration kPageTimeout = absl::Seconds(5);

}  // namespace

CatchUpSubscription::CatchUpSubscription(SubscriptionSource source, SubscribeRequest request,
                                         std::optional<FilterMatcher> filter,
                                         std::size_t checkpoint_interval_events)
    : source_(std::move(source)),
      request_(std::move(request)),
      filter_(std::move(filter)),
      checkpoint_interval_events_(checkpoint_interval_events) {
  if (request_.after_revision.has_value()) next_revision_ = *request_.after_revision + 1;
  if (request_.after_position.has_value()) cursor_ = request_.after_position->commit;
  checkpoint_ = cursor_;
}

CatchUpSubscription::~CatchUpSubscription() = default;

bool CatchUpSubscription::Passes(const RecordedEvent& event) const {
  if (request_.stream.has_value()) {
    return event.revision >= next_revision_ && event.stream == *request_.stream;
  }
  if (!filter_.has_value()) return true;
  const bool by_stream = filter_->subject() == Filter::Subject::kStream;
  return filter_->Passes(by_stream ? event.stream : event.type);
}

void CatchUpSubscription::Deliver(RecordedEvent event, std::vector<SubscriptionMessage>& out) {
  next_revision_ = event.revision + 1;
  out.emplace_back(std::move(event));
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
    if (source_.recent->IsCancelled(waiter_)) {
      return ended_ = absl::CancelledError("the subscription was cancelled");
    }
    if (source_.recent->IsClosed()) {
      return ended_ = absl::UnavailableError("the store is closing");
    }
    const std::size_t before = out.size();
    const absl::StatusOr<bool> at_end = Advance(full, out);
    if (!at_end.ok()) {
      // What was delivered before the error still counts; the error comes again.
      if (out.size() > before) return absl::OkStatus();
      if (!absl::IsDeadlineExceeded(at_end.status())) ended_ = at_end.status();
      return absl::IsDeadlineExceeded(at_end.status()) ? absl::OkStatus() : ended_;
    }
    const bool checkpoint_due = IsFiltered() && cursor_ > checkpoint_ &&
                                (examined_ >= checkpoint_interval_events_ || (*at_end && !live_));
    if (checkpoint_due && out.size() < full) SayCheckpoint(out);
    if (*at_end && !live_ && out.size() < full) {
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

absl::StatusOr<bool> CatchUpSubscription::Advance(std::size_t messages_max,
                                                  std::vector<SubscriptionMessage>& out) {
  // A checkpoint that is due comes before the events behind it.
  if (IsFiltered() && examined_ >= checkpoint_interval_events_) return false;
  const std::size_t interval_left =
      IsFiltered() ? checkpoint_interval_events_ - examined_ : kExaminedAtOnceMax;
  const RecentEvents::Slice slice =
      source_.recent->After(cursor_, std::min(kExaminedAtOnceMax, interval_left));
  if (!slice.covered) {
    live_ = false;
    return AdvanceOnDisk(messages_max, absl::Now() + kPageTimeout, out);
  }
  for (const SharedEvent& event : slice.events) {
    if (out.size() >= messages_max) return false;
    ++examined_;
    cursor_ = event->position.commit;
    if (Passes(*event)) Deliver(*event, out);
  }
  cursor_ = slice.end;
  return cursor_ >= source_.recent->end();
}

absl::StatusOr<bool> CatchUpSubscription::AdvanceOnDisk(std::size_t messages_max,
                                                        absl::Time deadline,
                                                        std::vector<SubscriptionMessage>& out) {
  const std::size_t events_max = std::min(kExaminedAtOnceMax, messages_max - out.size());
  // What is published is on disk: a page that reaches the end has seen all up to here.
  const std::uint64_t published = source_.recent->end();
  absl::StatusOr<EventPage> page =
      request_.stream.has_value()
          ? source_.reader->ReadStream({.stream = *request_.stream,
                                        .from = next_revision_,
                                        .events_max = events_max,
                                        .deadline = deadline})
          : source_.reader->ReadAll({.bound = cursor_,
                                     .filter = filter_.has_value() ? &*filter_ : nullptr,
                                     .events_max = events_max,
                                     .examined_max = IsFiltered()
                                                         ? checkpoint_interval_events_ - examined_
                                                         : events_max,
                                     .deadline = deadline});
  if (!page.ok()) {
    const bool no_stream = request_.stream.has_value() && absl::IsNotFound(page.status());
    if (!no_stream) return page.status();
    cursor_ = std::max(cursor_, published);
    return false;
  }
  for (RecordedEvent& event : page->events) {
    if (request_.stream.has_value()) cursor_ = std::max(cursor_, event.position.commit);
    Deliver(std::move(event), out);
  }
  if (!request_.stream.has_value()) {
    cursor_ = std::max(cursor_, page->examined_to);
    examined_ += page->examined;
  }
  if (!page->status.ok()) return page->status;
  if (page->at_end) cursor_ = std::max(cursor_, published);
  return false;
}

void CatchUpSubscription::Cancel() { source_.recent->Cancel(waiter_); }

}  // namespace eventstoredb
