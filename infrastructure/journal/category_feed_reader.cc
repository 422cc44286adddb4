#include "infrastructure/journal/category_feed_reader.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "domain/order/absl_view.h"
#include "eventstoredb/system_names.h"
#include "infrastructure/journal/category_place.h"
#include "infrastructure/journal/order_stream.h"

namespace orders::infrastructure {
namespace {

using application::FeedCaughtUp;
using application::FeedItem;
using application::FeedProgress;
using application::LogPosition;

/// Of all reads that find the place.
constexpr absl::Duration kFindTimeout = absl::Seconds(10);
/// Of the read that finds the log's end; a look that fails comes again.
constexpr absl::Duration kEndTimeout = absl::Seconds(1);
/// Events that a look at the log examines. If they are not all, the links are far behind, and the
/// next look comes when they have come so far.
constexpr std::size_t kLookEventsMax = 1'024;
/// How long a look keeps the links waiting at a time.
constexpr absl::Duration kLookSlice = absl::Milliseconds(100);

/// What may pass by itself is Unavailable: then the reader is opened again. A user who may not read
/// a stream of the system's may do so when the projection has made it.
absl::Status Retryable(const absl::Status& status) {
  if (!absl::IsDeadlineExceeded(status) && !absl::IsPermissionDenied(status)) return status;
  return absl::UnavailableError(absl::StrCat(
      "the category stream ", domain::View(kOrderCategoryStream), ": ", status.ToString()));
}

/// Whether $by_category gives the event a link that becomes an item.
bool IsOrderEvent(const eventstoredb::RecordedEvent& event) {
  return event.type != eventstoredb::kStreamDeletedType && event.type != eventstoredb::kLinkType &&
         OrderOfStream(event.stream).has_value();
}

}  // namespace

std::optional<LinkTarget> LinkTarget::Parse(std::string_view data) {
  const std::size_t at = data.find('@');
  LinkTarget target;
  if (at == std::string_view::npos || at + 1 == data.size() ||
      !absl::SimpleAtoi(domain::View(data.substr(0, at)), &target.revision)) {
    return std::nullopt;
  }
  target.stream = data.substr(at + 1);
  return target;
}

CategoryFeedReader::CategoryFeedReader(eventstoredb::EventStore& store,
                                       std::optional<LogPosition> after, const Upcasters& upcasters,
                                       FeedSkips& skips, CategoryFeedOptions options)
    : store_(store), upcasters_(upcasters), skips_(skips), options_(options), passed_(after) {}

void CategoryFeedReader::Cancel() {
  const absl::MutexLock lock(&mutex_);
  cancelled_ = true;
  if (links_ != nullptr) links_->Cancel();
  if (look_ != nullptr) look_->Cancel();
}

absl::Status CategoryFeedReader::Subscribe(
    eventstoredb::SubscribeRequest request,
    std::unique_ptr<eventstoredb::Subscription>& subscription) {
  auto opened = store_.Subscribe(std::move(request));
  if (!opened.ok()) return opened.status();
  const absl::MutexLock lock(&mutex_);
  if (cancelled_) return absl::CancelledError("the reader was cancelled");
  subscription = *std::move(opened);
  return absl::OkStatus();
}

absl::Status CategoryFeedReader::Begin() {
  const auto place = FindCategoryPlace(store_, passed_, absl::Now() + kFindTimeout);
  if (!place.ok()) return place.status();
  // Of a stream that does not exist nothing is heard, and so the log is looked at at once.
  is_live_ = !place->exists;
  look_at_ = absl::Now() + (place->exists ? options_.look_interval : absl::ZeroDuration());
  eventstoredb::SubscribeRequest request;
  request.stream = std::string(kOrderCategoryStream);
  request.after_revision = place->after_revision;
  request.resolve_links = true;
  return Subscribe(std::move(request), links_);
}

absl::Status CategoryFeedReader::Next(std::size_t items_max, absl::Duration wait, Items& out) {
  const absl::Time until = absl::Now() + wait;
  const std::size_t first = out.size();
  absl::Status status = links_ == nullptr ? Begin() : absl::OkStatus();
  do {
    if (status.ok()) status = Step(items_max, until, first, out);
    if (!status.ok()) return Retryable(status);
  } while (out.size() == first && absl::Now() < until);
  return absl::OkStatus();
}

absl::Status CategoryFeedReader::Step(std::size_t items_max, absl::Time until, std::size_t first,
                                      Items& out) {
  if (look_ != nullptr || (!missing_.has_value() && absl::Now() >= look_at_)) {
    const absl::Status looked = LookAtLog(until);
    if (!looked.ok()) return looked;
  }
  if (SayWhatIsDue(out)) return absl::OkStatus();
  const absl::Time wait_until = look_ != nullptr ? absl::InfinitePast() : std::min(until, look_at_);
  messages_.clear();
  const absl::Status status =
      links_->Next(items_max, std::max(wait_until - absl::Now(), absl::ZeroDuration()), messages_);
  for (eventstoredb::SubscriptionMessage& message : messages_) {
    std::visit([&](auto& one) { Take(one, first, out); }, message);
  }
  const bool is_behind = missing_.has_value() && messages_.empty() && absl::Now() >= look_at_;
  return status.ok() && is_behind ? StandsStill() : status;
}

bool CategoryFeedReader::SayWhatIsDue(Items& out) {
  const std::optional<LogPosition> progress = std::exchange(progress_due_, std::nullopt);
  if (progress > std::max(passed_, said_)) {
    said_ = progress;
    out.emplace_back(FeedProgress{*progress});
    return true;
  }
  if (!caught_up_is_due_) return false;
  caught_up_is_due_ = false;
  has_caught_up_ = true;
  out.emplace_back(FeedCaughtUp{});
  return true;
}

void CategoryFeedReader::Take(eventstoredb::RecordedEvent&, std::size_t, Items&) {
  // No link: somebody's own event in the category stream.
  ++skips_.foreign_streams;
  NoteMove();
}

void CategoryFeedReader::Take(const eventstoredb::CaughtUp&, std::size_t, Items&) {
  is_live_ = true;
  if (!missing_.has_value()) look_at_ = absl::Now();
}

void CategoryFeedReader::Take(std::unique_ptr<eventstoredb::ResolvedEvent>& link, std::size_t first,
                              Items& out) {
  if (link->event.has_value()) {
    TakeTarget(*link->event, *link->link, first, out);
  } else if (std::optional<LinkTarget> target = LinkTarget::Parse(link->link->data);
             target.has_value() && target->revision != eventstoredb::kTombstoneRevision &&
             OrderOfStream(target->stream).has_value()) {
    gone_ = std::move(target);
  }
  NoteMove();
}

void CategoryFeedReader::TakeTarget(eventstoredb::RecordedEvent& event,
                                    const eventstoredb::RecordedEvent& link, std::size_t first,
                                    Items& out) {
  // A deleted stream's metadata has a link, too; its position says nothing of orders. And a link
  // that was there before its event is none of the projection's.
  if (!absl::StartsWith(event.stream, domain::View(kOrderStreamPrefix)) ||
      event.position > link.position) {
    ++skips_.foreign_streams;
    return;
  }
  // Two links may stand for one event: a link in an order's stream has a copy here.
  const LogPosition position = ToLogPosition(event.position);
  if (position <= passed_) return;
  passed_ = position;
  FeedItem item = ToFeedItem(event, upcasters_, skips_);
  // Progress beyond it may have been said: it is no order's event, so nobody has waited for it.
  if (std::holds_alternative<FeedProgress>(item) && position <= said_) return;
  AddFeedItem(std::move(item), first, out);
}

bool CategoryFeedReader::HasCome(const Seen& seen) const {
  return passed_ >= seen.position || gone_ == seen.link;
}

void CategoryFeedReader::NoteMove() {
  if (missing_.has_value() && HasCome(*missing_)) {
    missing_.reset();
    look_at_ = absl::Now() + options_.look_interval;
    NoteAllHasCome();
  } else if (missing_.has_value()) {
    look_at_ = absl::Now() + options_.behind_max;
  } else if (!is_live_) {
    look_at_ = absl::Now() + options_.look_interval;
  }
}

absl::Status CategoryFeedReader::StandsStill() const {
  return absl::UnavailableError(
      absl::StrCat("the category stream ", domain::View(kOrderCategoryStream),
                   " has had nothing new for ", absl::FormatDuration(options_.behind_max),
                   " and lacks event ", missing_->link.revision, " of ", missing_->link.stream,
                   ", which is in the log: see that the server's projection $by_category runs"));
}

absl::Status CategoryFeedReader::LookAtLog(absl::Time until) {
  if (look_ == nullptr) {
    const absl::Status begun = BeginLook();
    if (!begun.ok() || look_ == nullptr) return begun;
  }
  std::vector<eventstoredb::SubscriptionMessage> messages;
  const absl::Duration wait = std::clamp(until - absl::Now(), absl::ZeroDuration(), kLookSlice);
  const absl::Status status = look_->Next(kLookEventsMax, wait, messages);
  if (!status.ok()) return status;
  bool is_whole = false;
  for (const eventstoredb::SubscriptionMessage& message : messages) {
    is_whole = is_whole || std::holds_alternative<eventstoredb::CaughtUp>(message);
    const auto* const event = std::get_if<eventstoredb::RecordedEvent>(&message);
    if (event == nullptr) continue;
    ++seen_count_;
    if (!IsOrderEvent(*event)) continue;
    seen_ = Seen{.position = ToLogPosition(event->position),
                 .link = {.revision = event->revision, .stream = event->stream}};
  }
  if (is_whole || seen_count_ >= kLookEventsMax) EndLook(is_whole);
  return absl::OkStatus();
}

absl::Status CategoryFeedReader::BeginLook() {
  std::optional<LogPosition> end;
  const absl::Status read = store_.ReadAll({.direction = eventstoredb::Direction::kBackwards,
                                            .count_max = 1,
                                            .deadline = absl::Now() + kEndTimeout},
                                           [&](const eventstoredb::RecordedEvent& event) {
                                             end = ToLogPosition(event.position);
                                             return true;
                                           });
  if (absl::IsUnavailable(read) || absl::IsDeadlineExceeded(read)) {
    look_at_ = absl::Now() + options_.look_interval;
    return absl::OkStatus();
  }
  if (!read.ok()) return read;
  log_end_ = end;
  seen_.reset();
  seen_count_ = 0;
  const std::optional<LogPosition> from = std::max(passed_, said_);
  if (log_end_ <= from) {
    EndLook(/*is_whole=*/true);
    return absl::OkStatus();
  }
  eventstoredb::SubscribeRequest request;
  if (from.has_value()) request.after_position = ToStorePosition(*from);
  request.filter = eventstoredb::Filter::StreamPrefixes({std::string(kOrderStreamPrefix)});
  return Subscribe(std::move(request), look_);
}

void CategoryFeedReader::EndLook(bool is_whole) {
  std::unique_ptr<eventstoredb::Subscription> ended;
  {
    const absl::MutexLock lock(&mutex_);
    ended = std::move(look_);
  }
  look_was_whole_ = is_whole;
  look_at_ = absl::Now() + options_.look_interval;
  if (seen_.has_value() && !HasCome(*seen_)) {
    missing_ = std::exchange(seen_, std::nullopt);
    look_at_ = absl::Now() + options_.behind_max;
    return;
  }
  NoteAllHasCome();
}

// Of what the last look found.
void CategoryFeedReader::NoteAllHasCome() {
  if (!look_was_whole_) return;
  progress_due_ = log_end_;
  caught_up_is_due_ = !has_caught_up_;
}

}  // namespace orders::infrastructure
