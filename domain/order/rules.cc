#include "domain/order/rules.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"

#include "domain/order/absl_view.h"
#include "domain/order/validation.h"

namespace orders::domain {
namespace {

std::string StatusText(const Order& order) {
  return absl::AsciiStrToLower(
      absl::StrReplaceAll(View(OrderStatusName(order.status)), {{"_", " "}}));
}

// Value of all units cancelled or returned when they are `units`.
Amount RemovedValue(const OrderLine& line, std::int64_t units) {
  if (line.line.quantity <= 0) return Amount{};
  return Share(line.totals.total, std::clamp<std::int64_t>(units, 0, line.line.quantity),
               line.line.quantity);
}

}  // namespace

absl::Status CheckExists(const Order& order) {
  if (order.status != OrderStatus::kNone) return absl::OkStatus();
  return Refuse(Reason::kOrderNotFound, "no such order");
}

absl::Status CheckRunning(const Order& order) {
  if (absl::Status status = CheckExists(order); !status.ok()) return status;
  if (!IsEnded(order)) return absl::OkStatus();
  return Refuse(Reason::kOrderEnded, absl::StrCat("the order is ", StatusText(order)));
}

absl::Status CheckDraft(const Order& order) {
  if (absl::Status status = CheckRunning(order); !status.ok()) return status;
  if (order.status == OrderStatus::kDraft) return absl::OkStatus();
  return Refuse(Reason::kNotDraft,
                absl::StrCat("the order is ", StatusText(order), ", no longer a draft"));
}

absl::Status CheckPlaced(const Order& order, std::string_view advice) {
  if (absl::Status status = CheckRunning(order); !status.ok()) return status;
  if (order.status != OrderStatus::kDraft) return absl::OkStatus();
  return Refuse(Reason::kNotConfirmed, absl::StrCat("the order is a draft: ", View(advice)));
}

absl::Status CheckNoHold(const Order& order, std::string_view what) {
  if (order.holds.empty()) return absl::OkStatus();
  std::string kinds;
  for (const Hold& hold : order.holds) {
    absl::StrAppend(&kinds, kinds.empty() ? "" : ", ", View(HoldKindName(hold.kind)));
  }
  return Refuse(Reason::kOrderOnHold,
                absl::StrCat(View(what), " waits for the release of: ", kinds));
}

absl::Status CheckCurrency(const Money& money, const Currency& currency) {
  if (money.currency.IsNone() || money.currency == currency) return absl::OkStatus();
  return Refuse(Reason::kCurrencyMismatch,
                absl::StrCat("the order is in ", View(currency.code()), ", the amount in ",
                             View(money.currency.code())));
}

absl::Status CheckTime(const BusinessTime& occurred_at, absl::Time now) {
  if (!occurred_at.has_value() || *occurred_at <= now + kTimeAheadMax) return absl::OkStatus();
  return Refuse(Reason::kTimeInFuture,
                absl::StrCat("stated as ", absl::FormatTime(*occurred_at, absl::UTCTimeZone()),
                             " while it is ", absl::FormatTime(now, absl::UTCTimeZone())));
}

absl::Status CheckRoom(std::size_t count, std::string_view what) {
  if (count < std::size_t{kEntriesMax}) return absl::OkStatus();
  return Refuse(Reason::kTooManyEntries, absl::StrCat("the order has ", count, " ", View(what),
                                                      ", the most are ", kEntriesMax));
}

BusinessTime Micros(const BusinessTime& time) {
  if (!time.has_value()) return std::nullopt;
  return TruncateToMicros(*time);
}

const OrderLine* FindLine(const Order& order, LineId id) {
  const auto found = std::find_if(order.lines.begin(), order.lines.end(),
                                  [&](const OrderLine& line) { return line.line.id == id; });
  return found == order.lines.end() ? nullptr : &*found;
}

std::vector<LineQuantity> Sorted(std::vector<LineQuantity> items) {
  std::stable_sort(items.begin(), items.end(), [](const LineQuantity& a, const LineQuantity& b) {
    return a.line_id < b.line_id;
  });
  return items;
}

std::vector<LineValue> Valued(const Order& order, const std::vector<LineQuantity>& items) {
  std::vector<LineValue> valued;
  valued.reserve(items.size());
  for (const LineQuantity& item : items) {
    const OrderLine* line = FindLine(order, item.line_id);
    if (line == nullptr) continue;
    const std::int64_t before = line->cancelled + line->returned;
    valued.push_back({item.line_id, item.quantity,
                      Amount{RemovedValue(*line, before + item.quantity).minor -
                             RemovedValue(*line, before).minor}});
  }
  return valued;
}

bool IsFulfilled(const Order& order) {
  return !order.shipments.empty() &&
         std::all_of(order.lines.begin(), order.lines.end(), [](const OrderLine& line) {
           return line.delivered + line.cancelled >= line.line.quantity;
         });
}

}  // namespace orders::domain
