#include "application/projections/blocked_orders.h"

#include <algorithm>

namespace orders::application {

absl::Status BlockedOrders::Load() {
  absl::StatusOr<std::vector<DeadLetter>> letters = box_.ReadLetters();
  if (!letters.ok()) return letters.status();
  absl::StatusOr<std::vector<SkippedEvent>> skips = box_.ReadSkips();
  if (!skips.ok()) return skips.status();
  letters_.clear();
  skips_.clear();
  changed_.clear();
  has_new_skips_ = false;
  events_ = 0;
  for (DeadLetter& letter : *letters) {
    events_ += 1 + letter.waiting;
    std::string order = letter.order_id.value;
    letters_.emplace(std::move(order), std::move(letter));
  }
  for (const SkippedEvent& skipped : *skips) {
    skips_.emplace(skipped.order_id.value, skipped.revision);
  }
  return absl::OkStatus();
}

const DeadLetter* BlockedOrders::Find(const domain::OrderId& order) const {
  if (letters_.empty()) return nullptr;
  const auto found = letters_.find(order.value);
  return found == letters_.end() ? nullptr : &found->second;
}

bool BlockedOrders::IsSkipped(const domain::OrderId& order, std::uint64_t revision) const {
  return !skips_.empty() && skips_.contains({order.value, revision});
}

std::vector<domain::OrderId> BlockedOrders::Orders() const {
  std::vector<domain::OrderId> orders;
  orders.reserve(letters_.size());
  for (const auto& [order, letter] : letters_) orders.push_back({order});
  std::sort(orders.begin(), orders.end(),
            [](const domain::OrderId& a, const domain::OrderId& b) { return a.value < b.value; });
  return orders;
}

void BlockedOrders::Block(const DeadLetter& letter) {
  box_.PutLetter(letter);
  const std::string& order = letter.order_id.value;
  const auto [slot, added] = letters_.try_emplace(order);
  if (!added) events_ -= 1 + slot->second.waiting;
  slot->second = letter;
  // They stand in the box.
  slot->second.data = std::string();
  slot->second.metadata = std::string();
  events_ += 1 + letter.waiting;
  changed_.insert(order);
}

void BlockedOrders::AddWaiting(const domain::OrderId& order) {
  DeadLetter& letter = letters_.at(order.value);
  ++letter.waiting;
  ++events_;
  box_.PutLetter(letter);
  changed_.insert(order.value);
}

void BlockedOrders::Release(const domain::OrderId& order) {
  const auto found = letters_.find(order.value);
  if (found == letters_.end()) return;
  events_ -= 1 + found->second.waiting;
  letters_.erase(found);
  box_.RemoveLetter(order);
  changed_.insert(order.value);
}

void BlockedOrders::Skip(const SkippedEvent& skipped) {
  box_.PutSkip(skipped);
  skips_.emplace(skipped.order_id.value, skipped.revision);
  has_new_skips_ = true;
}

void BlockedOrders::Committed(FreshnessGate& gate) {
  for (const std::string& order : changed_) Tell(order, gate);
  changed_.clear();
  has_new_skips_ = false;
}

void BlockedOrders::TellAll(FreshnessGate& gate) const {
  for (const auto& [order, letter] : letters_) Tell(order, gate);
}

void BlockedOrders::Tell(const std::string& order, FreshnessGate& gate) const {
  const auto found = letters_.find(order);
  if (found == letters_.end()) return gate.Unblock({order});
  gate.Block({order}, {.position = found->second.position, .since = found->second.blocked_since});
}

}  // namespace orders::application
