#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"

#include "domain/order/absl_view.h"
#include "domain/order/deciders.h"
#include "domain/order/pricing.h"
#include "domain/order/refusals.h"
#include "domain/order/rules.h"
#include "domain/order/validation.h"

namespace orders::domain {
namespace {

absl::Status TooManyLines() {
  return Refuse(Reason::kTooManyLines,
                absl::StrCat("the order would have more than ", kLinesMax, " lines"));
}

absl::Status CheckQuantity(std::int64_t quantity) {
  if (quantity <= kQuantityMax) return absl::OkStatus();
  return Refuse(Reason::kQuantityTooLarge, absl::StrCat("the line would have ", quantity,
                                                        " units, the most are ", kQuantityMax));
}

// The same goods at the same price are one line; the title it came with first stays.
bool Merges(const Line& line, const NewLine& added) {
  return line.sku == added.sku && line.unit_price == added.unit_price.amount;
}

absl::Status MergeInto(std::vector<Line>& lines, const NewLine& added) {
  for (Line& line : lines) {
    if (!Merges(line, added)) continue;
    line.quantity += added.quantity;
    return CheckQuantity(line.quantity);
  }
  if (lines.size() >= std::size_t{kLinesMax}) return TooManyLines();
  lines.push_back({.id = {static_cast<std::int32_t>(lines.size()) + 1},
                   .sku = added.sku,
                   .title = added.title,
                   .quantity = added.quantity,
                   .unit_price = added.unit_price.amount});
  return absl::OkStatus();
}

absl::Status LineNotFound(LineId id, std::string_view why) {
  return Refuse(Reason::kLineNotFound, absl::StrCat("line ", id.value, " ", View(why)));
}

bool WasGiven(const Order& order, LineId id) { return id.value >= 1 && id.value < order.next_line; }

}  // namespace

Decision IfPriced(const Order& order, OrderEvent event) {
  const absl::StatusOr<Pricing> pricing = Price(Evolve(order, event));
  if (!pricing.ok()) {
    return Refuse(Reason::kAmountTooLarge, absl::StrCat("the order would come to more than ",
                                                        FormatMoney(kAmountMax, order.currency)));
  }
  return OrderEvents{std::move(event)};
}

Decision DecideCreate(const OrderId& id, const CreateOrder& command, const Order& order) {
  // That the same request made it is for the handler to know, by its request id.
  if (order.status != OrderStatus::kNone) {
    return Refuse(Reason::kOrderExists, "there is an order with this id");
  }
  OrderCreated event{.order_id = id,
                     .customer_id = command.customer_id,
                     .currency = command.currency,
                     .lines = {},
                     .shipping_address = command.shipping_address,
                     .billing_address = command.billing_address,
                     .note = command.note};
  for (const NewLine& line : command.lines) {
    absl::Status status = CheckCurrency(line.unit_price, command.currency);
    if (status.ok()) status = MergeInto(event.lines, line);
    if (!status.ok()) return status;
  }
  return IfPriced(order, std::move(event));
}

// Adds up: it has no id of its own, so asked twice it adds twice. A request id makes it safe.
Decision DecideOne(const AddItem& command, const Order& order) {
  absl::Status status = CheckDraft(order);
  if (status.ok()) status = CheckCurrency(command.line.unit_price, order.currency);
  if (!status.ok()) return status;

  ItemAdded event{.line = {.id = {order.next_line},
                           .sku = command.line.sku,
                           .title = command.line.title,
                           .quantity = command.line.quantity,
                           .unit_price = command.line.unit_price.amount},
                  .quantity_after = command.line.quantity};
  bool merged = false;
  for (const OrderLine& known : order.lines) {
    if (!Merges(known.line, command.line)) continue;
    merged = true;
    event.line.id = known.line.id;
    event.line.title = known.line.title;
    event.quantity_after += known.line.quantity;
    break;
  }
  const bool ids_left = order.next_line < std::numeric_limits<std::int32_t>::max();
  if (!merged && (order.lines.size() >= std::size_t{kLinesMax} || !ids_left)) {
    return TooManyLines();
  }
  status = CheckQuantity(event.quantity_after);
  if (!status.ok()) return status;
  return IfPriced(order, std::move(event));
}

Decision DecideOne(const ChangeItemQuantity& command, const Order& order) {
  if (absl::Status status = CheckExists(order); !status.ok()) return status;
  const OrderLine* line = FindLine(order, command.line_id);
  if (line != nullptr && line->line.quantity == command.quantity) return OrderEvents{};
  if (absl::Status status = CheckDraft(order); !status.ok()) return status;
  if (line == nullptr) {
    return LineNotFound(command.line_id,
                        WasGiven(order, command.line_id) ? "was removed" : "never existed");
  }
  return IfPriced(order, ItemQuantityChanged{command.line_id, command.quantity});
}

Decision DecideOne(const RemoveItem& command, const Order& order) {
  if (absl::Status status = CheckExists(order); !status.ok()) return status;
  const bool is_there = FindLine(order, command.line_id) != nullptr;
  // Ids are never given twice: one that was given and is gone was removed before.
  if (!is_there && WasGiven(order, command.line_id)) return OrderEvents{};
  if (absl::Status status = CheckDraft(order); !status.ok()) return status;
  if (!is_there) return LineNotFound(command.line_id, "never existed");
  return OrderEvents{ItemRemoved{command.line_id}};
}

Decision DecideOne(const ConfirmOrder&, const Order& order) {
  if (absl::Status status = CheckExists(order); !status.ok()) return status;
  const bool was_confirmed = order.status == OrderStatus::kConfirmed ||
                             order.status == OrderStatus::kInFulfilment ||
                             order.status == OrderStatus::kCompleted;
  if (was_confirmed) return OrderEvents{};
  if (absl::Status status = CheckRunning(order); !status.ok()) return status;
  if (order.lines.empty()) return Refuse(Reason::kNoLines, "the order has no lines");
  if (!order.shipping_address.has_value()) {
    return Refuse(Reason::kNoShippingAddress, "the order has no shipping address");
  }
  absl::StatusOr<Pricing> pricing = Price(order);
  if (!pricing.ok()) {
    return Refuse(Reason::kAmountTooLarge, absl::StrCat("the order comes to more than ",
                                                        FormatMoney(kAmountMax, order.currency)));
  }
  return OrderEvents{OrderConfirmed{.totals = pricing->totals, .lines = std::move(pricing->lines)}};
}

}  // namespace orders::domain
