#include "tests/support/commands_for_tests.h"

#include <utility>

namespace orders::testing_support {

domain::Currency Eur() { return *domain::Currency::Parse("EUR"); }

domain::Address SomeAddress() {
  return {.name = "Ada Lovelace",
          .line1 = "12 St James's Square",
          .line2 = "",
          .city = "London",
          .region = "",
          .postal_code = "SW1Y 4JH",
          .country = "GB"};
}

domain::NewLine SomeLine(std::string sku, std::int64_t quantity, std::int64_t minor) {
  return {.sku = {std::move(sku)},
          .title = "A thing",
          .quantity = quantity,
          .unit_price = {{minor}, Eur()}};
}

domain::CreateOrder SomeCart() {
  return {.customer_id = {"customer-1"},
          .currency = Eur(),
          .lines = {SomeLine("SKU-1", 2, 1'250), SomeLine("SKU-2", 1, 990)},
          .shipping_address = SomeAddress()};
}

domain::AddItem SomeItem(std::string sku, std::int64_t quantity) {
  return {SomeLine(std::move(sku), quantity, 100)};
}

domain::SetNote Note(std::string text) { return {std::move(text)}; }

application::CommandRequest Ask(std::string order, domain::OrderCommand command,
                                std::string request_id) {
  return {.order_id = {std::move(order)},
          .command = std::move(command),
          .request_id = std::move(request_id)};
}

}  // namespace orders::testing_support
