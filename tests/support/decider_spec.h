#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"

#include "domain/order/decider.h"
#include "domain/order/refusals.h"
#include "tests/support/order_samples.h"

namespace orders::domain {

/// Given(what has happened or was asked before).When(a command).Then(what it records).
class DeciderSpec {
 public:
  explicit DeciderSpec(Order order) : order_(std::move(order)) {}

  DeciderSpec& When(const OrderCommand& command) {
    command_ = CommandName(command);
    decision_ = Decide(samples::kOrderId, command, order_);
    return *this;
  }

  void Then(const OrderEvents& expected) const {
    ASSERT_TRUE(decision_.ok()) << command_ << ": " << decision_.status();
    EXPECT_EQ(Names(*decision_), Names(expected)) << command_;
    for (std::size_t i = 0; i < expected.size() && i < decision_->size(); ++i) {
      EXPECT_TRUE((*decision_)[i] == expected[i])
          << command_ << ": event " << i << " (" << EventName(expected[i])
          << ") has another content";
    }
  }
  void ThenNothing() const { Then({}); }
  void ThenRefused(Reason reason) const {
    ASSERT_FALSE(decision_.ok()) << command_ << " was not refused";
    const std::optional<Refusal> refusal = GetRefusal(decision_.status());
    ASSERT_TRUE(refusal.has_value()) << decision_.status();
    EXPECT_EQ(refusal->reason, ReasonName(reason)) << command_ << ": " << decision_.status();
    EXPECT_EQ(refusal->status, OrderStatusName(order_.status));
    EXPECT_FALSE(decision_.status().message().empty());
  }
  /// What it records, for a closer look.
  OrderEvents Recorded() const {
    EXPECT_TRUE(decision_.ok()) << command_ << ": " << decision_.status();
    return decision_.ok() ? *decision_ : OrderEvents{};
  }

 private:
  static std::vector<std::string> Names(const OrderEvents& events) {
    std::vector<std::string> names;
    for (const OrderEvent& event : events) names.emplace_back(EventName(event));
    return names;
  }

  Order order_;
  std::string command_;
  absl::StatusOr<OrderEvents> decision_ = OrderEvents{};
};

inline DeciderSpec Given(const OrderEvents& events) { return DeciderSpec(samples::Folded(events)); }
inline DeciderSpec Given(const std::vector<OrderCommand>& commands) {
  return DeciderSpec(samples::StateAfter(commands));
}
inline DeciderSpec GivenNothing() { return DeciderSpec(Order{}); }

}  // namespace orders::domain
