#include "api/calls/event_summary.h"

#include "gtest/gtest.h"

#include "api/calls/history_mapping.h"

namespace orders::api {
namespace {

const domain::Currency kEur = *domain::Currency::Parse("EUR");

TEST(EventSummary, SaysWhatChanged) {
  EXPECT_EQ(SummaryOf(domain::OrderCreated{.customer_id = {"c1"}, .currency = kEur}, kEur),
            "Created for customer c1 in EUR with 0 lines.");
  EXPECT_EQ(SummaryOf(domain::ItemQuantityChanged{{2}, 5}, kEur), "Line 2 now has 5 units.");
  EXPECT_EQ(
      SummaryOf(
          domain::ItemAdded{.line = {.id = {1}, .sku = {"A"}, .quantity = 1, .unit_price = {350}},
                            .quantity_after = 3},
          kEur),
      "1 unit of A at 3.50 EUR added as line 1, which now has 3.");
  EXPECT_EQ(SummaryOf(domain::OrderConfirmed{.totals = {.total = {1'230}}}, kEur),
            "Confirmed at a total of 12.30 EUR.");
  EXPECT_EQ(SummaryOf(domain::TaxSet{{.rate = domain::Rate{190'000}}}, kEur), "Tax is 19 %.");
  EXPECT_EQ(SummaryOf(domain::OrderCancelled{.reason = "late", .refund_due = {500}}, kEur),
            "Cancelled, because \"late\"; 5.00 EUR are to be refunded.");
  EXPECT_EQ(SummaryOf(
                domain::ItemsShipped{
                    .shipment_id = {"s"}, .items = {{{1}, 2}, {{2}, 1}}, .carrier = "DHL"},
                kEur),
            "Shipment s sent: 3 units of 2 lines with DHL.");
  EXPECT_EQ(SummaryOf(domain::NoteSet{}, kEur), "Note removed.");
}

TEST(EventSummary, OfAnUnknownCurrencyCountsMinorUnits) {
  EXPECT_EQ(SummaryOf(domain::ShippingFeeSet{{490}}, {}), "Shipping costs 490 minor units.");
}

TEST(EventSummary, CutsLongTextsBetweenCharacters) {
  std::string note = "x";
  for (int i = 0; i < 100; ++i) note += "\xc3\xa4";
  const std::string summary = SummaryOf(domain::NoteSet{note}, kEur);
  EXPECT_LT(summary.size(), 100U);
  v1::OrderHistoryEntry entry;
  entry.set_summary(summary);
  EXPECT_TRUE(v1::OrderHistoryEntry().ParseFromString(entry.SerializeAsString()));
}

TEST(HistoryMapping, KeepsWhoWhenAndWhy) {
  application::RecordedOrderEvent recorded;
  recorded.order_id = {"o1"};
  recorded.revision = 3;
  recorded.event_id = "id";
  recorded.created = absl::FromUnixSeconds(5);
  recorded.position = {7, 7};
  recorded.event = domain::ItemRemoved{{1}};
  recorded.metadata = {.correlation_id = "corr",
                       .causation_id = "cause",
                       .actor = "ann",
                       .command = "RemoveItem",
                       .request_id = "r1"};
  v1::OrderHistoryEntry entry;
  SetHistoryEntry(
      recorded, {.id = "store", .generation = 1}, kEur,
      [](const domain::OrderEvent&) { return std::string("{}"); }, entry);
  EXPECT_EQ(entry.order_id(), "o1");
  EXPECT_EQ(entry.revision(), 3U);
  EXPECT_EQ(entry.type(), "ItemRemoved");
  EXPECT_EQ(entry.record_time().seconds(), 5);
  EXPECT_EQ(entry.actor(), "ann");
  EXPECT_EQ(entry.command(), "RemoveItem");
  EXPECT_EQ(entry.request_id(), "r1");
  EXPECT_EQ(entry.correlation_id(), "corr");
  EXPECT_EQ(entry.causation_id(), "cause");
  EXPECT_EQ(entry.summary(), "Line 1 removed.");
  EXPECT_EQ(entry.data_json(), "{}");
  EXPECT_FALSE(entry.position_token().empty());
}

TEST(HistoryMapping, AnEventThatCannotBeReadIsNamedNotLeftOut) {
  application::UnreadableOrderEvent unreadable;
  unreadable.order_id = {"o1"};
  unreadable.type = "OrderConfirmed";
  unreadable.data = "\xff";
  v1::OrderHistoryEntry entry;
  SetHistoryEntry(unreadable, {.id = "store", .generation = 1}, entry);
  EXPECT_EQ(entry.type(), "OrderConfirmed");
  EXPECT_TRUE(entry.data_json().empty());
  EXPECT_NE(entry.summary().find("cannot be read"), std::string::npos);
}

}  // namespace
}  // namespace orders::api
