#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace eventstoredb {

/// A number of things, or bytes, that all calls share. Thread-safe.
class Budget {
 public:
  explicit Budget(std::size_t max) : max_(max) {}

  /// False, and nothing is taken, if less than `amount` is left.
  bool TryTake(std::size_t amount) {
    std::size_t used = used_.load(std::memory_order_relaxed);
    do {
      if (amount > max_ - used) return false;
    } while (!used_.compare_exchange_weak(used, used + amount, std::memory_order_relaxed));
    return true;
  }
  void Return(std::size_t amount) { used_.fetch_sub(amount, std::memory_order_relaxed); }
  std::size_t used() const { return used_.load(std::memory_order_relaxed); }
  std::size_t max() const { return max_; }

 private:
  const std::size_t max_;
  std::atomic<std::size_t> used_{0};
};

/// What one owner has taken; given back with it.
class BudgetShare {
 public:
  explicit BudgetShare(Budget& budget) : budget_(&budget) {}
  BudgetShare(BudgetShare&& other) noexcept : budget_(other.budget_), taken_(other.taken_) {
    other.taken_ = 0;
  }
  BudgetShare& operator=(BudgetShare&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(taken_, other.taken_);
    return *this;
  }
  ~BudgetShare() { Release(); }

  bool TryTake(std::size_t amount) {
    if (!budget_->TryTake(amount)) return false;
    taken_ += amount;
    return true;
  }
  void Release() {
    budget_->Return(taken_);
    taken_ = 0;
  }
  std::size_t taken() const { return taken_; }

 private:
  Budget* budget_;
  std::size_t taken_ = 0;
};

}  // namespace eventstoredb
