#include "infrastructure/journal/hold_kind_names.h"

#include <array>

namespace orders::infrastructure {
namespace {

using domain::HoldKind;

constexpr std::array kKinds = {HoldKind::kFraud, HoldKind::kAddress, HoldKind::kStock,
                               HoldKind::kPayment, HoldKind::kManual};

}  // namespace

std::string_view StoredName(HoldKind kind) {
  switch (kind) {
    case HoldKind::kFraud:
      return "FRAUD";
    case HoldKind::kAddress:
      return "ADDRESS";
    case HoldKind::kStock:
      return "STOCK";
    case HoldKind::kPayment:
      return "PAYMENT";
    case HoldKind::kManual:
      return "MANUAL";
  }
  return "MANUAL";
}

std::optional<HoldKind> ParseHoldKind(std::string_view name) {
  for (const HoldKind kind : kKinds) {
    if (StoredName(kind) == name) return kind;
  }
  return std::nullopt;
}

}  // namespace orders::infrastructure
