#include "infrastructure/views/order_archive.h"

#include <map>
#include <random>

#include "gtest/gtest.h"

#include "tests/support/order_histories.h"

namespace orders::infrastructure {
namespace {

using application::OrderView;

std::vector<OrderView> SomeViews() {
  testing_support::OrderHistories histories(3, 5, 5);
  std::map<std::string, OrderView> views;
  for (const auto& event : histories.Next(3'000)) {
    application::ApplyRecorded(event, views[event.order_id.value]);
  }
  std::vector<OrderView> all;
  for (auto& [id, view] : views) all.push_back(std::move(view));
  return all;
}

TEST(OrderArchive, GivesBackEveryOrderAsItWas) {
  for (const OrderView& view : SomeViews()) {
    const auto unpacked = UnpackOrder(PackOrder(view));
    ASSERT_TRUE(unpacked.ok()) << unpacked.status();
    EXPECT_EQ(*unpacked, view);
  }
}

TEST(OrderArchive, KeepsTheExtremes) {
  OrderView view;
  view.revision = ~0ULL;
  view.position = {~0ULL, 0};
  view.order.next_line = std::numeric_limits<std::int32_t>::min();
  view.order.captured = {std::numeric_limits<std::int64_t>::max()};
  view.order.refunded = {std::numeric_limits<std::int64_t>::min()};
  view.order.note = std::string("a\0b\xff", 4);
  view.order.shipping_address.emplace();
  view.order.tax.rate = domain::Rate{-1};
  EXPECT_EQ(*UnpackOrder(PackOrder(view)), view);
  EXPECT_EQ(*UnpackOrder(PackOrder(OrderView{})), OrderView{});
}

TEST(OrderArchive, CutAtAnyLengthIsDataLoss) {
  const std::string bytes = PackOrder(SomeViews().front());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_TRUE(absl::IsDataLoss(UnpackOrder(std::string_view(bytes).substr(0, size)).status()));
  }
  EXPECT_TRUE(absl::IsDataLoss(UnpackOrder(bytes + "x").status()));
}

TEST(OrderArchive, AnyChangedBitIsDataLoss) {
  const std::string bytes = PackOrder(SomeViews().front());
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string changed = bytes;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_TRUE(absl::IsDataLoss(UnpackOrder(changed).status())) << bit;
  }
}

TEST(OrderArchive, TakesAnyBytesWithoutHarm) {
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(random() % 200, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    ASSERT_TRUE(absl::IsDataLoss(UnpackOrder(bytes).status()));
  }
}

}  // namespace
}  // namespace orders::infrastructure
