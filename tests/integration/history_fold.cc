#include "tests/integration/history_fold.h"

#include <set>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace orders::testing_support {
namespace {

using nlohmann::json;

void Fold(const v1::OrderHistoryEntry& entry, FoldedOrder& order) {
  const json data = json::parse(entry.data_json());
  const std::string& type = entry.type();
  const auto line_of = [](const json& line) {
    return FoldedOrder::FoldedLine{
        .sku = line.at("sku"), .quantity = line.at("quantity"), .unit_price = line.at("unitPrice")};
  };
  if (type == "OrderCreated") {
    order.customer_id = data.at("customerId");
    order.currency = data.at("currency");
    order.note = data.value("note", "");
    order.status = "DRAFT";
    for (const json& line : data.at("lines")) order.lines[line.at("lineId")] = line_of(line);
  } else if (type == "ItemAdded") {
    const json& line = data.at("line");
    order.lines[line.at("lineId")] = line_of(line);
    order.lines[line.at("lineId")].quantity = data.at("quantityAfter");
  } else if (type == "ItemQuantityChanged") {
    order.lines[data.at("lineId")].quantity = data.at("quantity");
  } else if (type == "ItemRemoved") {
    order.lines.erase(data.at("lineId").get<int>());
  } else if (type == "NoteSet") {
    order.note = data.at("note");
  } else if (type == "OrderConfirmed") {
    order.status = "CONFIRMED";
    order.confirmed_total = data.at("totals").at("total");
  } else if (type == "PaymentCaptured") {
    order.captured += data.at("amount").get<std::int64_t>();
  } else if (type == "OrderCancelled") {
    order.status = "CANCELLED";
  } else if (type != "PaymentAuthorized") {
    ADD_FAILURE() << order.order_id << ": this fold does not know " << type;
  }
}

}  // namespace

std::int64_t FoldedOrder::Total() const {
  if (status != "DRAFT") return confirmed_total;
  std::int64_t total = 0;
  for (const auto& [id, line] : lines) total += line.quantity * line.unit_price;
  return total;
}

FoldedOrder FoldHistory(const std::string& order_id,
                        const std::vector<v1::OrderHistoryEntry>& history) {
  FoldedOrder order;
  order.order_id = order_id;
  for (const v1::OrderHistoryEntry& entry : history) {
    try {
      Fold(entry, order);
    } catch (const json::exception& error) {
      ADD_FAILURE() << order_id << " revision " << entry.revision() << " " << entry.type() << ": "
                    << error.what() << " in " << entry.data_json();
    }
    order.revision = entry.revision();
    order.position_token = entry.position_token();
  }
  return order;
}

void ExpectSoundHistory(const std::string& order_id,
                        const std::vector<v1::OrderHistoryEntry>& history) {
  std::set<std::string> event_ids;
  std::set<std::string> closed_requests;
  for (std::size_t i = 0; i < history.size(); ++i) {
    const v1::OrderHistoryEntry& entry = history[i];
    EXPECT_EQ(entry.revision(), i) << order_id;
    EXPECT_TRUE(event_ids.insert(entry.event_id()).second)
        << order_id << ": event " << entry.event_id() << " stands twice";
    if (i > 0 && history[i - 1].request_id() != entry.request_id()) {
      closed_requests.insert(history[i - 1].request_id());
    }
    EXPECT_FALSE(closed_requests.contains(entry.request_id()))
        << order_id << ": request " << entry.request_id() << " was recorded at two places";
  }
}

void ExpectReadModelsEqual(OrdersClient& client, const std::map<std::string, FoldedOrder>& orders,
                           const std::string& position_token) {
  struct CustomerSums {
    std::int64_t orders = 0;
    std::int64_t confirmed = 0;
    std::int64_t ordered = 0;
    std::int64_t captured = 0;
  };
  std::map<std::string, CustomerSums> customers;

  for (const auto& [id, folded] : orders) {
    SCOPED_TRACE(id);
    CustomerSums& sums = customers[folded.customer_id];
    ++sums.orders;
    if (folded.status != "DRAFT") {
      ++sums.confirmed;
      sums.ordered += folded.confirmed_total;
    }
    sums.captured += folded.captured;

    const auto answer = client.GetOrder(id, position_token);
    ASSERT_TRUE(answer.ok()) << Describe(answer.status);
    const v1::Order& order = answer.response.order();
    EXPECT_EQ(v1::OrderStatus_Name(order.status()), folded.status);
    EXPECT_EQ(order.revision(), folded.revision);
    EXPECT_EQ(order.etag(), absl::StrCat("\"", folded.revision, "\""));
    EXPECT_EQ(order.customer_id(), folded.customer_id);
    EXPECT_EQ(order.currency_code(), folded.currency);
    EXPECT_EQ(order.note(), folded.note);
    EXPECT_EQ(order.totals().total().minor_units(), folded.Total());
    EXPECT_EQ(order.ledger().captured().minor_units(), folded.captured);
    ASSERT_EQ(static_cast<std::size_t>(order.lines_size()), folded.lines.size());
    for (const v1::OrderLine& line : order.lines()) {
      const auto found = folded.lines.find(line.line_id());
      ASSERT_NE(found, folded.lines.end()) << "line " << line.line_id();
      EXPECT_EQ(line.sku(), found->second.sku);
      EXPECT_EQ(line.quantity(), found->second.quantity);
      EXPECT_EQ(line.unit_price().minor_units(), found->second.unit_price);
    }
  }

  const auto listed = client.ListAll("", position_token);
  ASSERT_TRUE(listed.ok()) << Describe(listed.status);
  EXPECT_EQ(listed.response.size(), orders.size());
  for (const v1::OrderSummary& row : listed.response) {
    SCOPED_TRACE(row.order_id());
    const auto found = orders.find(row.order_id());
    ASSERT_NE(found, orders.end()) << "a list has an order that nobody made";
    EXPECT_EQ(v1::OrderStatus_Name(row.status()), found->second.status);
    EXPECT_EQ(row.customer_id(), found->second.customer_id);
    EXPECT_EQ(row.total().minor_units(), found->second.Total());
    EXPECT_EQ(row.line_count(), static_cast<std::int64_t>(found->second.lines.size()));
    EXPECT_EQ(row.etag(), absl::StrCat("\"", found->second.revision, "\""));
  }

  for (const auto& [id, sums] : customers) {
    SCOPED_TRACE(id);
    v1::GetCustomerRequest request;
    request.set_customer_id(id);
    request.mutable_options()->set_min_position(position_token);
    const auto answer = client.Send(request);
    ASSERT_TRUE(answer.ok()) << Describe(answer.status);
    ASSERT_EQ(answer.response.totals_size(), 1);
    const v1::CustomerTotals& totals = answer.response.totals(0);
    EXPECT_EQ(totals.orders(), sums.orders);
    EXPECT_EQ(totals.confirmed(), sums.confirmed);
    EXPECT_EQ(totals.ordered().minor_units(), sums.ordered);
    EXPECT_EQ(totals.captured().minor_units(), sums.captured);
  }
}

}  // namespace orders::testing_support
