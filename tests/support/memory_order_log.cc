#include "tests/support/memory_order_log.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"

namespace orders::testing_support {

using application::FeedItem;
using application::LogPosition;
using application::RecordedOrderEvent;

/// Delivers what is there, then FeedCaughtUp once, then waits.
class MemoryOrderLog::Reader final : public application::OrderFeedReader {
 public:
  Reader(MemoryOrderLog& log, std::size_t next, std::size_t breaks_after)
      : log_(log), next_(next), left_(breaks_after), breaks_(breaks_after > 0) {}

  absl::Status Next(std::size_t items_max, absl::Duration wait,
                    std::vector<FeedItem>& out) override {
    const absl::MutexLock lock(&log_.mutex_);
    const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(log_.mutex_) {
      return cancelled_ || next_ < log_.items_.size() || !caught_up_;
    };
    log_.mutex_.AwaitWithTimeout(absl::Condition(&ready), wait);
    if (cancelled_) return absl::CancelledError("cancelled");
    std::size_t taken = 0;
    for (; taken < items_max && next_ < log_.items_.size(); ++taken, ++next_) {
      if (breaks_ && left_-- == 0) {
        left_ = 0;
        return absl::UnavailableError("the connection broke");
      }
      out.push_back(log_.items_[next_]);
    }
    if (!caught_up_ && next_ >= log_.items_.size() && taken < items_max) {
      caught_up_ = true;
      out.emplace_back(application::FeedCaughtUp{});
    }
    return absl::OkStatus();
  }
  void Cancel() override {
    const absl::MutexLock lock(&log_.mutex_);
    cancelled_ = true;
  }

 private:
  MemoryOrderLog& log_;
  std::size_t next_;
  std::size_t left_;
  const bool breaks_;
  bool caught_up_ = false;
  bool cancelled_ = false;
};

LogPosition MemoryOrderLog::Append(RecordedOrderEvent event) {
  const absl::MutexLock lock(&mutex_);
  ++last_position_;
  event.position = {last_position_, last_position_};
  if (event.event_id.empty()) event.event_id = absl::StrCat("event-", last_position_);
  if (event.created == absl::Time()) {
    event.created = absl::FromUnixSeconds(1'700'000'000) + absl::Milliseconds(last_position_);
  }
  items_.emplace_back(std::move(event));
  return {last_position_, last_position_};
}

void MemoryOrderLog::AppendItem(FeedItem item) {
  const absl::MutexLock lock(&mutex_);
  last_position_ = std::max(last_position_, PositionOf(item).value_or(LogPosition()).commit);
  items_.push_back(std::move(item));
}

void MemoryOrderLog::Replace(std::size_t index, FeedItem item) {
  const absl::MutexLock lock(&mutex_);
  items_.at(index) = std::move(item);
}

void MemoryOrderLog::Truncate(std::size_t items) {
  const absl::MutexLock lock(&mutex_);
  items_.resize(items);
  last_position_ = items_.empty() ? 0 : PositionOf(items_.back()).value_or(LogPosition()).commit;
}

std::vector<RecordedOrderEvent> MemoryOrderLog::Events() const {
  const absl::MutexLock lock(&mutex_);
  std::vector<RecordedOrderEvent> events;
  for (const FeedItem& item : items_) {
    if (const auto* event = std::get_if<RecordedOrderEvent>(&item)) events.push_back(*event);
  }
  return events;
}

std::size_t MemoryOrderLog::size() const {
  const absl::MutexLock lock(&mutex_);
  return items_.size();
}

LogPosition MemoryOrderLog::last_position() const {
  const absl::MutexLock lock(&mutex_);
  return {last_position_, last_position_};
}

void MemoryOrderLog::set_redelivered(std::size_t items) {
  const absl::MutexLock lock(&mutex_);
  redelivered_ = items;
}
void MemoryOrderLog::set_breaks_after(std::size_t items) {
  const absl::MutexLock lock(&mutex_);
  breaks_after_ = items;
}
void MemoryOrderLog::set_failing_opens(int times) {
  const absl::MutexLock lock(&mutex_);
  failing_opens_ = times;
}
void MemoryOrderLog::set_knows_end(bool knows) {
  const absl::MutexLock lock(&mutex_);
  knows_end_ = knows;
}
int MemoryOrderLog::opens() const {
  const absl::MutexLock lock(&mutex_);
  return opens_;
}

absl::StatusOr<std::unique_ptr<application::OrderFeedReader>> MemoryOrderLog::Open(
    std::optional<LogPosition> after) {
  const absl::MutexLock lock(&mutex_);
  ++opens_;
  if (failing_opens_ > 0) {
    --failing_opens_;
    return absl::UnavailableError("no connection");
  }
  std::size_t next = 0;
  if (after.has_value()) {
    while (next < items_.size() && PositionOf(items_[next]).value_or(LogPosition()) <= *after)
      ++next;
  }
  next -= std::min(next, redelivered_);
  return std::make_unique<Reader>(*this, next, breaks_after_);
}

std::optional<LogPosition> MemoryOrderLog::KnownEnd() {
  const absl::MutexLock lock(&mutex_);
  if (!knows_end_) return std::nullopt;
  return LogPosition{last_position_, last_position_};
}

absl::Status MemoryOrderLog::Read(const application::CallContext&, const domain::OrderId& order,
                                  std::uint64_t from, application::OrderEventVisitor visit) {
  bool any = false;
  for (RecordedOrderEvent& event : Events()) {
    if (event.order_id != order) continue;
    any = true;
    if (event.revision >= from && !visit(std::move(event))) break;
  }
  return any ? absl::OkStatus() : absl::NotFoundError(absl::StrCat("no order ", order.value));
}

absl::Status MemoryOrderLog::ReadStream(const application::CallContext&,
                                        const domain::OrderId& order, std::uint64_t from,
                                        application::OrderStreamVisitor visit) {
  std::vector<application::OrderStreamItem> stream;
  bool any = false;
  {
    const absl::MutexLock lock(&mutex_);
    for (const FeedItem& item : items_) {
      std::visit(
          [&](const auto& event) {
            if constexpr (requires { event.revision; }) {
              if (event.order_id != order) return;
              any = true;
              if (event.revision >= from) stream.emplace_back(event);
            }
          },
          item);
    }
  }
  for (application::OrderStreamItem& item : stream) {
    if (!visit(std::move(item))) break;
  }
  return any ? absl::OkStatus() : absl::NotFoundError(absl::StrCat("no order ", order.value));
}

void MemoryOrderLog::StartAppend(const application::CallContext&, const domain::OrderId& order,
                                 std::optional<std::uint64_t> after,
                                 const domain::OrderEvents& events,
                                 const application::EventMetadata& metadata,
                                 application::AppendDone done) {
  std::optional<std::uint64_t> last;
  for (const RecordedOrderEvent& event : Events()) {
    if (event.order_id == order) last = event.revision;
  }
  if (last != after) return done(absl::AbortedError("the order is elsewhere"));
  application::AppendedEvents appended;
  appended.last_revision = after.value_or(0);
  for (const domain::OrderEvent& event : events) {
    last = last.has_value() ? *last + 1 : 0;
    appended.last_revision = *last;
    appended.last_position =
        Append({.order_id = order, .revision = *last, .event = event, .metadata = metadata});
  }
  done(appended);
}

}  // namespace orders::testing_support
