#include "tests/integration/sales_fold.h"

#include <set>

#include "absl/time/clock.h"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace orders::testing_support {
namespace {

using nlohmann::json;

struct FoldedLine {
  std::string sku;
  std::int64_t quantity = 0;
};

void AddTotals(const json& totals, SalesNumbers& numbers) {
  numbers["gross"] += totals.at("goods").get<std::int64_t>();
  numbers["discount"] += totals.at("discount").get<std::int64_t>();
  numbers["tax"] += totals.at("tax").get<std::int64_t>();
  numbers["shipping"] += totals.at("shipping").get<std::int64_t>();
}

SalesNumbers NumbersOf(const v1::SalesRow& row) {
  SalesNumbers numbers{{"orders", row.orders()},
                       {"units", row.units()},
                       {"gross", row.gross().minor_units()},
                       {"discount", row.discount().minor_units()},
                       {"tax", row.tax().minor_units()},
                       {"shipping", row.shipping().minor_units()},
                       {"cancelled_units", row.cancelled_units()},
                       {"cancelled", row.cancelled().minor_units()},
                       {"returned_units", row.returned_units()},
                       {"returned", row.returned().minor_units()},
                       {"refunds", row.refunds().minor_units()}};
  EXPECT_EQ(row.net().minor_units(), numbers["gross"] - numbers["discount"] + numbers["tax"] +
                                         numbers["shipping"] - numbers["cancelled"] -
                                         numbers["returned"]);
  return numbers;
}

}  // namespace

void AddSalesOf(const std::vector<v1::OrderHistoryEntry>& history, SalesByKey& sales) {
  std::string currency;
  std::map<int, FoldedLine> lines;
  for (const v1::OrderHistoryEntry& entry : history) {
    const json data = json::parse(entry.data_json());
    const std::string& type = entry.type();
    const auto line_of = [](const json& line) {
      return FoldedLine{.sku = line.at("sku"), .quantity = line.at("quantity")};
    };
    SalesNumbers whole;
    std::map<std::string, SalesNumbers> by_sku;
    const auto take_back = [&](const std::string& units, const std::string& value) {
      for (const json& item : data.at("items")) {
        for (SalesNumbers* const sum : {&whole, &by_sku[lines.at(item.at("lineId")).sku]}) {
          (*sum)[units] += item.at("quantity").get<std::int64_t>();
          (*sum)[value] += item.at("value").get<std::int64_t>();
        }
      }
    };
    if (type == "OrderCreated") {
      currency = data.at("currency");
      for (const json& line : data.at("lines")) lines[line.at("lineId")] = line_of(line);
    } else if (type == "ItemAdded") {
      lines[data.at("line").at("lineId")] = line_of(data.at("line"));
      lines[data.at("line").at("lineId")].quantity = data.at("quantityAfter");
    } else if (type == "ItemQuantityChanged") {
      lines[data.at("lineId")].quantity = data.at("quantity");
    } else if (type == "ItemRemoved") {
      lines.erase(data.at("lineId").get<int>());
    } else if (type == "OrderConfirmed") {
      AddTotals(data.at("totals"), whole);
      whole["orders"] = 1;
      for (const json& priced : data.at("lines")) {
        const FoldedLine& line = lines.at(priced.at("lineId"));
        AddTotals(priced, by_sku[line.sku]);
        by_sku[line.sku]["orders"] = 1;
        by_sku[line.sku]["units"] += line.quantity;
        whole["units"] += line.quantity;
      }
    } else if (type == "OrderCancelled" || type == "ItemsCancelled") {
      take_back("cancelled_units", "cancelled");
    } else if (type == "ReturnReceived") {
      take_back("returned_units", "returned");
    } else if (type == "PaymentRefunded") {
      whole["refunds"] = data.at("amount");
    }
    by_sku[""] = whole;
    for (const auto& [sku, numbers] : by_sku) {
      for (const auto& [name, number] : numbers) sales[{sku, currency}][name] += number;
    }
  }
}

SalesByKey AskForSales(OrdersClient& client, const std::string& min_position) {
  SalesByKey sales;
  const auto day = [](absl::Duration from_now) {
    return absl::FormatTime("%Y-%m-%d", absl::Now() + from_now, absl::UTCTimeZone());
  };
  for (const v1::SalesGrouping grouping : {v1::BY_CURRENCY, v1::BY_SKU}) {
    v1::GetSalesReportRequest request;
    request.set_first_day(day(-absl::Hours(24)));
    request.set_last_day(day(absl::Hours(24)));
    request.set_group_by(grouping);
    request.set_page_size(7);
    request.mutable_options()->set_min_position(min_position);
    do {
      const auto page = client.Send(request);
      EXPECT_TRUE(page.ok()) << Describe(page.status);
      if (!page.ok()) return {};
      for (const v1::SalesRow& row : page.response.rows()) {
        EXPECT_EQ(row.has_refunds(), grouping == v1::BY_CURRENCY);
        const bool is_new =
            sales.emplace(std::pair(row.sku(), row.currency_code()), NumbersOf(row)).second;
        EXPECT_TRUE(is_new) << row.sku() << " " << row.currency_code() << " comes twice";
      }
      request.set_page_token(page.response.next_page_token());
    } while (!request.page_token().empty());
  }
  return sales;
}

SalesByKey Added(const SalesByKey& before, const SalesByKey& after) {
  SalesByKey added;
  for (const auto& [key, numbers] : after) {
    for (const auto& [name, number] : numbers) {
      const auto known = before.find(key);
      const std::int64_t then =
          known == before.end() || !known->second.contains(name) ? 0 : known->second.at(name);
      if (number != then) added[key][name] = number - then;
    }
  }
  return added;
}

}  // namespace orders::testing_support
