#include "api/calls/order_change_hub.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "api/calls/watch.h"
#include "application/commands/request_errors.h"
#include "application/queries/freshness.h"
#include "domain/order/validation.h"

namespace orders::api {
namespace {

using application::FeedItem;
using application::FeedProgress;
using application::LogPosition;
using application::RecordedOrderEvent;
using application::UnknownOrderEvent;
using application::UnreadableOrderEvent;

constexpr std::size_t kItemsMax = 512;
// How often each watcher is looked at, whether or not there is a change for it: for stalls and
// progress messages.
constexpr absl::Duration kTick = absl::Milliseconds(500);
// And so often while the ring is filled once: who waits for other changes does not fall behind it.
constexpr std::size_t kWakesOfRing = 4;
constexpr absl::Duration kRetryAfter = absl::Seconds(1);

}  // namespace

std::shared_ptr<const OrderChange> ToChange(FeedItem&& item) {
  if (auto* recorded = std::get_if<RecordedOrderEvent>(&item)) {
    return std::make_shared<const OrderChange>(OrderChange{std::move(*recorded)});
  }
  if (auto* unreadable = std::get_if<UnreadableOrderEvent>(&item)) {
    return std::make_shared<const OrderChange>(OrderChange{std::move(*unreadable)});
  }
  return nullptr;
}

std::optional<LogPosition> PassedPosition(const FeedItem& item) {
  if (const auto* progress = std::get_if<FeedProgress>(&item)) return progress->position;
  if (const auto* unknown = std::get_if<UnknownOrderEvent>(&item)) return unknown->position;
  return std::nullopt;
}

OrderChangeHub::OrderChangeHub(Ports ports, const OrderChangeHubOptions& options)
    : ports_(std::move(ports)), options_(options), ring_(options.ring) {
  follower_ = std::thread([this] { Follow(); });
}

OrderChangeHub::~OrderChangeHub() { Stop(); }

absl::StatusOr<std::shared_ptr<Watch>> OrderChangeHub::Open(const v1::WatchOrdersRequest& request,
                                                            WatchSink& sink) {
  const domain::OrderId order{request.order_id()};
  if (!order.value.empty()) {
    absl::Status valid = domain::ToStatus(domain::ValidateOrderId(order));
    if (!valid.ok()) return valid;
  }
  LogPosition after;
  if (request.resume_token().empty()) {
    after = Newest();
  } else {
    const absl::StatusOr<LogPosition> resumed =
        application::DecodePositionToken(request.resume_token(), ports_.feed.identity());
    if (!resumed.ok()) return resumed.status();
    after = *resumed;
  }
  absl::MutexLock lock(&mutex_);
  if (stopping_) {
    return application::MakeRequestError(absl::StatusCode::kUnavailable, "the service is stopping",
                                         {.reason = "SHUTTING_DOWN", .retry_after = kRetryAfter});
  }
  if (watchers_count_ >= options_.watchers_max) {
    return application::MakeRequestError(
        absl::StatusCode::kResourceExhausted,
        absl::StrCat("more than ", options_.watchers_max, " watches are open"),
        {.reason = "OVERLOADED", .retry_after = kRetryAfter});
  }
  auto watch = std::make_shared<Watch>(*this, sink, order.value, after);
  watchers_[order.value].push_back(watch);
  ++watchers_count_;
  return watch;
}

void OrderChangeHub::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    if (reader_ != nullptr) reader_->Cancel();
  }
  if (follower_.joinable()) follower_.join();
  EndAll(application::MakeRequestError(absl::StatusCode::kUnavailable,
                                       "the service is stopping; resume from the last token",
                                       {.reason = "SHUTTING_DOWN", .retry_after = kRetryAfter}));
}

std::size_t OrderChangeHub::watchers() const {
  absl::MutexLock lock(&mutex_);
  return watchers_count_;
}

const WatchMessage& OrderChangeHub::MessageOf(const OrderChange& change) const {
  return change.message->Get([this, &change] { return MakeMessage(change); });
}

v1::WatchOrdersResponse OrderChangeHub::MakeMessage(const OrderChange& change) const {
  v1::WatchOrdersResponse message;
  v1::OrderHistoryEntry& entry = *message.mutable_change();
  if (const auto* recorded = std::get_if<RecordedOrderEvent>(&change.event)) {
    SetHistoryEntry(*recorded, ports_.feed.identity(), ports_.currency_of(recorded->order_id),
                    ports_.event_json, entry);
  } else {
    SetHistoryEntry(std::get<UnreadableOrderEvent>(change.event), ports_.feed.identity(), entry);
  }
  return message;
}

