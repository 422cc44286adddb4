#include "api/orderctl/write_command.h"

namespace orders::api {
namespace {

using Stub = v1::OrderCommands::StubInterface;

constexpr const char* kPriceGroup = "Prices of a draft";

/// --rate or --amount, one of the two.
template <typename Request>
void AddRateOrAmount(WriteCommand<Request> command, const std::string& rate_help,
                     const std::string& amount_help) {
  Request* const into = &command.request;
  CLI::Option* const amount =
      AddAmount(command.app, amount_help, [into] { return into->mutable_amount(); });
  CLI::Option* const rate =
      AddValue(command.app, "--rate", rate_help + ", like 19% or 75000ppm", "RATE", ParseRate,
               [into](std::int32_t ppm) { into->set_rate_ppm(ppm); });
  rate->excludes(amount);
  // CLI11 asks an option group for "exactly one", but shows it as a subcommand of its own.
  command.app.final_callback([rate, amount] {
    if (rate->empty() && amount->empty()) throw CLI::RequiredError("--rate or --amount");
  });
}

}  // namespace

void AddPriceCommands(CommandLine& line) {
  const auto apply = AddWriteCommand(line, "apply-discount", kPriceGroup,
                                     "Add a discount to a draft", &Stub::ApplyDiscount);
  AddOrder(apply);
  AddText(apply.app, "--code", "The discount's code", "CODE",
          [into = &apply.request](std::string code) { into->set_code(std::move(code)); })
      ->required();
  AddRateOrAmount(apply, "Part of what is left", "Off what is left");

  const auto remove = AddWriteCommand(line, "remove-discount", kPriceGroup,
                                      "Take a discount out of a draft", &Stub::RemoveDiscount);
  AddOrder(remove);
  AddText(remove.app, "--code", "The discount's code", "CODE",
          [into = &remove.request](std::string code) { into->set_code(std::move(code)); })
      ->required();

  const auto fee = AddWriteCommand(line, "set-shipping-fee", kPriceGroup, "Set what shipping costs",
                                   &Stub::SetShippingFee);
  AddOrder(fee);
  AddAmount(fee.app, "The fee", [into = &fee.request] { return into->mutable_fee(); })->required();

  const auto tax = AddWriteCommand(line, "set-tax", kPriceGroup, "Set the tax", &Stub::SetTax);
  AddOrder(tax);
  AddRateOrAmount(tax, "On discounted goods and shipping", "The tax");
}

}  // namespace orders::api
