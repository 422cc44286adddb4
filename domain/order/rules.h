#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

#include "domain/order/commands.h"
#include "domain/order/order.h"
#include "domain/order/refusals.h"

namespace orders::domain {

// What several decisions ask. Internal to domain/order. Each Check is Ok or the refusal.

absl::Status CheckExists(const Order& order);
/// Exists, has not ended.
absl::Status CheckRunning(const Order& order);
/// Exists, has not ended, is not confirmed.
absl::Status CheckDraft(const Order& order);
/// Exists, has not ended, is confirmed. `advice` ends the refusal of a draft.
absl::Status CheckPlaced(const Order& order, std::string_view advice = "confirm it first");
absl::Status CheckNoHold(const Order& order, std::string_view what);
/// A caller's amount is in the order's currency; with none given it is.
absl::Status CheckCurrency(const Money& money, const Currency& currency);
absl::Status CheckTime(const BusinessTime& occurred_at, absl::Time now);
/// `count` entries leave room for one more; `what` names them.
absl::Status CheckRoom(std::size_t count, std::string_view what);

/// As events keep it: in microseconds.
BusinessTime Micros(const BusinessTime& time);

const OrderLine* FindLine(const Order& order, LineId id);
/// The same units in the order of their lines, so that two askings can be compared.
std::vector<LineQuantity> Sorted(std::vector<LineQuantity> items);

/// The items with their value: what removing them adds to the value removed from their lines, so
/// that the last unit of a line takes the rest. Each line is in the order, and once in `items`.
std::vector<LineValue> Valued(const Order& order, const std::vector<LineQuantity>& items);

/// Each line is delivered or cancelled, and at least one unit was shipped.
bool IsFulfilled(const Order& order);

template <typename Entry, typename Id>
const Entry* FindEntry(const std::vector<Entry>& entries, const Id& id) {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return entry.id == id; });
  return found == entries.end() ? nullptr : &*found;
}

}  // namespace orders::domain
