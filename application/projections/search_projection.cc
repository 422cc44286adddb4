#include "application/projections/search_projection.h"

#include <algorithm>
#include <optional>
#include <variant>

namespace orders::application {
namespace {

// True: what is searched has changed.
class SearchFold {
 public:
  explicit SearchFold(SearchOrderState& state) : state_(state) {}

  bool operator()(const domain::OrderCreated& event) {
    if (state_.is_created) return false;
    state_.is_created = true;
    state_.customer_id = event.customer_id;
    state_.note = event.note;
    state_.lines.reserve(event.lines.size());
    for (const domain::Line& line : event.lines) AddLine(line);
    return true;
  }
  bool operator()(const domain::ItemAdded& event) {
    const bool is_known = std::any_of(state_.lines.begin(), state_.lines.end(),
                                      [&](const auto& line) { return line.id == event.line.id; });
    if (!is_known) AddLine(event.line);
    return !is_known;
  }
  bool operator()(const domain::ItemRemoved& event) {
    return std::erase_if(state_.lines, [&](const auto& line) { return line.id == event.line_id; }) >
           0;
  }
  bool operator()(const domain::NoteSet& event) {
    const bool is_other = state_.note != event.note;
    state_.note = event.note;
    return is_other;
  }
  bool operator()(const domain::ItemsShipped& event) {
    if (event.tracking_code.empty()) return false;
    state_.tracking_codes.push_back(event.tracking_code);
    return true;
  }

  // Named one by one: a new event does not compile until somebody has decided what it means here.
  bool operator()(const domain::ItemQuantityChanged&) { return false; }
  bool operator()(const domain::ShippingAddressSet&) { return false; }
  bool operator()(const domain::BillingAddressSet&) { return false; }
  bool operator()(const domain::DiscountApplied&) { return false; }
  bool operator()(const domain::DiscountRemoved&) { return false; }
  bool operator()(const domain::ShippingFeeSet&) { return false; }
  bool operator()(const domain::TaxSet&) { return false; }
  bool operator()(const domain::OrderConfirmed&) { return false; }
  bool operator()(const domain::PaymentAuthorized&) { return false; }
  bool operator()(const domain::PaymentCaptured&) { return false; }
  bool operator()(const domain::PaymentFailed&) { return false; }
  bool operator()(const domain::PaymentRefunded&) { return false; }
  bool operator()(const domain::OrderHeld&) { return false; }
  bool operator()(const domain::HoldReleased&) { return false; }
  bool operator()(const domain::ShipmentDelivered&) { return false; }
  bool operator()(const domain::OrderCompleted&) { return false; }
  bool operator()(const domain::OrderCancelled&) { return false; }
  bool operator()(const domain::ItemsCancelled&) { return false; }
  bool operator()(const domain::ReturnRequested&) { return false; }
  bool operator()(const domain::ReturnReceived&) { return false; }

 private:
  void AddLine(const domain::Line& line) {
    state_.lines.push_back({.id = line.id, .sku = line.sku.value, .title = line.title});
  }

  SearchOrderState& state_;
};

}  // namespace

void ProjectSearchOrder(const RecordedOrderEvent& event, SearchOrderState& state) {
  if (event.revision == 0) {
    state.order_id = event.order_id;
    state.create_time = event.metadata.time;
    state.position = event.position.commit;
  }
  state.revision = event.revision;
  // What was never created does not exist: there is nothing to find.
  if (!state.is_created && !std::holds_alternative<domain::OrderCreated>(event.event)) return;
  if (std::visit(SearchFold(state), event.event)) state.text_revision = event.revision;
}

absl::Status SearchProjection::CheckIsNext(const domain::OrderId& order, std::uint64_t revision) {
  const absl::StatusOr<std::optional<std::uint64_t>> before =
      writer_.FindRevision(order, /*expect_new=*/revision == 0);
  return before.ok() ? CheckFollows(order, revision, *before) : before.status();
}

absl::Status SearchProjection::Apply(const RecordedOrderEvent& event) {
  if (absl::Status next = CheckIsNext(event.order_id, event.revision); !next.ok()) return next;
  writer_.Change(event.order_id,
                 [&](SearchOrderState& state) { ProjectSearchOrder(event, state); });
  return absl::OkStatus();
}

absl::Status SearchProjection::PassOver(const domain::OrderId& order, std::uint64_t revision) {
  if (absl::Status next = CheckIsNext(order, revision); !next.ok()) return next;
  writer_.Change(order, [&](SearchOrderState& state) {
    state.order_id = order;
    state.revision = revision;
  });
  return absl::OkStatus();
}

}  // namespace orders::application
