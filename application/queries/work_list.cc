#include "application/queries/work_list.h"

#include <algorithm>

namespace orders::application {
namespace {

bool IsOn(WorkList list, const domain::Order& order) {
  const bool is_placed = order.status == domain::OrderStatus::kConfirmed ||
                         order.status == domain::OrderStatus::kInFulfilment;
  const domain::Ledger ledger = domain::LedgerOf(order);
  switch (list) {
    case WorkList::kToConfirm:
      return order.status == domain::OrderStatus::kDraft && !order.lines.empty() &&
             order.shipping_address.has_value();
    case WorkList::kToShip:
      return is_placed && ledger.open.minor == 0 && order.holds.empty() &&
             std::any_of(order.lines.begin(), order.lines.end(),
                         [](const auto& line) { return domain::Unshipped(line) > 0; });
    case WorkList::kPaymentFailed:
      return is_placed && ledger.open.minor > 0 && order.last_payment_failed;
    case WorkList::kRefundDue:
      return ledger.refund_due.minor > 0;
    case WorkList::kHeld:
      return !domain::IsEnded(order) && !order.holds.empty();
  }
  return false;
}

}  // namespace

std::string_view WorkListName(WorkList list) {
  switch (list) {
    case WorkList::kToConfirm:
      return "TO_CONFIRM";
    case WorkList::kToShip:
      return "TO_SHIP";
    case WorkList::kPaymentFailed:
      return "PAYMENT_FAILED";
    case WorkList::kRefundDue:
      return "REFUND_DUE";
    case WorkList::kHeld:
      return "HELD";
  }
  return "";
}

std::uint32_t WorkOf(const domain::Order& order) {
  std::uint32_t bits = 0;
  for (const WorkList list : kWorkLists) {
    if (IsOn(list, order)) bits |= WorkBit(list);
  }
  return bits;
}

}  // namespace orders::application
