#include "domain/order/event_names.h"

#include <set>
#include <string_view>
#include <variant>

#include "gtest/gtest.h"

#include "domain/order/events.h"

namespace orders::domain {
namespace {

TEST(EventNames, AreThoseOfAllEventsEachOnce) {
  const std::set<std::string_view> names(EventNames().begin(), EventNames().end());
  EXPECT_EQ(names.size(), std::variant_size_v<OrderEvent>);
  EXPECT_EQ(EventNames().size(), names.size());
  EXPECT_TRUE(names.contains(EventName(OrderConfirmed())));
}

}  // namespace
}  // namespace orders::domain
