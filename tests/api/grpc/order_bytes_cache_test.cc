#include "api/grpc/order_bytes_cache.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

#include "api/calls/view_mapping.h"
#include "orders/v1/queries.pb.h"

namespace orders::api {
namespace {

application::OrderView View(const std::string& id, std::uint64_t revision, std::size_t note = 10) {
  application::OrderView view;
  view.order.id = {id};
  view.order.status = domain::OrderStatus::kDraft;
  view.order.currency = *domain::Currency::Parse("EUR");
  view.order.note = std::string(note, 'n');
  view.revision = revision;
  view.create_time = absl::FromUnixSeconds(1);
  view.update_time = absl::FromUnixSeconds(static_cast<std::int64_t>(revision));
  return view;
}

v1::GetOrderResponse Decoded(const grpc::Slice& slice) {
  v1::GetOrderResponse response;
  EXPECT_TRUE(response.ParseFromArray(slice.begin(), static_cast<int>(slice.size())));
  return response;
}

TEST(OrderBytesCache, GivesTheOrderAsAFieldOfItsResponse) {
  OrderBytesCache cache(1 << 20);
  const application::OrderView view = View("o1", 3);
  v1::Order expected;
  SetOrder(view, expected);
  EXPECT_EQ(Decoded(cache.Get(view)).order().SerializeAsString(), expected.SerializeAsString());
}

TEST(OrderBytesCache, GivesTheSameBytesAgainAndNewOnesForANewRevision) {
  OrderBytesCache cache(1 << 20);
  const grpc::Slice first = cache.Get(View("o1", 1));
  EXPECT_EQ(cache.Get(View("o1", 1)).begin(), first.begin());
  EXPECT_EQ(Decoded(cache.Get(View("o1", 2))).order().revision(), 2U);
  EXPECT_EQ(Decoded(cache.Get(View("o1", 1))).order().revision(), 1U);
  EXPECT_EQ(Decoded(cache.Get(View("o1", 2))).order().revision(), 2U);
}

TEST(OrderBytesCache, HoldsNoMoreThanItMay) {
  constexpr std::size_t kBytesMax = 160'000;
  OrderBytesCache cache(kBytesMax);
  for (int i = 0; i < 2'000; ++i) {
    const std::string id = absl::StrCat("o", i);
    EXPECT_EQ(Decoded(cache.Get(View(id, 1, 500))).order().order_id(), id);
    ASSERT_LE(cache.bytes(), kBytesMax);
  }
  EXPECT_GT(cache.bytes(), kBytesMax / 2);
}

TEST(OrderBytesCache, DoesNotKeepWhatIsLargerThanItself) {
  OrderBytesCache cache(16'000);
  EXPECT_EQ(Decoded(cache.Get(View("big", 1, 4'000))).order().order_id(), "big");
  EXPECT_EQ(cache.bytes(), 0U);
}

}  // namespace
}  // namespace orders::api
