#include "api/calls/event_summary.h"

#include <cstdint>
#include <numeric>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "domain/order/absl_view.h"
#include "domain/order/refusals.h"

namespace orders::api {
namespace {

constexpr std::size_t kQuotedBytesMax = 80;

std::string Quoted(const std::string& text) {
  if (text.size() <= kQuotedBytesMax) return absl::StrCat("\"", text, "\"");
  std::size_t end = kQuotedBytesMax;
  // Never through the middle of a character: continuation bytes are 10xxxxxx.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return absl::StrCat("\"", text.substr(0, end), "...\"");
}

/// ", because "..."", or nothing.
std::string Because(const std::string& reason) {
  return reason.empty() ? std::string() : absl::StrCat(", because ", Quoted(reason));
}

std::string Counted(std::int64_t count, const char* thing) {
  return absl::StrCat(count, " ", thing, count == 1 ? "" : "s");
}

template <typename Item>
std::string Units(const std::vector<Item>& items) {
  std::int64_t units = 0;
  for (const Item& item : items) units += item.quantity;
  return absl::StrCat(Counted(units, "unit"), " of ",
                      Counted(static_cast<std::int64_t>(items.size()), "line"));
}

std::string Percent(domain::Rate rate) {
  return absl::StrFormat("%g %%", static_cast<double>(rate.ppm) / 10'000.0);
}

std::string PlaceOf(const domain::Address& address) {
  std::string place;
  for (const std::string* part : {&address.name, &address.city, &address.country}) {
    if (!part->empty()) absl::StrAppend(&place, place.empty() ? "" : ", ", *part);
  }
  return Quoted(place);
}

/// One overload an event; no catch-all, so that a new event does not compile without its sentence.
struct Summarizer {
  const domain::Currency& currency;

  std::string Money(domain::Amount amount) const {
    if (currency.IsNone()) return absl::StrCat(amount.minor, " minor units");
    return domain::FormatMoney(amount, currency);
  }
  std::string RateOrMoney(const domain::RateOrAmount& value) const {
    return value.rate.has_value() ? Percent(*value.rate) : Money(value.amount);
  }
  std::string RefundDue(domain::Amount due) const {
    return due.minor == 0 ? std::string() : absl::StrCat("; ", Money(due), " are to be refunded");
  }

  std::string operator()(const domain::OrderCreated& event) const {
    return absl::StrCat("Created for customer ", event.customer_id.value, " in ",
                        domain::View(event.currency.code()), " with ",
                        Counted(static_cast<std::int64_t>(event.lines.size()), "line"), ".");
  }
  std::string operator()(const domain::ItemAdded& event) const {
    return absl::StrCat(Counted(event.line.quantity, "unit"), " of ", event.line.sku.value, " at ",
                        Money(event.line.unit_price), " added as line ", event.line.id.value,
                        event.quantity_after == event.line.quantity
                            ? std::string()
                            : absl::StrCat(", which now has ", event.quantity_after),
                        ".");
  }
  std::string operator()(const domain::ItemQuantityChanged& event) const {
    return absl::StrCat("Line ", event.line_id.value, " now has ", Counted(event.quantity, "unit"),
                        ".");
  }
  std::string operator()(const domain::ItemRemoved& event) const {
    return absl::StrCat("Line ", event.line_id.value, " removed.");
  }
  std::string operator()(const domain::ShippingAddressSet& event) const {
    return absl::StrCat("To be shipped to ", PlaceOf(event.address), ".");
  }
  std::string operator()(const domain::BillingAddressSet& event) const {
    return absl::StrCat("To be billed to ", PlaceOf(event.address), ".");
  }
  std::string operator()(const domain::NoteSet& event) const {
    return event.note.empty() ? "Note removed." : absl::StrCat("Note: ", Quoted(event.note), ".");
  }
  std::string operator()(const domain::DiscountApplied& event) const {
    return absl::StrCat("Discount ", event.discount.code.value, " of ",
                        RateOrMoney(event.discount.value), " applied.");
  }
  std::string operator()(const domain::DiscountRemoved& event) const {
    return absl::StrCat("Discount ", event.code.value, " removed.");
  }
  std::string operator()(const domain::ShippingFeeSet& event) const {
    return absl::StrCat("Shipping costs ", Money(event.fee), ".");
  }
  std::string operator()(const domain::TaxSet& event) const {
    return absl::StrCat("Tax is ", RateOrMoney(event.tax), ".");
  }
  std::string operator()(const domain::OrderConfirmed& event) const {
    return absl::StrCat("Confirmed at a total of ", Money(event.totals.total), ".");
  }
  std::string operator()(const domain::PaymentAuthorized& event) const {
    return absl::StrCat("Payment ", event.payment_id.value, " authorized: ", Money(event.amount),
                        ".");
  }
  std::string operator()(const domain::PaymentCaptured& event) const {
    return absl::StrCat("Payment ", event.payment_id.value, " captured: ", Money(event.amount),
                        ".");
  }
  std::string operator()(const domain::PaymentFailed& event) const {
    return absl::StrCat("Payment ", event.payment_id.value, " failed", Because(event.reason), ".");
  }
  std::string operator()(const domain::PaymentRefunded& event) const {
    return absl::StrCat(Money(event.amount), " of payment ", event.payment_id.value,
                        " refunded as ", event.refund_id.value, Because(event.reason), ".");
  }
  std::string operator()(const domain::OrderHeld& event) const {
    return absl::StrCat("Held (", domain::View(domain::HoldKindName(event.kind)), ")",
                        Because(event.reason), ".");
  }
  std::string operator()(const domain::HoldReleased& event) const {
    return absl::StrCat("Hold (", domain::View(domain::HoldKindName(event.kind)), ") released.");
  }
  std::string operator()(const domain::ItemsShipped& event) const {
    return absl::StrCat("Shipment ", event.shipment_id.value, " sent: ", Units(event.items),
                        event.carrier.empty() ? "" : " with ", event.carrier,
                        event.tracking_code.empty() ? "" : ", tracking code ", event.tracking_code,
                        ".");
  }
  std::string operator()(const domain::ShipmentDelivered& event) const {
    return absl::StrCat("Shipment ", event.shipment_id.value, " delivered.");
  }
  std::string operator()(const domain::OrderCompleted&) const { return "Completed."; }
  std::string operator()(const domain::OrderCancelled& event) const {
    return absl::StrCat("Cancelled", Because(event.reason), RefundDue(event.refund_due), ".");
  }
  std::string operator()(const domain::ItemsCancelled& event) const {
    return absl::StrCat(Units(event.items), " cancelled", Because(event.reason),
                        RefundDue(event.refund_due), ".");
  }
  std::string operator()(const domain::ReturnRequested& event) const {
    return absl::StrCat("Return ", event.return_id.value, " of ", Units(event.items), " requested",
                        Because(event.reason), ".");
  }
  std::string operator()(const domain::ReturnReceived& event) const {
    return absl::StrCat("Return ", event.return_id.value, " received: ", Units(event.items),
                        RefundDue(event.refund_due), ".");
  }
};

}  // namespace

std::string SummaryOf(const domain::OrderEvent& event, const domain::Currency& currency) {
  return std::visit(Summarizer{currency}, event);
}

}  // namespace orders::api
