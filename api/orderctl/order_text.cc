#include "api/orderctl/order_text.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"

#include "api/orderctl/money_text.h"
#include "api/orderctl/utf8.h"

namespace orders::api {
namespace {

using Align = TextTable::Align;

void AddField(absl::string_view name, absl::string_view value, std::string& text) {
  if (!value.empty()) absl::StrAppendFormat(&text, "%-13s%s\n", name, Printable(value));
}

std::string AddressText(const v1::Address& address) {
  std::vector<std::string> parts;
  for (const std::string& part :
       {address.name(), address.line1(), address.line2(),
        absl::StrCat(address.postal_code(), address.postal_code().empty() ? "" : " ",
                     address.city()),
        address.region(), address.country_code()}) {
    if (!part.empty()) parts.push_back(part);
  }
  return absl::StrJoin(parts, ", ");
}

template <typename RateOrAmount>
std::string RateOrAmountText(const RateOrAmount& value) {
  if (value.value_case() == RateOrAmount::kAmount) return MoneyText(value.amount());
  if (value.value_case() == RateOrAmount::kRatePpm) {
    return absl::StrFormat("%g%%", static_cast<double>(value.rate_ppm()) / 10'000);
  }
  return "";
}

std::string PaymentStateText(v1::Payment::State state) {
  return std::string(absl::StripPrefix(v1::Payment::State_Name(state), "STATE_"));
}

std::string UnitsText(const google::protobuf::RepeatedPtrField<v1::LineQuantity>& items) {
  return absl::StrJoin(items, " ", [](std::string* out, const v1::LineQuantity& item) {
    absl::StrAppend(out, item.line_id(), ":", item.quantity());
  });
}

std::string LinesText(const v1::Order& order) {
  if (order.lines().empty()) return "";
  TextTable table({{"LINE", Align::kRight},
                   {"SKU"},
                   {"TITLE"},
                   {"QTY", Align::kRight},
                   {"UNIT PRICE", Align::kRight},
                   {"SHIPPED", Align::kRight},
                   {"DELIVERED", Align::kRight},
                   {"CANCELLED", Align::kRight},
                   {"RETURNED", Align::kRight},
                   {"TOTAL", Align::kRight}});
  for (const v1::OrderLine& line : order.lines()) {
    table.AddRow({absl::StrCat(line.line_id()), line.sku(), line.title(),
                  absl::StrCat(line.quantity()), MoneyText(line.unit_price()),
                  absl::StrCat(line.shipped()), absl::StrCat(line.delivered()),
                  absl::StrCat(line.cancelled()), absl::StrCat(line.returned()),
                  MoneyText(line.totals().total())});
  }
  return "\n" + table.TakeText();
}

std::string MoneyBlock(const v1::Order& order) {
  TextTable table({{"GOODS", Align::kRight},
                   {"DISCOUNT", Align::kRight},
                   {"TAX", Align::kRight},
                   {"SHIPPING", Align::kRight},
                   {"TOTAL", Align::kRight},
                   {"CAPTURED", Align::kRight},
                   {"REFUNDED", Align::kRight},
                   {"OPEN", Align::kRight},
                   {"REFUND DUE", Align::kRight}});
  const v1::Totals& totals = order.totals();
  const v1::Ledger& ledger = order.ledger();
  table.AddRow({MoneyText(totals.goods()), MoneyText(totals.discount()), MoneyText(totals.tax()),
                MoneyText(totals.shipping()), MoneyText(totals.total()),
                MoneyText(ledger.captured()), MoneyText(ledger.refunded()),
                MoneyText(ledger.open()), MoneyText(ledger.refund_due())});
  return "\n" + table.TakeText();
}

std::string PaymentsText(const v1::Order& order) {
  if (order.payments().empty()) return "";
  TextTable table({{"PAYMENT"},
                   {"STATE"},
                   {"AUTHORIZED", Align::kRight},
                   {"CAPTURED", Align::kRight},
                   {"REFUNDED", Align::kRight},
                   {"REASON"}});
  for (const v1::Payment& payment : order.payments()) {
    table.AddRow({payment.payment_id(), PaymentStateText(payment.state()),
                  MoneyText(payment.authorized()), MoneyText(payment.captured()),
                  MoneyText(payment.refunded()), payment.failure_reason()});
  }
  return "\n" + table.TakeText();
}

std::string MovementsText(const v1::Order& order) {
  if (order.shipments().empty() && order.returns().empty()) return "";
  TextTable table({{"MOVEMENT"}, {"ID"}, {"UNITS"}, {"STATE"}, {"CARRIER"}, {"TRACKING"}});
  for (const v1::Shipment& shipment : order.shipments()) {
    table.AddRow({"shipment", shipment.shipment_id(), UnitsText(shipment.items()),
                  shipment.delivered() ? "delivered" : "on its way", shipment.carrier(),
                  shipment.tracking_code()});
  }
  for (const v1::Return& back : order.returns()) {
    table.AddRow({"return", back.return_id(), UnitsText(back.requested()),
                  back.received() ? "received" : "requested", "", ""});
  }
  return "\n" + table.TakeText();
}

}  // namespace

std::string TimeText(bool present, const google::protobuf::Timestamp& time) {
  if (!present) return "";
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ",
                          absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos()),
                          absl::UTCTimeZone());
}

