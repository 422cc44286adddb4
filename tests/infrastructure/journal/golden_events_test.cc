#include <fstream>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "application/order_view.h"
#include "domain/order/order.h"
#include "infrastructure/journal/event_codec.h"

namespace orders::infrastructure {
namespace {

using application::OrderView;
using application::RecordedOrderEvent;
using domain::OrderStatus;

// Every type of event in its first version, as it was written. The file is never written again: a
// test that fails here means that logs of the past read differently.
constexpr char kFile[] = ORDERS_GOLDEN_FOLDER "/events-v1.ndjson";

struct GoldenEvent {
  std::string stream;
  std::string type;
  std::string data;
  std::string metadata;
};

std::string Between(const std::string& line, const std::string& before, const std::string& after) {
  const std::size_t start = line.find(before);
  EXPECT_NE(start, std::string::npos) << line;
  const std::size_t end = line.rfind(after);
  EXPECT_NE(end, std::string::npos) << line;
  return line.substr(start + before.size(), end - start - before.size());
}

std::vector<GoldenEvent> Golden() {
  std::vector<GoldenEvent> events;
  std::ifstream file(kFile);
  for (std::string line; std::getline(file, line);) {
    events.push_back({Between(line, R"({"stream":")", R"(","type":")"),
                      Between(line, R"(","type":")", R"(","data":)"),
                      Between(line, R"(,"data":)", R"(,"metadata":)"),
                      Between(line, R"(,"metadata":)", "}")});
  }
  return events;
}

std::map<std::string, OrderView> Folded() {
  std::map<std::string, OrderView> views;
  std::map<std::string, std::uint64_t> next;
  for (const GoldenEvent& golden : Golden()) {
    const auto decoded = DecodeEvent(golden.type, golden.data, golden.metadata);
    EXPECT_TRUE(decoded.ok()) << decoded.status();
    if (!decoded.ok() || !decoded->has_value()) continue;
    RecordedOrderEvent recorded;
    recorded.revision = next[golden.stream]++;
    recorded.event = (*decoded)->event;
    recorded.metadata = (*decoded)->metadata;
    application::ApplyRecorded(recorded, views[golden.stream]);
  }
  return views;
}

TEST(GoldenEvents, HoldEveryTypeOfEvent) {
  std::set<std::string> types;
  for (const GoldenEvent& event : Golden()) types.insert(event.type);
  EXPECT_EQ(types.size(), std::variant_size_v<domain::OrderEvent>);
}

TEST(GoldenEvents, AreWrittenTodayAsTheyWereThen) {
  for (const GoldenEvent& golden : Golden()) {
    const auto decoded = DecodeEvent(golden.type, golden.data, golden.metadata);
    ASSERT_TRUE(decoded.ok()) << golden.type << ": " << decoded.status();
    ASSERT_TRUE(decoded->has_value()) << golden.type;
    EXPECT_EQ(domain::EventName((*decoded)->event), golden.type);
    EXPECT_EQ(EncodeBody((*decoded)->event), golden.data);
    EXPECT_EQ(EncodeMetadata((*decoded)->metadata), golden.metadata);
  }
}

TEST(GoldenEvents, TellOfAnOrderDeliveredAndInPartReturned) {
  const std::map<std::string, OrderView> views = Folded();
  ASSERT_TRUE(views.contains("order-golden-1"));
  const OrderView& view = views.at("order-golden-1");
  const domain::Order& order = view.order;

  EXPECT_EQ(view.revision, 28U);
  EXPECT_EQ(view.create_time, absl::FromUnixMicros(1'767'323'046'000'007));
  EXPECT_EQ(view.update_time, absl::FromUnixMicros(1'767'323'073'000'034));
  EXPECT_EQ(order.id.value, "golden-1");
  EXPECT_EQ(order.customer_id.value, "customer-1");
  EXPECT_EQ(order.currency.code(), "EUR");
  EXPECT_EQ(order.status, OrderStatus::kCompleted);
  EXPECT_EQ(domain::PaymentStatusOf(order), domain::PaymentStatus::kPartiallyRefunded);
  EXPECT_EQ(domain::FulfilmentStatusOf(order), domain::FulfilmentStatus::kDelivered);
  EXPECT_EQ(order.totals, (domain::Totals{{5'140}, {1'014}, {877}, {490}, {5'493}}));
  EXPECT_EQ(domain::LedgerOf(order), (domain::Ledger{{3'099}, {0}, {1'336}}));
  EXPECT_EQ(order.captured.minor, 5'493);
  EXPECT_EQ(order.refunded.minor, 1'058);

  ASSERT_EQ(order.lines.size(), 3U);
  EXPECT_EQ(order.lines[0].line, (domain::Line{{1}, {"SKU-1"}, "A thing", 3, {1'250}}));
  EXPECT_EQ(order.lines[0].delivered, 3);
  EXPECT_EQ(order.lines[0].returned, 1);
  EXPECT_EQ(order.lines[0].removed.minor, 1'336);
  EXPECT_EQ(order.lines[1].cancelled, 1);
  EXPECT_EQ(order.lines[1].totals.total.minor, 1'058);
  EXPECT_EQ(order.lines[2].line.id.value, 3);
  EXPECT_EQ(order.lines[2].delivered, 4);

  EXPECT_EQ(order.note, "first line\n\tsecond: \"quoted\" \\ </script> \xE2\x82\xAC");
  ASSERT_TRUE(order.shipping_address.has_value());
  EXPECT_EQ(order.shipping_address->line2, "c/o \"B\\C\"");
  ASSERT_TRUE(order.billing_address.has_value());
  EXPECT_EQ(order.billing_address->name, "\xE6\x97\xA5\xE6\x9C\xAC \xF0\x9F\x9B\x92");
  ASSERT_EQ(order.discounts.size(), 2U);
  EXPECT_EQ(order.discounts[0].value.rate, domain::Rate{100'000});
  EXPECT_EQ(order.discounts[1].value.amount.minor, 500);
  EXPECT_EQ(order.tax.rate, domain::Rate{190'000});
  EXPECT_TRUE(order.holds.empty());
  ASSERT_EQ(order.payments.size(), 2U);
  EXPECT_EQ(order.payments[0].failure_reason, "card declined");
  EXPECT_EQ(order.payments[0].failed_at, absl::FromUnixMicros(1'767'322'985'000'006));
  ASSERT_EQ(order.shipments.size(), 2U);
  EXPECT_EQ(order.shipments[0].tracking_code, "JD01");
  EXPECT_TRUE(order.shipments[1].all_remaining);
  ASSERT_EQ(order.returns.size(), 1U);
  EXPECT_TRUE(order.returns[0].received);
}

TEST(GoldenEvents, TellOfAnOrderCancelledBeforeItWasPaid) {
  const std::map<std::string, OrderView> views = Folded();
  ASSERT_TRUE(views.contains("order-golden-2"));
  const domain::Order& order = views.at("order-golden-2").order;

  EXPECT_EQ(order.status, OrderStatus::kCancelled);
  EXPECT_EQ(order.cancel_reason, "changed my mind");
  EXPECT_EQ(order.currency.code(), "JPY");
  EXPECT_EQ(order.note, "empty");
  EXPECT_EQ(order.totals, (domain::Totals{{1'000'000'000}, {0}, {123}, {0}, {1'000'000'123}}));
  EXPECT_EQ(domain::LedgerOf(order), (domain::Ledger{{0}, {0}, {1'000}}));
  ASSERT_EQ(order.lines.size(), 1U);
  EXPECT_EQ(order.lines[0].cancelled, 1'000'000);
}

}  // namespace
}  // namespace orders::infrastructure
