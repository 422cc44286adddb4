#include "application/projections/sales_projection.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

namespace orders::application {
namespace {

/// Of one event: as in domain/order/evolve.cc, no rule of the business.
constexpr std::int64_t kFoldedQuantityMax = 1'000'000'000'000;

std::int64_t Folded(std::int64_t quantity) {
  return std::clamp<std::int64_t>(quantity, 0, kFoldedQuantityMax);
}
domain::Amount Folded(domain::Amount amount) {
  return std::clamp(amount, domain::Amount{}, domain::kAmountMax);
}

void AddTotals(const domain::Totals& totals, SalesFigures& sum) {
  sum.gross.minor += Folded(totals.goods).minor;
  sum.discount.minor += Folded(totals.discount).minor;
  sum.tax.minor += Folded(totals.tax).minor;
  sum.shipping.minor += Folded(totals.shipping).minor;
}

SalesLine ToSalesLine(const domain::Line& line) {
  return {.id = line.id, .sku = line.sku, .quantity = Folded(line.quantity)};
}

// What one event changes. States are left as the domain leaves them, so that an event which the
// decider would not have recorded counts in no read model.
class SalesFold {
 public:
  explicit SalesFold(SalesOrderState& state) : state_(state) {}

  void operator()(const domain::OrderCreated& event) {
    if (state_.status != domain::OrderStatus::kNone) return;
    state_.status = domain::OrderStatus::kDraft;
    state_.currency = event.currency;
    state_.lines.reserve(event.lines.size());
    for (const domain::Line& line : event.lines) state_.lines.push_back(ToSalesLine(line));
  }
  void operator()(const domain::ItemAdded& event) {
    SalesLine* line = FindLine(event.line.id);
    if (line == nullptr) line = &state_.lines.emplace_back(ToSalesLine(event.line));
    line->quantity = Folded(event.quantity_after);
  }
  void operator()(const domain::ItemQuantityChanged& event) {
    SalesLine* const line = FindLine(event.line_id);
    if (line != nullptr) line->quantity = Folded(event.quantity);
  }
  void operator()(const domain::ItemRemoved& event) {
    std::erase_if(state_.lines, [&](const SalesLine& line) { return line.id == event.line_id; });
  }
  void operator()(const domain::OrderConfirmed& event) {
    if (state_.status != domain::OrderStatus::kDraft) return;
    state_.status = domain::OrderStatus::kConfirmed;
    SalesFigures& whole = whole_.emplace();
    whole.orders = 1;
    AddTotals(event.totals, whole);
    for (const domain::LineTotals& priced : event.lines) {
      const SalesLine* const line = FindLine(priced.line_id);
      if (line == nullptr) continue;
      SalesFigures& of_sku = by_sku_[line->sku.value];
      of_sku.orders = 1;
      of_sku.units += line->quantity;
      whole.units += line->quantity;
      AddTotals(priced.totals, of_sku);
    }
  }
  void operator()(const domain::PaymentRefunded& event) {
    whole_.emplace().refunds = Folded(event.amount);
  }
  void operator()(const domain::ItemsShipped&) {
    if (state_.status == domain::OrderStatus::kConfirmed) {
      state_.status = domain::OrderStatus::kInFulfilment;
    }
  }
  void operator()(const domain::OrderCompleted&) {
    if (!HasEnded()) state_.status = domain::OrderStatus::kCompleted;
  }
  void operator()(const domain::OrderCancelled& event) {
    if (HasEnded()) return;
    state_.status = domain::OrderStatus::kCancelled;
    TakeBack(event.items, &SalesFigures::cancelled_units, &SalesFigures::cancelled);
  }
  void operator()(const domain::ItemsCancelled& event) {
    TakeBack(event.items, &SalesFigures::cancelled_units, &SalesFigures::cancelled);
  }
  void operator()(const domain::ReturnReceived& event) {
    TakeBack(event.items, &SalesFigures::returned_units, &SalesFigures::returned);
  }

