#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "domain/order/order.h"

namespace orders::application {

/// What somebody has to do about an order. An order may be on several lists, or on none.
enum class WorkList {
  kToConfirm,      ///< A draft that has what ConfirmOrder asks for: a line and a shipping address.
  kToShip,         ///< Placed, paid in full, without a hold, and units are left to ship.
  kPaymentFailed,  ///< Placed, money is open, and the last try to get it failed.
  kRefundDue,      ///< More was captured than is due: placed, completed or cancelled.
  kHeld,           ///< Not ended, and a hold is on it.
};
inline constexpr std::array kWorkLists{WorkList::kToConfirm, WorkList::kToShip,
                                       WorkList::kPaymentFailed, WorkList::kRefundDue,
                                       WorkList::kHeld};

/// "TO_CONFIRM": as in a list's filter.
std::string_view WorkListName(WorkList list);

/// The list's bit in WorkOf.
constexpr std::uint32_t WorkBit(WorkList list) { return 1U << static_cast<unsigned>(list); }

/// The bits of the lists that the order is on.
std::uint32_t WorkOf(const domain::Order& order);

}  // namespace orders::application
