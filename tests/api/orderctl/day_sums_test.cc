#include "api/orderctl/demo/day_sums.h"

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "api/orderctl/demo/demo_report.h"

namespace orders::api {
namespace {

OrderOutcome Outcome(const std::string& customer, const std::string& currency,
                     v1::OrderStatus status, bool confirmed) {
  OrderOutcome outcome;
  outcome.customer_id = customer;
  outcome.currency = currency;
  outcome.status = status;
  outcome.payment = v1::PAID;
  outcome.confirmed = confirmed;
  outcome.total = 1'000;
  outcome.removed = 300;
  outcome.captured = 1'000;
  outcome.refunded = 100;
  outcome.refusals["paying too much"] = 1;
  return outcome;
}

TEST(Sum, AddsByCustomerAndCurrency) {
  const DaySums sums =
      Sum({Outcome("a", "EUR", v1::COMPLETED, true), Outcome("a", "EUR", v1::CANCELLED, true),
           Outcome("b", "JPY", v1::DRAFT, false)});
  EXPECT_EQ(sums.by_customer.at("a").at("EUR"), (CurrencySums{.orders = 2,
                                                              .confirmed = 2,
                                                              .completed = 1,
                                                              .cancelled = 1,
                                                              .ordered = 2'000,
                                                              .removed = 600,
                                                              .captured = 2'000,
                                                              .refunded = 200}));
  EXPECT_EQ(sums.by_currency.at("EUR"), sums.by_customer.at("a").at("EUR"));
  EXPECT_EQ(sums.by_status.at("COMPLETED"), 1);
  EXPECT_EQ(sums.by_payment.at("PAID"), 3);
  EXPECT_EQ(sums.refusals.at("paying too much"), 3);
}

TEST(Sum, CountsNothingAsOrderedThatWasNeverPlaced) {
  const DaySums sums = Sum({Outcome("b", "JPY", v1::DRAFT, false)});
  EXPECT_EQ(sums.by_currency.at("JPY").orders, 1);
  EXPECT_EQ(sums.by_currency.at("JPY").confirmed, 0);
  EXPECT_EQ(sums.by_currency.at("JPY").ordered, 0);
  EXPECT_EQ(sums.by_currency.at("JPY").removed, 0);
}

TEST(DemoJson, KeepsTheDayApartFromTheRun) {
  const DaySums sums = Sum({Outcome("a", "EUR", v1::COMPLETED, true)});
  const DemoRun run{.seed = 4, .orders = 1, .commands = 10, .elapsed = absl::Seconds(2)};
  const auto json = nlohmann::json::parse(DemoJson(sums, run, -1));
  EXPECT_EQ(json["day"]["seed"], 4);
  EXPECT_EQ(json["day"]["money"]["EUR"]["ordered"], 1'000);
  EXPECT_EQ(json["run"]["commands_per_second"], 5.0);
}

}  // namespace
}  // namespace orders::api
