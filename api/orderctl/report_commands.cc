#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "absl/time/clock.h"

#include "api/orderctl/money_text.h"
#include "api/orderctl/options.h"
#include "api/orderctl/order_text.h"
#include "api/orderctl/show_pages.h"

namespace orders::api {
namespace {

constexpr const char* kReportGroup = "Questions";
/// Of a report whose first day is not given.
constexpr int kReportDays = 30;

TextTable SalesTable() {
  using Align = TextTable::Align;
  return TextTable({{"DAY"},
                    {"SKU"},
                    {"ORDERS", Align::kRight},
                    {"UNITS", Align::kRight},
                    {"GROSS", Align::kRight},
                    {"DISCOUNT", Align::kRight},
                    {"TAX", Align::kRight},
                    {"SHIPPING", Align::kRight},
                    {"CANCELLED", Align::kRight},
                    {"RETURNED", Align::kRight},
                    {"NET", Align::kRight},
                    {"REFUNDS", Align::kRight}});
}

void AddSalesRow(const v1::SalesRow& row, TextTable& table) {
  table.AddRow({row.day(), row.sku(), absl::StrCat(row.orders()), absl::StrCat(row.units()),
                MoneyText(row.gross()), MoneyText(row.discount()), MoneyText(row.tax()),
                MoneyText(row.shipping()), MoneyText(row.cancelled()), MoneyText(row.returned()),
                MoneyText(row.net()), row.has_refunds() ? MoneyText(row.refunds()) : ""});
}

absl::StatusOr<v1::SalesGrouping> ParseGrouping(absl::string_view text) {
  if (text == "day") return v1::BY_DAY;
  if (text == "sku") return v1::BY_SKU;
  if (text == "currency") return v1::BY_CURRENCY;
  return absl::InvalidArgumentError("day, sku or currency");
}

/// Today, and the thirty days that end with the last one: what was not given.
void FillInDays(v1::GetSalesReportRequest& request) {
  absl::CivilDay last = absl::ToCivilDay(absl::Now(), absl::UTCTimeZone());
  if (request.last_day().empty()) {
    request.set_last_day(absl::FormatCivilTime(last));
  } else if (!absl::ParseCivilTime(request.last_day(), &last)) {
    return;  // The service says what is wrong with it.
  }
  if (request.first_day().empty()) {
    request.set_first_day(absl::FormatCivilTime(last - (kReportDays - 1)));
  }
}

void AddSales(CommandLine& line) {
  struct Arguments {
    v1::GetSalesReportRequest request;
    bool all = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& app = line.Add(
      "sales", kReportGroup, "What was sold, by day, by sku or in all",
      [arguments](Session& session) {
        FillInDays(arguments->request);
        return ShowPages(
            session, arguments->request, arguments->all,
            &v1::OrderQueries::StubInterface::GetSalesReport, SalesTable(),
            [](const v1::GetSalesReportResponse& answer) -> const auto& { return answer.rows(); },
            AddSalesRow);
      });
  v1::GetSalesReportRequest* const into = &arguments->request;
  AddText(app, "--from", "The first day, in UTC [29 days before the last]", "YYYY-MM-DD",
          [into](std::string day) { into->set_first_day(std::move(day)); });
  AddText(app, "--to", "The last day, in UTC [today]", "YYYY-MM-DD",
          [into](std::string day) { into->set_last_day(std::move(day)); });
  AddValue(app, "--by", "day, sku or currency [day]; rows are of one currency each", "WHAT",
           ParseGrouping, [into](v1::SalesGrouping grouping) { into->set_group_by(grouping); });
  AddText(app, "--sku", "Of this sku alone", "SKU",
          [into](std::string sku) { into->set_sku(std::move(sku)); });
  AddText(app, "--currency", "Of this currency alone", "CODE",
          [into](std::string code) { into->set_currency_code(std::move(code)); });
  AddPaging(app, arguments->request);
  AddPastPoint(app, arguments->request);
  AddSwitch(app, "--all", "Page after page, to the end", [arguments] { arguments->all = true; });
  AddReadOptions(app, *arguments->request.mutable_options());
}

TextTable FoundTable() { return TextTable({{"ORDER"}, {"CUSTOMER"}, {"CREATED"}, {"FOUND IN"}}); }

void AddFound(const v1::FoundOrder& order, TextTable& table) {
  table.AddRow({order.order_id(), order.customer_id(),
                TimeText(order.has_create_time(), order.create_time()),
                absl::StrJoin(order.matched_fields(), ", ")});
}

void AddSearch(CommandLine& line) {
  struct Arguments {
    v1::SearchOrdersRequest request;
    bool all = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& app = line.Add(
      "search", kReportGroup, "Orders by the words in them, newest first",
      [arguments](Session& session) {
        return ShowPages(
            session, arguments->request, arguments->all,
            &v1::OrderQueries::StubInterface::SearchOrders, FoundTable(),
            [](const v1::SearchOrdersResponse& answer) -> const auto& { return answer.orders(); },
            AddFound);
      });
  AddText(app, "QUERY",
          "Words that must all be there, in ids, skus, titles, notes or tracking codes; word* for "
          "its beginning, \"quoted words\" side by side; all as one argument",
          "", [arguments](std::string query) { arguments->request.set_query(std::move(query)); })
      ->required();
  AddPaging(app, arguments->request);
  AddSwitch(app, "--all", "Page after page, to the end", [arguments] { arguments->all = true; });
  AddReadOptions(app, *arguments->request.mutable_options());
}

}  // namespace

void AddReportCommands(CommandLine& line) {
  AddSales(line);
  AddSearch(line);
}

}  // namespace orders::api