  // Named one by one: a new event does not compile until somebody has decided what it means here.
  void operator()(const domain::ShippingAddressSet&) {}
  void operator()(const domain::BillingAddressSet&) {}
  void operator()(const domain::NoteSet&) {}
  void operator()(const domain::DiscountApplied&) {}
  void operator()(const domain::DiscountRemoved&) {}
  void operator()(const domain::ShippingFeeSet&) {}
  void operator()(const domain::TaxSet&) {}
  void operator()(const domain::PaymentAuthorized&) {}
  void operator()(const domain::PaymentCaptured&) {}
  void operator()(const domain::PaymentFailed&) {}
  void operator()(const domain::OrderHeld&) {}
  void operator()(const domain::HoldReleased&) {}
  void operator()(const domain::ShipmentDelivered&) {}
  void operator()(const domain::ReturnRequested&) {}

  std::vector<SalesDelta> Deltas(absl::CivilDay day) const {
    std::vector<SalesDelta> deltas;
    if (!whole_.has_value()) return deltas;
    deltas.reserve(1 + by_sku_.size());
    deltas.push_back({.day = day, .currency = state_.currency, .change = *whole_});
    for (const auto& [sku, change] : by_sku_) {
      deltas.push_back(
          {.day = day, .sku = std::string(sku), .currency = state_.currency, .change = change});
    }
    return deltas;
  }

 private:
  bool HasEnded() const {
    return state_.status == domain::OrderStatus::kCompleted ||
           state_.status == domain::OrderStatus::kCancelled;
  }
  SalesLine* FindLine(domain::LineId id) {
    const auto found = std::find_if(state_.lines.begin(), state_.lines.end(),
                                    [&](const SalesLine& line) { return line.id == id; });
    return found == state_.lines.end() ? nullptr : &*found;
  }
  void TakeBack(const std::vector<domain::LineValue>& items, std::int64_t SalesFigures::*units,
                domain::Amount SalesFigures::*value) {
    for (const domain::LineValue& item : items) {
      const SalesLine* const line = FindLine(item.line_id);
      if (line == nullptr) continue;
      if (!whole_.has_value()) whole_.emplace();
      for (SalesFigures* const sum : {&*whole_, &by_sku_[line->sku.value]}) {
        sum->*units += Folded(item.quantity);
        (sum->*value).minor += Folded(item.value).minor;
      }
    }
  }

  SalesOrderState& state_;
  std::optional<SalesFigures> whole_;
  std::map<std::string_view, SalesFigures> by_sku_;  ///< Skus of the state's lines.
};

}  // namespace

std::vector<SalesDelta> ProjectSalesOrder(const RecordedOrderEvent& event, SalesOrderState& state) {
  if (event.revision == 0) state.order_id = event.order_id;
  state.revision = event.revision;
  // What was never created does not exist: there is nothing to count.
  if (state.status == domain::OrderStatus::kNone &&
      !std::holds_alternative<domain::OrderCreated>(event.event)) {
    return {};
  }
  SalesFold fold(state);
  std::visit(fold, event.event);
  return fold.Deltas(absl::ToCivilDay(event.metadata.time, absl::UTCTimeZone()));
}

absl::StatusOr<SalesOrderState> SalesProjection::LoadBefore(const domain::OrderId& order,
                                                            std::uint64_t revision) {
  absl::StatusOr<std::optional<SalesOrderState>> loaded =
      writer_.Load(order, /*expect_new=*/revision == 0);
  if (!loaded.ok()) return loaded.status();
  std::optional<SalesOrderState>& state = *loaded;
  const absl::Status follows = CheckFollows(
      order, revision,
      state.has_value() ? std::optional<std::uint64_t>(state->revision) : std::nullopt);
  if (!follows.ok()) return follows;
  if (!state.has_value()) state.emplace();
  return *std::move(state);
}

absl::Status SalesProjection::Apply(const RecordedOrderEvent& event) {
  absl::StatusOr<SalesOrderState> state = LoadBefore(event.order_id, event.revision);
  if (!state.ok()) return state.status();
  for (const SalesDelta& delta : ProjectSalesOrder(event, *state)) writer_.Add(delta);
  writer_.Put(*std::move(state));
  return absl::OkStatus();
}

absl::Status SalesProjection::PassOver(const domain::OrderId& order, std::uint64_t revision) {
  absl::StatusOr<SalesOrderState> state = LoadBefore(order, revision);
  if (!state.ok()) return state.status();
  state->order_id = order;
  state->revision = revision;
  writer_.Put(*std::move(state));
  return absl::OkStatus();
}

}  // namespace orders::application
