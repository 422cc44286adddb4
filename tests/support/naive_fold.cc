#include "tests/support/naive_fold.h"

#include <set>
#include <string_view>
#include <variant>

#include "domain/order/refusals.h"

namespace orders::testing_support {

namespace d = orders::domain;

namespace {

void AddNaively(const d::Totals& totals, NaiveSales& sum) {
  sum.gross += totals.goods.minor;
  sum.discount += totals.discount.minor;
  sum.tax += totals.tax.minor;
  sum.shipping += totals.shipping.minor;
}

// After `order` has been told of the event: its lines say which skus it is about.
void AddSales(const application::RecordedOrderEvent& recorded, const NaiveOrder& order,
              NaiveState& state) {
  const std::string day = absl::FormatTime("%Y-%m-%d", recorded.metadata.time, absl::UTCTimeZone());
  const auto sales_of = [&](const std::string& sku) -> NaiveSales& {
    return state.sales[{day, sku, order.currency}];
  };
  const auto sku_of = [&](d::LineId line) { return order.lines.at(line.value).sku; };
  if (const auto* confirmed = std::get_if<d::OrderConfirmed>(&recorded.event)) {
    ++sales_of("").orders;
    AddNaively(confirmed->totals, sales_of(""));
    std::set<std::string> skus;
    for (const auto& line : confirmed->lines) {
      const std::string sku = sku_of(line.line_id);
      AddNaively(line.totals, sales_of(sku));
      sales_of(sku).units += order.lines.at(line.line_id.value).quantity;
      sales_of("").units += order.lines.at(line.line_id.value).quantity;
      skus.insert(sku);
    }
    for (const std::string& sku : skus) ++sales_of(sku).orders;
  } else if (const auto* refunded = std::get_if<d::PaymentRefunded>(&recorded.event)) {
    sales_of("").refunds += refunded->amount.minor;
  } else if (const auto* back = std::get_if<d::ReturnReceived>(&recorded.event)) {
    for (const auto& item : back->items) {
      for (const std::string& sku : {std::string(), sku_of(item.line_id)}) {
        sales_of(sku).returned_units += item.quantity;
        sales_of(sku).returned += item.value.minor;
      }
    }
  }
  const auto add_cancelled = [&](const std::vector<d::LineValue>& items) {
    for (const auto& item : items) {
      for (const std::string& sku : {std::string(), sku_of(item.line_id)}) {
        sales_of(sku).cancelled_units += item.quantity;
        sales_of(sku).cancelled += item.value.minor;
      }
    }
  };
  if (const auto* all = std::get_if<d::OrderCancelled>(&recorded.event)) add_cancelled(all->items);
  if (const auto* some = std::get_if<d::ItemsCancelled>(&recorded.event)) {
    add_cancelled(some->items);
  }
}

}  // namespace

NaiveState FoldNaively(const std::vector<application::RecordedOrderEvent>& events) {
  NaiveState state;
  std::map<std::string, std::map<std::string, std::vector<d::LineQuantity>>> shipments;
  for (const application::RecordedOrderEvent& recorded : events) {
    NaiveOrder& order = state.orders[recorded.order_id.value];
    const std::string_view name = d::EventName(recorded.event);
    if (const auto* created = std::get_if<d::OrderCreated>(&recorded.event)) {
      order.customer = created->customer_id.value;
      order.currency = std::string(created->currency.code());
      order.status = "DRAFT";
      order.create_micros = absl::ToUnixMicros(recorded.metadata.time);
      for (const d::Line& line : created->lines) {
        order.lines[line.id.value] = {.sku = line.sku.value, .quantity = line.quantity};
      }
    }
    order.revision = recorded.revision;
    order.position = recorded.position.commit;
    order.update_micros = absl::ToUnixMicros(recorded.metadata.time);
    NaiveTotals& totals = state.customers[{order.customer, order.currency}];
    if (name == "OrderCreated") ++totals.orders;

    if (const auto* added = std::get_if<d::ItemAdded>(&recorded.event)) {
      NaiveLine& line = order.lines[added->line.id.value];
      line.sku = added->line.sku.value;
      line.quantity = added->quantity_after;
    } else if (const auto* changed = std::get_if<d::ItemQuantityChanged>(&recorded.event)) {
      order.lines[changed->line_id.value].quantity = changed->quantity;
    } else if (const auto* gone = std::get_if<d::ItemRemoved>(&recorded.event)) {
      order.lines.erase(gone->line_id.value);
    } else if (const auto* confirmed = std::get_if<d::OrderConfirmed>(&recorded.event)) {
      order.status = "CONFIRMED";
      order.total = confirmed->totals.total.minor;
      ++totals.confirmed;
      totals.ordered += order.total;
    } else if (const auto* captured = std::get_if<d::PaymentCaptured>(&recorded.event)) {
      order.captured += captured->amount.minor;
      totals.captured += captured->amount.minor;
    } else if (const auto* refunded = std::get_if<d::PaymentRefunded>(&recorded.event)) {
      order.refunded += refunded->amount.minor;
      totals.refunded += refunded->amount.minor;
    } else if (name == "OrderHeld") {
      ++order.holds;
    } else if (name == "HoldReleased") {
      --order.holds;
    } else if (const auto* shipped = std::get_if<d::ItemsShipped>(&recorded.event)) {
      order.status = "IN_FULFILMENT";
      shipments[recorded.order_id.value][shipped->shipment_id.value] = shipped->items;
      for (const auto& item : shipped->items) {
        order.lines[item.line_id.value].shipped += item.quantity;
      }
    } else if (const auto* arrived = std::get_if<d::ShipmentDelivered>(&recorded.event)) {
      for (const auto& item : shipments[recorded.order_id.value][arrived->shipment_id.value]) {
        order.lines[item.line_id.value].delivered += item.quantity;
      }
    } else if (name == "OrderCompleted") {
      order.status = "COMPLETED";
      ++totals.completed;
    } else if (const auto* cancelled = std::get_if<d::OrderCancelled>(&recorded.event)) {
      order.status = "CANCELLED";
      ++totals.cancelled;
      for (const auto& item : cancelled->items) {
        order.lines[item.line_id.value].cancelled += item.quantity;
        order.removed += item.value.minor;
        totals.removed += item.value.minor;
      }
    } else if (const auto* some = std::get_if<d::ItemsCancelled>(&recorded.event)) {
      for (const auto& item : some->items) {
        order.lines[item.line_id.value].cancelled += item.quantity;
        order.removed += item.value.minor;
        totals.removed += item.value.minor;
      }
    } else if (const auto* back = std::get_if<d::ReturnReceived>(&recorded.event)) {
      for (const auto& item : back->items) {
        order.lines[item.line_id.value].returned += item.quantity;
        order.removed += item.value.minor;
        totals.removed += item.value.minor;
      }
    }
    AddSales(recorded, order, state);
  }
  return state;
}

NaiveOrder Account(const application::OrderView& view) {
  NaiveOrder account{.customer = view.order.customer_id.value,
                     .currency = std::string(view.order.currency.code()),
                     .status = std::string(d::OrderStatusName(view.order.status)),
                     .total = view.order.totals.total.minor,
                     .captured = view.order.captured.minor,
                     .refunded = view.order.refunded.minor,
                     .removed = view.order.removed.minor,
                     .holds = static_cast<std::int64_t>(view.order.holds.size()),
                     .revision = view.revision,
                     .position = view.position.commit,
                     .create_micros = absl::ToUnixMicros(view.create_time),
                     .update_micros = absl::ToUnixMicros(view.update_time)};
  for (const d::OrderLine& line : view.order.lines) {
    account.lines[line.line.id.value] = {.sku = line.line.sku.value,
                                         .quantity = line.line.quantity,
                                         .shipped = line.shipped,
                                         .delivered = line.delivered,
                                         .cancelled = line.cancelled,
                                         .returned = line.returned};
  }
  return account;
}

NaiveTotals Account(const application::CustomerTotals& totals) {
  return {.orders = totals.orders,
          .confirmed = totals.confirmed,
          .completed = totals.completed,
          .cancelled = totals.cancelled,
          .ordered = totals.ordered.minor,
          .removed = totals.removed.minor,
          .captured = totals.captured.minor,
          .refunded = totals.refunded.minor};
}

NaiveSales Account(const application::SalesFigures& figures) {
  return {.orders = figures.orders,
          .units = figures.units,
          .gross = figures.gross.minor,
          .discount = figures.discount.minor,
          .tax = figures.tax.minor,
          .shipping = figures.shipping.minor,
          .cancelled_units = figures.cancelled_units,
          .cancelled = figures.cancelled.minor,
          .returned_units = figures.returned_units,
          .returned = figures.returned.minor,
          .refunds = figures.refunds.minor};
}

}  // namespace orders::testing_support
