#include "api/orderctl/demo/demo_report.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"

#include "api/orderctl/money_text.h"
#include "api/orderctl/text_table.h"

namespace orders::api {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

std::string CountsText(const char* title, const std::map<std::string, std::int64_t>& counts) {
  if (counts.empty()) return "";
  TextTable table({{title}, {"COUNT", Align::kRight}});
  for (const auto& [name, count] : counts) table.AddRow({name, absl::StrCat(count)});
  return table.TakeText() + "\n";
}

}  // namespace

double DemoRun::CommandsPerSecond() const {
  const double seconds = absl::ToDoubleSeconds(elapsed);
  return seconds > 0 ? static_cast<double>(commands) / seconds : 0;
}

std::string DemoText(const DaySums& sums, const DemoRun& run) {
  TextTable money({{"MONEY"},
                   {"ORDERS", Align::kRight},
                   {"ORDERED", Align::kRight},
                   {"CANCELLED OR RETURNED", Align::kRight},
                   {"CAPTURED", Align::kRight},
                   {"REFUNDED", Align::kRight}});
  for (const auto& [currency, sum] : sums.by_currency) {
    money.AddRow({currency, absl::StrCat(sum.orders), MoneyText(sum.ordered, currency),
                  MoneyText(sum.removed, currency), MoneyText(sum.captured, currency),
                  MoneyText(sum.refunded, currency)});
  }
  return absl::StrCat(CountsText("ORDERS", sums.by_status), CountsText("PAYMENT", sums.by_payment),
                      money.TakeText(), "\n", CountsText("REFUSED, AS EXPECTED", sums.refusals),
                      run.orders, " orders of ", sums.by_customer.size(), " customers, seed ",
                      run.seed, ": ", run.commands,
                      absl::StrFormat(" commands in %.1f s (%.0f/s), ",
                                      absl::ToDoubleSeconds(run.elapsed), run.CommandsPerSecond()),
                      run.replayed, " answered before, ", run.retries,
                      " asked again\nThe service's lists and totals agree.\n");
}

std::string DemoJson(const DaySums& sums, const DemoRun& run, int indent) {
  Json money = Json::object();
  for (const auto& [currency, sum] : sums.by_currency) {
    money[currency] = {{"orders", sum.orders},       {"confirmed", sum.confirmed},
                       {"completed", sum.completed}, {"cancelled", sum.cancelled},
                       {"ordered", sum.ordered},     {"removed", sum.removed},
                       {"captured", sum.captured},   {"refunded", sum.refunded}};
  }
  const Json report = {{"day",
                        {{"seed", run.seed},
                         {"orders", run.orders},
                         {"customers", sums.by_customer.size()},
                         {"by_status", sums.by_status},
                         {"by_payment", sums.by_payment},
                         {"money", money},
                         {"refused_as_expected", sums.refusals}}},
                       {"run",
                        {{"commands", run.commands},
                         {"replayed", run.replayed},
                         {"retries", run.retries},
                         {"seconds", absl::ToDoubleSeconds(run.elapsed)},
                         {"commands_per_second", run.CommandsPerSecond()},
                         {"cross_check", "ok"}}}};
  return report.dump(indent) + "\n";
}

}  // namespace orders::api
