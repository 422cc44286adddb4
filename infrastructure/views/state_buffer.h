#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/node_hash_map.h"

namespace orders::infrastructure {

/// The states of the orders that a projection works on: those put since the last commit, which are
/// held until the next, and of the others as many as fit, since an order's next event is near.
/// `State` has a `bytes()`. Not thread-safe.
template <typename State>
class StateBuffer {
 public:
  struct Slot {
    State state;
    std::size_t bytes = 0;
    std::uint64_t used = 0;  ///< Number of the last use.
    bool dirty = false;
  };

  explicit StateBuffer(std::size_t clean_bytes_max) : clean_bytes_max_(clean_bytes_max) {}

  /// Null: not here.
  State* Find(const std::string& order) {
    const auto found = slots_.find(order);
    if (found == slots_.end()) return nullptr;
    found->second.used = ++uses_;
    return &found->second.state;
  }
  /// Keeps what a row holds.
  State& Keep(const std::string& order, State state) {
    const auto [slot, added] = slots_.try_emplace(order);
    slot->second.state = std::move(state);
    Account(slot->first, slot->second);
    return slot->second.state;
  }
  /// Changes a state with `change(State&)`, made if it is not here; it is to be written.
  template <typename Change>
  void Update(const std::string& order, Change change) {
    const auto [slot, added] = slots_.try_emplace(order);
    change(slot->second.state);
    const std::size_t before = slot->second.bytes;
    Account(slot->first, slot->second);
    if (slot->second.dirty) {
      dirty_bytes_ += slot->second.bytes - before;
      return;
    }
    slot->second.dirty = true;
    dirty_bytes_ += slot->second.bytes;
    dirty_.push_back(&*slot);
  }

  using Node = typename absl::node_hash_map<std::string, Slot>::value_type;
  /// What is to be written; the caller may sort it.
  std::vector<Node*>& dirty() { return dirty_; }
  std::size_t dirty_bytes() const { return dirty_bytes_; }

  /// They are written; drops the least recently used beyond the bound.
  void MarkWritten() {
    for (Node* const node : dirty_) node->second.dirty = false;
    dirty_.clear();
    dirty_bytes_ = 0;
    if (bytes_ > clean_bytes_max_) Shrink();
  }
  void Clear() {
    dirty_.clear();
    dirty_bytes_ = 0;
    bytes_ = 0;
    absl::node_hash_map<std::string, Slot>().swap(slots_);
  }
  void set_clean_bytes_max(std::size_t bytes) { clean_bytes_max_ = bytes; }

 private:
  /// Node, key, map slot and what an allocator adds.
  static constexpr std::size_t kOverheadBytes = 112;

  void Account(const std::string& order, Slot& slot) {
    slot.used = ++uses_;
    const std::size_t bytes = sizeof(Node) + kOverheadBytes + order.capacity() + slot.state.bytes();
    bytes_ += bytes - slot.bytes;
    slot.bytes = bytes;
  }

  // To three quarters at once, so that the walk is rare.
  void Shrink() {
    std::vector<std::pair<std::uint64_t, std::size_t>> uses;
    uses.reserve(slots_.size());
    for (const auto& [order, slot] : slots_) uses.emplace_back(slot.used, slot.bytes);
    std::sort(uses.begin(), uses.end());
    std::size_t left = bytes_;
    std::uint64_t oldest_kept = 0;
    for (const auto& [used, bytes] : uses) {
      if (left <= clean_bytes_max_ / 4 * 3) break;
      left -= bytes;
      oldest_kept = used + 1;
    }
    absl::erase_if(slots_, [&](const auto& node) { return node.second.used < oldest_kept; });
    bytes_ = left;
  }

  std::size_t clean_bytes_max_;
  absl::node_hash_map<std::string, Slot> slots_;
  std::vector<Node*> dirty_;
  std::size_t bytes_ = 0;
  std::size_t dirty_bytes_ = 0;
  std::uint64_t uses_ = 0;
};

}  // namespace orders::infrastructure
