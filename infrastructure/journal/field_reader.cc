#include "infrastructure/journal/field_reader.h"

#include <limits>

#include "domain/order/validation.h"
#include "infrastructure/journal/hold_kind_names.h"
#include "infrastructure/journal/stored_time.h"

namespace orders::infrastructure {
namespace {

constexpr std::int64_t kInt32Max = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kRateMax = 10'000'000;

}  // namespace

void FieldReader::Read(const Element& element, bool& out) {
  if (element.get(out) != simdjson::SUCCESS) error_ = ": must be true or false";
}

std::int64_t FieldReader::ReadInt(const Element& element, std::int64_t min, std::int64_t max) {
  std::int64_t value = 0;
  switch (element.get(value)) {
    case simdjson::SUCCESS:
      if (value >= min && value <= max) return value;
      error_ = ": is out of range";
      break;
    case simdjson::NUMBER_OUT_OF_RANGE:
      error_ = ": is out of range";
      break;
    default:
      error_ = ": must be a whole number";
  }
  return min;
}

void FieldReader::Read(const Element& element, std::int32_t& out) {
  out = static_cast<std::int32_t>(ReadInt(element, 0, kInt32Max));
}
void FieldReader::Read(const Element& element, std::int64_t& out) {
  out = ReadInt(element, 0, domain::kQuantityMax);
}
void FieldReader::Read(const Element& element, domain::LineId& out) {
  out.value = static_cast<std::int32_t>(ReadInt(element, 1, kInt32Max));
}
void FieldReader::Read(const Element& element, domain::Amount& out) {
  out.minor = ReadInt(element, -domain::kAmountMax.minor, domain::kAmountMax.minor);
}
void FieldReader::Read(const Element& element, domain::Rate& out) {
  out.ppm = static_cast<std::int32_t>(ReadInt(element, 0, kRateMax));
}

void FieldReader::Read(const Element& element, std::string& out) {
  std::string_view text;
  if (element.get(text) != simdjson::SUCCESS) {
    error_ = ": must be a string";
  } else {
    out = text;
  }
}

void FieldReader::Read(const Element& element, absl::Time& out) {
  std::string_view text;
  const std::optional<absl::Time> time =
      element.get(text) == simdjson::SUCCESS ? ParseStoredTime(text) : std::nullopt;
  if (time.has_value()) {
    out = *time;
  } else {
    error_ = ": must be a time in UTC with six decimals";
  }
}

void FieldReader::Read(const Element& element, domain::Currency& out) {
  std::string_view text;
  const std::optional<domain::Currency> currency =
      element.get(text) == simdjson::SUCCESS ? domain::Currency::Parse(text) : std::nullopt;
  if (currency.has_value()) {
    out = *currency;
  } else {
    error_ = ": must be a currency that is known";
  }
}

void FieldReader::Read(const Element& element, domain::HoldKind& out) {
  std::string_view text;
  const std::optional<domain::HoldKind> kind =
      element.get(text) == simdjson::SUCCESS ? ParseHoldKind(text) : std::nullopt;
  if (kind.has_value()) {
    out = *kind;
  } else {
    error_ = ": must be a kind of hold that is known";
  }
}

}  // namespace orders::infrastructure