std::string OrderText(const v1::Order& order) {
  std::string text;
  AddField("Order",
           absl::StrCat(order.order_id(), "  revision ", order.revision(), "  etag ", order.etag()),
           text);
  AddField("Status",
           absl::StrCat(v1::OrderStatus_Name(order.status()), "  payment ",
                        v1::PaymentStatus_Name(order.payment_status()), "  fulfilment ",
                        v1::FulfilmentStatus_Name(order.fulfilment_status())),
           text);
  AddField("Customer", order.customer_id(), text);
  AddField("Ship to", AddressText(order.shipping_address()), text);
  AddField("Bill to", AddressText(order.billing_address()), text);
  for (const v1::Hold& hold : order.holds()) {
    AddField("Hold", absl::StrCat(v1::HoldKind_Name(hold.kind()), "  ", hold.reason()), text);
  }
  for (const v1::Discount& discount : order.discounts()) {
    AddField("Discount", absl::StrCat(discount.code(), "  ", RateOrAmountText(discount)), text);
  }
  AddField("Tax", RateOrAmountText(order.tax()), text);
  AddField("Note", order.note(), text);
  AddField("Cancelled", order.cancel_reason(), text);
  AddField("Created", TimeText(order.has_create_time(), order.create_time()), text);
  AddField("Updated", TimeText(order.has_update_time(), order.update_time()), text);
  AddField("Allowed now", absl::StrJoin(order.allowed_commands(), ", "), text);
  return absl::StrCat(text, LinesText(order), MoneyBlock(order), PaymentsText(order),
                      MovementsText(order));
}

TextTable SummaryTable() {
  return TextTable({{"ORDER"},
                    {"CUSTOMER"},
                    {"STATUS"},
                    {"PAYMENT"},
                    {"FULFILMENT"},
                    {"HELD"},
                    {"LINES", Align::kRight},
                    {"TOTAL", Align::kRight},
                    {"CREATED"}});
}

void AddSummary(const v1::OrderSummary& summary, TextTable& table) {
  table.AddRow({summary.order_id(), summary.customer_id(), v1::OrderStatus_Name(summary.status()),
                v1::PaymentStatus_Name(summary.payment_status()),
                v1::FulfilmentStatus_Name(summary.fulfilment_status()),
                summary.held() ? "held" : "", absl::StrCat(summary.line_count()),
                MoneyText(summary.total()),
                TimeText(summary.has_create_time(), summary.create_time())});
}

