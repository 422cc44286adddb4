#pragma once

#include <cstdint>
#include <string>

#include "application/commands/order_command_handler.h"
#include "domain/order/commands.h"

namespace orders::testing_support {

domain::Currency Eur();
domain::Address SomeAddress();
domain::NewLine SomeLine(std::string sku = "SKU-1", std::int64_t quantity = 2,
                         std::int64_t minor = 1'250);
/// A cart with two lines and an address, ready to be confirmed.
domain::CreateOrder SomeCart();
domain::AddItem SomeItem(std::string sku = "SKU-9", std::int64_t quantity = 1);
domain::SetNote Note(std::string text);

application::CommandRequest Ask(std::string order, domain::OrderCommand command,
                                std::string request_id = "");

}  // namespace orders::testing_support
