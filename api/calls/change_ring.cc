#include "api/calls/change_ring.h"

#include <algorithm>
#include <utility>

namespace orders::api {
namespace {

// What an event takes in memory, roughly, with its message and that one's text: only lines and
// notes can make one large.
std::size_t EstimatedBytes(const OrderChange& change) {
  constexpr std::size_t kEventBytes = 6'144;
  constexpr std::size_t kLineBytes = 768;
  const auto* recorded = std::get_if<application::RecordedOrderEvent>(&change.event);
  if (recorded == nullptr) {
    const auto& unreadable = std::get<application::UnreadableOrderEvent>(change.event);
    return kEventBytes + unreadable.data.size() + unreadable.metadata.size();
  }
  std::size_t bytes = kEventBytes;
  if (const auto* created = std::get_if<domain::OrderCreated>(&recorded->event)) {
    bytes += 3 * created->note.size();
    for (const domain::Line& line : created->lines) bytes += kLineBytes + 3 * line.title.size();
  } else if (const auto* confirmed = std::get_if<domain::OrderConfirmed>(&recorded->event)) {
    bytes += confirmed->lines.size() * kLineBytes;
  }
  return bytes;
}

}  // namespace

const std::string& OrderChange::order_id() const {
  return std::visit([](const auto& any) -> const std::string& { return any.order_id.value; },
                    event);
}

const application::LogPosition& OrderChange::position() const {
  return std::visit([](const auto& any) -> const application::LogPosition& { return any.position; },
                    event);
}

void ChangeRing::Open(const application::LogPosition& position) {
  absl::MutexLock lock(&mutex_);
  is_open_ = true;
  ++epoch_;
  changes_.clear();
  first_number_ = 0;
  bytes_ = 0;
  begin_ = position;
  end_ = position;
}

void ChangeRing::Close() {
  absl::MutexLock lock(&mutex_);
  is_open_ = false;
  changes_.clear();
  bytes_ = 0;
}

void ChangeRing::Add(std::shared_ptr<const OrderChange> change) {
  absl::MutexLock lock(&mutex_);
  end_ = std::max(end_, change->position());
  bytes_ += EstimatedBytes(*change);
  changes_.push_back(std::move(change));
  while (changes_.size() > limits_.changes_max || bytes_ > limits_.bytes_max) {
    begin_ = changes_.front()->position();
    bytes_ -= EstimatedBytes(*changes_.front());
    changes_.pop_front();
    ++first_number_;
  }
}

void ChangeRing::Advance(const application::LogPosition& position) {
  absl::MutexLock lock(&mutex_);
  end_ = std::max(end_, position);
}

ChangeRing::Next ChangeRing::Take(Cursor& cursor, std::string_view order_id) const {
  absl::MutexLock lock(&mutex_);
  if (!is_open_) return NotOpen{};
  if (cursor.after < begin_) {
    cursor.epoch = 0;
    return Behind{};
  }
  if (cursor.epoch != epoch_ || cursor.number < first_number_) {
    const auto next =
        std::upper_bound(changes_.begin(), changes_.end(), cursor.after,
                         [](const application::LogPosition& after, const auto& change) {
                           return after < change->position();
                         });
    cursor.number = first_number_ + static_cast<std::uint64_t>(next - changes_.begin());
    cursor.epoch = epoch_;
  }
  for (; cursor.number - first_number_ < changes_.size(); ++cursor.number) {
    const auto& change = changes_[cursor.number - first_number_];
    if (change->position() <= cursor.after) continue;  // Resumed from a place ahead of the ring.
    if (!order_id.empty() && change->order_id() != order_id) continue;
    cursor.after = change->position();
    ++cursor.number;
    return change;
  }
  cursor.after = std::max(cursor.after, end_);
  return Nothing{};
}

application::LogPosition ChangeRing::begin() const {
  absl::MutexLock lock(&mutex_);
  return is_open_ ? begin_ : application::LogPosition{};
}

std::size_t ChangeRing::size() const {
  absl::MutexLock lock(&mutex_);
  return changes_.size();
}

}  // namespace orders::api
