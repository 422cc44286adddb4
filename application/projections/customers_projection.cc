#include "application/projections/customers_projection.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <variant>
#include <vector>

namespace orders::application {
namespace {

// A damaged log must not overflow a sum; what such a sum is then is not worth more than that.
void AddTo(domain::Amount& sum, domain::Amount change) {
  if (__builtin_add_overflow(sum.minor, change.minor, &sum.minor)) {
    sum.minor = std::numeric_limits<std::int64_t>::max();
  }
}

domain::Amount ValueOf(const std::vector<domain::LineValue>& items) {
  domain::Amount value;
  for (const domain::LineValue& item : items) AddTo(value, item.value);
  return value;
}

bool HasEnded(const CustomerOrderState& state) {
  return state.status == domain::OrderStatus::kCompleted ||
         state.status == domain::OrderStatus::kCancelled;
}

// What one event changes; most change nothing here. States are left as the domain leaves them, so
// that an event which the decider would not have recorded counts in neither read model.
class CustomerFold {
 public:
  CustomerFold(CustomerOrderState& state, CustomerTotals& change)
      : state_(state), change_(change) {}

  void operator()(const domain::OrderCreated& event) {
    if (state_.status != domain::OrderStatus::kNone) return;
    state_.customer_id = event.customer_id;
    state_.currency = event.currency;
    state_.status = domain::OrderStatus::kDraft;
    change_.orders = 1;
  }
  void operator()(const domain::OrderConfirmed& event) {
    if (state_.status != domain::OrderStatus::kDraft) return;
    state_.status = domain::OrderStatus::kConfirmed;
    state_.total = event.totals.total;
    change_.confirmed = 1;
    change_.ordered = event.totals.total;
  }
  void operator()(const domain::PaymentCaptured& event) {
    AddTo(state_.captured, event.amount);
    change_.captured = event.amount;
  }
  void operator()(const domain::PaymentRefunded& event) {
    AddTo(state_.refunded, event.amount);
    change_.refunded = event.amount;
  }
  void operator()(const domain::ItemsShipped&) {
    if (state_.status == domain::OrderStatus::kConfirmed) {
      state_.status = domain::OrderStatus::kInFulfilment;
    }
  }
  void operator()(const domain::OrderCompleted&) {
    if (HasEnded(state_)) return;
    state_.status = domain::OrderStatus::kCompleted;
    change_.completed = 1;
  }
  void operator()(const domain::OrderCancelled& event) {
    if (HasEnded(state_)) return;
    state_.status = domain::OrderStatus::kCancelled;
    change_.cancelled = 1;
    Remove(ValueOf(event.items));
  }
  void operator()(const domain::ItemsCancelled& event) { Remove(ValueOf(event.items)); }
  void operator()(const domain::ReturnReceived& event) { Remove(ValueOf(event.items)); }

  // Named one by one: a new event does not compile until somebody has decided what it means here.
  void operator()(const domain::ItemAdded&) {}
  void operator()(const domain::ItemQuantityChanged&) {}
  void operator()(const domain::ItemRemoved&) {}
  void operator()(const domain::ShippingAddressSet&) {}
  void operator()(const domain::BillingAddressSet&) {}
  void operator()(const domain::NoteSet&) {}
  void operator()(const domain::DiscountApplied&) {}
  void operator()(const domain::DiscountRemoved&) {}
  void operator()(const domain::ShippingFeeSet&) {}
  void operator()(const domain::TaxSet&) {}
  void operator()(const domain::PaymentAuthorized&) {}
  void operator()(const domain::PaymentFailed&) {}
  void operator()(const domain::OrderHeld&) {}
  void operator()(const domain::HoldReleased&) {}
  void operator()(const domain::ShipmentDelivered&) {}
  void operator()(const domain::ReturnRequested&) {}

 private:
  void Remove(domain::Amount value) {
    AddTo(state_.removed, value);
    change_.removed = value;
  }

  CustomerOrderState& state_;
  CustomerTotals& change_;
};

}  // namespace

CustomerDelta ProjectCustomerOrder(const RecordedOrderEvent& event, CustomerOrderState& state) {
  if (event.revision == 0) {
    state.order_id = event.order_id;
    state.create_time = event.metadata.time;
  }
  CustomerDelta delta;
  // What was never created does not exist: there is nothing to count.
  const bool exists = state.status != domain::OrderStatus::kNone ||
                      std::holds_alternative<domain::OrderCreated>(event.event);
  if (exists) std::visit(CustomerFold(state, delta.change), event.event);
  state.revision = event.revision;
  delta.customer_id = state.customer_id;
  delta.change.currency = state.currency;
  delta.first_order_time = state.create_time;
  delta.last_order_time = state.create_time;
  return delta;
}

absl::StatusOr<CustomerOrderState> CustomersProjection::LoadBefore(const domain::OrderId& order,
                                                                   std::uint64_t revision) {
  absl::StatusOr<std::optional<CustomerOrderState>> loaded =
      writer_.Load(order, /*expect_new=*/revision == 0);
  if (!loaded.ok()) return loaded.status();
  std::optional<CustomerOrderState>& state = *loaded;
  const absl::Status follows = CheckFollows(
      order, revision,
      state.has_value() ? std::optional<std::uint64_t>(state->revision) : std::nullopt);
  if (!follows.ok()) return follows;
  if (!state.has_value()) state.emplace();
  return *std::move(state);
}

absl::Status CustomersProjection::Apply(const RecordedOrderEvent& event) {
  absl::StatusOr<CustomerOrderState> state = LoadBefore(event.order_id, event.revision);
  if (!state.ok()) return state.status();
  writer_.Add(ProjectCustomerOrder(event, *state));
  writer_.Put(*state);
  return absl::OkStatus();
}

absl::Status CustomersProjection::PassOver(const domain::OrderId& order, std::uint64_t revision) {
  absl::StatusOr<CustomerOrderState> state = LoadBefore(order, revision);
  if (!state.ok()) return state.status();
  state->order_id = order;
  state->revision = revision;
  writer_.Put(*state);
  return absl::OkStatus();
}

}  // namespace orders::application