WatchMessage OrderChangeHub::ProgressAt(const LogPosition& position) const {
  v1::WatchOrdersResponse message;
  message.mutable_progress()->set_position_token(
      application::EncodePositionToken(ports_.feed.identity(), position));
  message.mutable_progress()->set_caught_up(true);
  return WatchMessage(std::move(message));
}

void OrderChangeHub::Remove(const Watch* watcher) {
  absl::MutexLock lock(&mutex_);
  const auto of_order = watchers_.find(watcher->order_id());
  if (of_order == watchers_.end()) return;
  const std::size_t removed = std::erase_if(
      of_order->second, [watcher](const auto& other) { return other.get() == watcher; });
  watchers_count_ -= removed;
  if (of_order->second.empty()) watchers_.erase(of_order);
}

LogPosition OrderChangeHub::Newest() const {
  const std::optional<LogPosition> end = ports_.feed.KnownEnd();
  return end.has_value() ? *end : ports_.newest_known();
}

void OrderChangeHub::Follow() {
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      const auto is_wanted = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return stopping_ || watchers_count_ > 0;
      };
      mutex_.Await(absl::Condition(&is_wanted));
      if (stopping_) return;
    }
    const absl::Status followed = FollowOnce();
    ring_.Close();
    if (followed.ok()) continue;
    ports_.telemetry.Log(application::Severity::kError,
                         absl::StrCat("watches ended: status=", followed.ToString()));
    EndAll(followed);
    absl::MutexLock lock(&mutex_);
    const auto is_stopping = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_; };
    if (mutex_.AwaitWithTimeout(absl::Condition(&is_stopping), kRetryAfter)) return;
  }
}

absl::Status OrderChangeHub::FollowOnce() {
  const LogPosition start = Newest();
  auto reader =
      ports_.feed.Open(start == LogPosition{} ? std::nullopt : std::optional<LogPosition>(start));
  if (!reader.ok()) return reader.status();
  ring_.Open(start);
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return absl::OkStatus();
    reader_ = reader->get();
  }
  absl::Status status;
  absl::Time all_woken_at = absl::InfinitePast();
  std::size_t changes = 0;  // Since then.
  OrderIds changed;
  while (status.ok()) {
    const absl::Time now = absl::Now();
    if (now - all_woken_at >= kTick || changes >= options_.ring.changes_max / kWakesOfRing) {
      WakeAll();
      all_woken_at = now;
      changes = 0;
    } else {
      Wake(changed);
    }
    changed.clear();
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_ || watchers_count_ == 0) break;
    }
    std::vector<FeedItem> items;
    status = (*reader)->Next(kItemsMax, kTick, items);
    for (FeedItem& item : items) {
      if (const std::optional<LogPosition> passed = PassedPosition(item)) {
        ring_.Advance(*passed);
      } else if (std::shared_ptr<const OrderChange> change = ToChange(std::move(item))) {
        changed.insert(change->order_id());
        ++changes;
        ring_.Add(std::move(change));
      }
    }
  }
  absl::MutexLock lock(&mutex_);
  reader_ = nullptr;
  return stopping_ ? absl::OkStatus() : status;
}

void OrderChangeHub::Wake(const OrderIds& orders) {
  if (orders.empty()) return;
  Watches concerned;
  {
    absl::MutexLock lock(&mutex_);
    const auto add = [this,
                      &concerned](const std::string& order) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      const auto found = watchers_.find(order);
      if (found == watchers_.end()) return;
      concerned.insert(concerned.end(), found->second.begin(), found->second.end());
    };
    add("");
    for (const std::string& order : orders) add(order);
  }
  for (const std::shared_ptr<Watch>& watcher : concerned) watcher->Wake();
}

void OrderChangeHub::WakeAll() {
  for (const std::shared_ptr<Watch>& watcher : Watchers()) watcher->Wake();
}

void OrderChangeHub::EndAll(const absl::Status& status) {
  for (const std::shared_ptr<Watch>& watcher : Watchers()) watcher->End(status);
}

OrderChangeHub::Watches OrderChangeHub::Watchers() const {
  absl::MutexLock lock(&mutex_);
  Watches all;
  all.reserve(watchers_count_);
  for (const auto& [order, watches] : watchers_) {
    all.insert(all.end(), watches.begin(), watches.end());
  }
  return all;
}

}  // namespace orders::api
