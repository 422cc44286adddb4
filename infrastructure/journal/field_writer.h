#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

#include "infrastructure/journal/event_fields.h"
#include "infrastructure/journal/hold_kind_names.h"
#include "infrastructure/journal/json_writer.h"

namespace orders::infrastructure {

/// Writes what Fields describes as members of one JSON object.
class FieldWriter {
 public:
  explicit FieldWriter(JsonWriter& json) : json_(json) {}

  template <typename T>
  void operator()(std::string_view name, const T& value) {
    json_.Key(name);
    Write(value);
  }
  template <typename T>
  void Optional(std::string_view name, const std::optional<T>& value) {
    if (value.has_value()) (*this)(name, *value);
  }
  void Optional(std::string_view name, const std::string& text) {
    if (!text.empty()) (*this)(name, text);
  }

 private:
  void Write(bool value) { json_.Bool(value); }
  void Write(std::int32_t value) { json_.Int(value); }
  void Write(std::int64_t value) { json_.Int(value); }
  void Write(const std::string& text) { json_.String(text); }
  void Write(absl::Time time) { json_.Time(time); }
  void Write(const domain::OrderId& id) { json_.String(id.value); }
  void Write(const domain::CustomerId& id) { json_.String(id.value); }
  void Write(const domain::Sku& sku) { json_.String(sku.value); }
  void Write(const domain::LineId& id) { json_.Int(id.value); }
  void Write(const domain::PaymentId& id) { json_.String(id.value); }
  void Write(const domain::RefundId& id) { json_.String(id.value); }
  void Write(const domain::ShipmentId& id) { json_.String(id.value); }
  void Write(const domain::ReturnId& id) { json_.String(id.value); }
  void Write(const domain::DiscountCode& code) { json_.String(code.value); }
  void Write(const domain::Currency& currency) { json_.String(currency.code()); }
  void Write(const domain::Amount& amount) { json_.Int(amount.minor); }
  void Write(const domain::Rate& rate) { json_.Int(rate.ppm); }
  void Write(domain::HoldKind kind) { json_.String(StoredName(kind)); }

  template <typename T>
  void Write(const std::vector<T>& items) {
    json_.BeginArray();
    for (const T& item : items) Write(item);
    json_.EndArray();
  }
  template <typename T>
  requires requires(FieldWriter& io, const T& value) { Fields(io, value); }
  void Write(const T& value) {
    json_.BeginObject();
    Fields(*this, value);
    json_.EndObject();
  }

  JsonWriter& json_;
};

}  // namespace orders::infrastructure