TextTable HistoryTable() {
  return TextTable(
      {{"REV", Align::kRight}, {"TIME"}, {"EVENT"}, {"ACTOR"}, {"REQUEST"}, {"WHAT CHANGED"}});
}

void AddHistoryEntry(const v1::OrderHistoryEntry& entry, TextTable& table) {
  table.AddRow({absl::StrCat(entry.revision()),
                TimeText(entry.has_record_time(), entry.record_time()), entry.type(), entry.actor(),
                entry.request_id(), entry.summary()});
}

std::string CustomerText(const v1::GetCustomerResponse& customer) {
  std::string text;
  AddField("Customer", customer.customer_id(), text);
  AddField("First order", TimeText(customer.has_first_order_time(), customer.first_order_time()),
           text);
  AddField("Last order", TimeText(customer.has_last_order_time(), customer.last_order_time()),
           text);
  TextTable totals({{"CURRENCY"},
                    {"ORDERS", Align::kRight},
                    {"CONFIRMED", Align::kRight},
                    {"COMPLETED", Align::kRight},
                    {"CANCELLED", Align::kRight},
                    {"ORDERED", Align::kRight},
                    {"REMOVED", Align::kRight},
                    {"CAPTURED", Align::kRight},
                    {"REFUNDED", Align::kRight}});
  for (const v1::CustomerTotals& total : customer.totals()) {
    totals.AddRow({total.currency_code(), absl::StrCat(total.orders()),
                   absl::StrCat(total.confirmed()), absl::StrCat(total.completed()),
                   absl::StrCat(total.cancelled()), MoneyText(total.ordered()),
                   MoneyText(total.removed()), MoneyText(total.captured()),
                   MoneyText(total.refunded())});
  }
  TextTable orders({{"ORDER"}, {"STATUS"}, {"TOTAL", Align::kRight}, {"CREATED"}});
  for (const v1::CustomerOrder& order : customer.orders()) {
    orders.AddRow({order.order_id(), v1::OrderStatus_Name(order.status()), MoneyText(order.total()),
                   TimeText(order.has_create_time(), order.create_time())});
  }
  return absl::StrCat(text, "\n", totals.TakeText(), "\n", orders.TakeText());
}

std::string ChangeText(const v1::OrderHistoryEntry& entry) {
  return Printable(absl::StrCat(TimeText(entry.has_record_time(), entry.record_time()), "  ",
                                entry.order_id(), "  ", entry.revision(), "  ", entry.type(), "  ",
                                entry.summary())) +
         "\n";
}

std::string FreshnessWarning(const v1::Freshness& freshness) {
  if (freshness.state() == v1::Freshness::FILLING) {
    return "the read model is still being filled from the log: orders and changes may be missing; "
           "ask again later";
  }
  if (freshness.state() == v1::Freshness::STOPPED) {
    return "the read model has stopped: newer orders and changes are missing; the service's log "
           "says why";
  }
  if (freshness.has_blocked_since()) {
    return absl::StrCat("an event of this order could not be applied, since ",
                        TimeText(true, freshness.blocked_since()),
                        ": it is shown as it was before; see orderctl dead-letters list");
  }
  if (freshness.incomplete_orders() > 0) {
    return absl::StrCat(freshness.incomplete_orders(),
                        " orders are not up to date, each because of an event that could not be "
                        "applied; see orderctl dead-letters list");
  }
  if (freshness.stale()) {
    return "the demanded position was not reached in time: newer changes are missing";
  }
  return "";
}

std::string FreshnessText(const v1::Freshness& freshness) {
  return absl::StrCat(freshness.stale() ? "stale" : "fresh", " as of ",
                      Printable(freshness.position_token()), ", ",
                      freshness.has_lag_events() ? absl::StrCat(freshness.lag_events()) : "unknown",
                      " events and ", freshness.lag_ms(), " ms behind");
}

}  // namespace orders::api
