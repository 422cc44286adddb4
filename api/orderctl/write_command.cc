#include "api/orderctl/write_command.h"

#include "absl/strings/str_cat.h"

#include "api/orderctl/exit_codes.h"
#include "api/orderctl/json_text.h"
#include "api/orderctl/order_text.h"

namespace orders::api {

int PrintAnswer(Session& session, const v1::CommandResponse& answer) {
  switch (session.options().output) {
    case OutputForm::kJson:
      session.out().Write(JsonIndented(answer));
      break;
    case OutputForm::kNdjson:
      session.out().Write(JsonLine(answer.order()));
      break;
    case OutputForm::kTable:
      session.out().Write(absl::StrCat(OrderText(answer.order()), "\nrequest ", answer.request_id(),
                                       answer.replayed() ? ", answered before" : "",
                                       ", events recorded: ", answer.events_recorded(),
                                       "\nposition ", answer.position_token(), "\n"));
      break;
  }
  return kExitOk;
}

void AddCommandOptions(CLI::App& app, v1::CommandOptions& options) {
  v1::CommandOptions* const into = &options;
  AddValue(app, "--request-id", "Repeated with the same id, the command is done once [made anew]",
           "ID", ParseAscii, [into](std::string id) { into->set_request_id(std::move(id)); });
  AddValue(app, "--etag", "Only if the order has this etag", "ETAG", ParseAscii,
           [into](std::string etag) { into->set_etag(std::move(etag)); });
  AddSwitch(app, "--validate-only,--dry-run", "Answer what would happen, store nothing",
            [into] { into->set_validate_only(true); });
}

CLI::Option* AddAmount(CLI::App& app, const std::string& help,
                       const std::function<v1::Money*()>& money) {
  CLI::Option* const amount =
      AddInteger(app, "--amount", help + ", in minor units: 1230 is EUR 12.30", "MINOR", 0,
                 kMinorUnitsMax, [money](std::int64_t minor) { money()->set_minor_units(minor); });
  AddText(app, "--currency", "Of the amount [the order's]", "CODE", [money](std::string code) {
    money()->set_currency_code(std::move(code));
  })->needs(amount);
  return amount;
}

CLI::Option* AddLineQuantities(CLI::App& app,
                               google::protobuf::RepeatedPtrField<v1::LineQuantity>& items) {
  auto* const into = &items;
  return AddValues(app, "--item", "Units of a line; once for each line", "LINE:QTY",
                   ParseLineQuantity, [into](const LineQuantityArgument& item) {
                     v1::LineQuantity& added = *into->Add();
                     added.set_line_id(item.line_id);
                     added.set_quantity(item.quantity);
                   });
}

void AddOccurTime(CLI::App& app, const std::function<google::protobuf::Timestamp*()>& time) {
  AddValue(app, "--occur-time", "When it happened in the shop, like 2026-11-23T10:15:00Z", "TIME",
           ParseTime, [time](absl::Time when) { *time() = ToMessage(when); });
}

void ToMessage(const ItemArgument& item, v1::NewLine& line) {
  line.set_sku(item.sku);
  line.set_title(item.title);
  line.set_quantity(item.quantity);
  line.mutable_unit_price()->set_minor_units(item.unit_price_minor);
}

void ToMessage(const AddressArgument& argument, v1::Address& address) {
  address.set_name(argument.name);
  address.set_line1(argument.line1);
  address.set_line2(argument.line2);
  address.set_city(argument.city);
  address.set_region(argument.region);
  address.set_postal_code(argument.postal_code);
  address.set_country_code(argument.country_code);
}

google::protobuf::Timestamp ToMessage(absl::Time time) {
  const std::int64_t seconds = absl::ToUnixSeconds(time);
  google::protobuf::Timestamp message;
  message.set_seconds(seconds);
  message.set_nanos(
      static_cast<std::int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return message;
}

}  // namespace orders::api
