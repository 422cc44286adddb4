#include "tests/support/order_histories.h"

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"

#include "domain/order/decider.h"

namespace orders::testing_support {

using domain::OrderCommand;

domain::NewLine OrderHistories::RandomLine() {
  return {.sku = {absl::StrCat("sku-", Upto(skus_ - 1))},
          .title = absl::StrCat("thing ", Upto(9)),
          .quantity = 1 + Upto(4),
          .unit_price = {.amount = {100 * Upto(50)}}};
}

domain::Address OrderHistories::RandomAddress() {
  return {.name = absl::StrCat("Person ", Upto(99)),
          .line1 = "Main Street 1",
          .city = "Ürümqi",
          .postal_code = "12345",
          .country = "DE"};
}

OrderCommand OrderHistories::RandomCreate() {
  constexpr std::array<const char*, 3> kCurrencies{"EUR", "JPY", "KWD"};
  domain::CreateOrder create{
      .customer_id = {absl::StrCat("customer-", Upto(customers_ - 1))},
      .currency = *domain::Currency::Parse(kCurrencies[static_cast<std::size_t>(Upto(2))])};
  for (std::int64_t i = Upto(2); i > 0; --i) create.lines.push_back(RandomLine());
  if (Chance(80)) create.shipping_address = RandomAddress();
  return create;
}

OrderCommand OrderHistories::RandomCommand(const domain::Order& order) {
  const absl::Time now = absl::FromUnixMicros(static_cast<std::int64_t>(clock_micros_));
  const std::string fresh = absl::StrCat("x", ++made_);
  const auto line = [&]() -> domain::LineId {
    if (order.lines.empty()) return {1};
    return order
        .lines[static_cast<std::size_t>(Upto(static_cast<std::int64_t>(order.lines.size()) - 1))]
        .line.id;
  };
  if (order.status == domain::OrderStatus::kDraft) {
    switch (Upto(9)) {
      case 0:
        return domain::AddItem{RandomLine()};
      case 1:
        return domain::ChangeItemQuantity{line(), 1 + Upto(5)};
      case 2:
        return domain::RemoveItem{line()};
      case 3:
        return domain::ApplyDiscount{.code = {fresh}, .rate = domain::Rate{100'000}};
      case 4:
        return domain::SetShippingFee{{.amount = {490}}};
      case 5:
        return domain::SetTax{.rate = domain::Rate{190'000}};
      case 6:
        return domain::SetShippingAddress{RandomAddress()};
      case 7:
        if (Chance(20)) return domain::CancelOrder{"changed my mind"};
        return domain::SetNote{fresh};
      default:
        return domain::ConfirmOrder{};
    }
  }
  const domain::Ledger ledger = domain::LedgerOf(order);
  switch (Upto(11)) {
    case 0:
      return domain::AuthorizePayment{.payment_id = {fresh}, .amount = {ledger.open}, .now = now};
    case 1:
    case 2:
    case 3:
      return domain::CapturePayment{
          .payment_id = {fresh},
          .amount = {{Chance(70) ? ledger.open.minor : ledger.open.minor / 2}},
          .now = now};
    case 4:
      return domain::RecordPaymentFailure{.payment_id = {fresh}, .reason = "card", .now = now};
    case 5:
      if (order.payments.empty()) return domain::SetNote{fresh};
      return domain::RefundPayment{.refund_id = {fresh},
                                   .payment_id = order.payments.front().id,
                                   .amount = {ledger.refund_due},
                                   .reason = "returned",
                                   .now = now};
    case 6:
      if (Chance(70)) return domain::ReleaseHold{domain::HoldKind::kFraud};
      return domain::PlaceHold{domain::HoldKind::kFraud, "looks odd"};
    case 7:
      return domain::ShipItems{.shipment_id = {fresh},
                               .all_remaining = true,
                               .carrier = "DHL",
                               .tracking_code = fresh,
                               .now = now};
    case 8:
      return domain::ShipItems{
          .shipment_id = {fresh}, .items = {{line(), 1}}, .carrier = "DHL", .now = now};
    case 9:
      if (order.shipments.empty()) return domain::ReleaseHold{domain::HoldKind::kFraud};
      return domain::RecordDelivery{
          .shipment_id = order
                             .shipments[static_cast<std::size_t>(
                                 Upto(static_cast<std::int64_t>(order.shipments.size()) - 1))]
                             .id,
          .now = now};
    case 10:
      if (Chance(50)) return domain::CancelItems{{{line(), 1}}, "not needed"};
      if (Chance(30)) return domain::CancelOrder{"too late"};
      return domain::RequestReturn{{fresh}, {{line(), 1}}, "broken"};
    default:
      if (order.returns.empty()) return domain::RequestReturn{{fresh}, {{line(), 1}}, "broken"};
      return domain::ReceiveReturn{.return_id = order.returns.back().id, .now = now};
  }
}

std::vector<application::RecordedOrderEvent> OrderHistories::Next(std::size_t count) {
  std::vector<application::RecordedOrderEvent> events;
  while (events.size() < count) {
    clock_micros_ += static_cast<std::uint64_t>(Upto(2'000));
    std::string id;
    OrderCommand command;
    if (open_.empty() || Chance(12)) {
      // Ids do not sort as they are made.
      id = absl::StrCat("o", random_() % 1'000'000'007, "-", ++made_);
      command = RandomCreate();
      open_.push_back(id);
    } else {
      id = open_[static_cast<std::size_t>(Upto(static_cast<std::int64_t>(open_.size()) - 1))];
      command = RandomCommand(orders_[id]);
    }
    domain::Order& order = orders_[id];
    const absl::StatusOr<domain::OrderEvents> decided = domain::Decide({id}, command, order);
    if (!decided.ok()) continue;
    for (const domain::OrderEvent& event : *decided) {
      domain::Apply(event, order);
      const auto known = revisions_.find(id);
      const std::uint64_t revision = known == revisions_.end() ? 0 : known->second + 1;
      revisions_[id] = revision;
      events.push_back(
          {.order_id = {id},
           .revision = revision,
           .event = event,
           .metadata = {.actor = "tester",
                        .command = std::string(domain::CommandName(command)),
                        .time = absl::FromUnixMicros(static_cast<std::int64_t>(clock_micros_))}});
    }
  }
  return events;
}

}  // namespace orders::testing_support
