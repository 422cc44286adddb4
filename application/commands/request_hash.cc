#include "application/commands/request_hash.h"

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "absl/time/time.h"

namespace orders::application {
namespace {

using namespace domain;  // NOLINT: this file speaks of nearly every one of its names.

constexpr std::uint8_t kFormVersion = 1;

// Numbers have one width, texts and lists say their length, optionals whether they are there:
// read from the left, the bytes have one meaning only.
class Form {
 public:
  explicit Form(std::string& bytes) : bytes_(bytes) {}

  void Byte(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void Number(std::int64_t value) {
    auto rest = static_cast<std::uint64_t>(value);
    for (int i = 0; i < 8; ++i) {
      Byte(static_cast<std::uint8_t>(rest & 0xFF));
      rest >>= 8;
    }
  }
  void Text(std::string_view text) {
    Number(static_cast<std::int64_t>(text.size()));
    bytes_.append(text);
  }

  template <typename... Fields>
  void All(const Fields&... fields) {
    (Put(fields), ...);
  }

 private:
  void Put(bool value) { Byte(value ? 1 : 0); }
  void Put(std::int64_t value) { Number(value); }
  void Put(std::int32_t value) { Number(value); }
  void Put(HoldKind kind) { Number(static_cast<std::int64_t>(kind)); }
  void Put(const std::string& text) { Text(text); }
  void Put(const CustomerId& id) { Text(id.value); }
  void Put(const Sku& sku) { Text(sku.value); }
  void Put(const LineId& id) { Number(id.value); }
  void Put(const PaymentId& id) { Text(id.value); }
  void Put(const RefundId& id) { Text(id.value); }
  void Put(const ShipmentId& id) { Text(id.value); }
  void Put(const ReturnId& id) { Text(id.value); }
  void Put(const DiscountCode& code) { Text(code.value); }
  void Put(const Currency& currency) { Text(currency.code()); }
  void Put(const Rate& rate) { Number(rate.ppm); }
  void Put(absl::Time time) { Number(absl::ToUnixMicros(time)); }

  // Each names all members by a structured binding: one that is added does not compile until it
  // is given its place here.
  void Put(const Money& money) {
    const auto& [amount, currency] = money;
    Number(amount.minor);
    Put(currency);
  }
  void Put(const NewLine& line) {
    const auto& [sku, title, quantity, unit_price] = line;
    All(sku, title, quantity, unit_price);
  }
  void Put(const LineQuantity& item) {
    const auto& [line_id, quantity] = item;
    All(line_id, quantity);
  }
  void Put(const Address& address) {
    const auto& [name, line1, line2, city, region, postal_code, country] = address;
    All(name, line1, line2, city, region, postal_code, country);
  }
  template <typename T>
  void Put(const std::optional<T>& value) {
    Byte(value.has_value() ? 1 : 0);
    if (value.has_value()) Put(*value);
  }
  template <typename T>
  void Put(const std::vector<T>& items) {
    Number(static_cast<std::int64_t>(items.size()));
    for (const T& item : items) Put(item);
  }

  std::string& bytes_;
};

// One for each command, without a catch-all: a command without its own does not compile, and the
// bindings do the same for a field. The order of fields here is the form's; keep it.
void Describe(const CreateOrder& command, Form& form) {
  const auto& [customer_id, currency, lines, shipping_address, billing_address, note] = command;
  form.All(customer_id, currency, lines, shipping_address, billing_address, note);
}
void Describe(const AddItem& command, Form& form) {
  const auto& [line] = command;
  form.All(line);
}
void Describe(const ChangeItemQuantity& command, Form& form) {
  const auto& [line_id, quantity] = command;
  form.All(line_id, quantity);
}
void Describe(const RemoveItem& command, Form& form) {
  const auto& [line_id] = command;
  form.All(line_id);
}
void Describe(const SetShippingAddress& command, Form& form) {
  const auto& [address] = command;
  form.All(address);
}
void Describe(const SetBillingAddress& command, Form& form) {
  const auto& [address] = command;
  form.All(address);
}
void Describe(const SetNote& command, Form& form) {
  const auto& [note] = command;
  form.All(note);
}
void Describe(const ApplyDiscount& command, Form& form) {
  const auto& [code, rate, amount] = command;
  form.All(code, rate, amount);
}
void Describe(const RemoveDiscount& command, Form& form) {
  const auto& [code] = command;
  form.All(code);
}
void Describe(const SetShippingFee& command, Form& form) {
  const auto& [fee] = command;
  form.All(fee);
}
void Describe(const SetTax& command, Form& form) {
  const auto& [rate, amount] = command;
  form.All(rate, amount);
}
void Describe(const ConfirmOrder& command, Form&) {
  static_assert(std::is_empty_v<std::decay_t<decltype(command)>>);
}
void Describe(const AuthorizePayment& command, Form& form) {
  const auto& [payment_id, amount, occurred_at, now] = command;
  form.All(payment_id, amount, occurred_at);
}
void Describe(const CapturePayment& command, Form& form) {
  const auto& [payment_id, amount, occurred_at, now] = command;
  form.All(payment_id, amount, occurred_at);
}
void Describe(const RecordPaymentFailure& command, Form& form) {
  const auto& [payment_id, reason, occurred_at, now] = command;
  form.All(payment_id, reason, occurred_at);
}
void Describe(const RefundPayment& command, Form& form) {
  const auto& [refund_id, payment_id, amount, reason, occurred_at, now] = command;
  form.All(refund_id, payment_id, amount, reason, occurred_at);
}
void Describe(const PlaceHold& command, Form& form) {
  const auto& [kind, reason] = command;
  form.All(kind, reason);
}
void Describe(const ReleaseHold& command, Form& form) {
  const auto& [kind] = command;
  form.All(kind);
}
void Describe(const ShipItems& command, Form& form) {
  const auto& [shipment_id, all_remaining, items, carrier, tracking_code, occurred_at, now] =
      command;
  form.All(shipment_id, all_remaining, items, carrier, tracking_code, occurred_at);
}
void Describe(const RecordDelivery& command, Form& form) {
  const auto& [shipment_id, occurred_at, now] = command;
  form.All(shipment_id, occurred_at);
}
void Describe(const CancelOrder& command, Form& form) {
  const auto& [reason] = command;
  form.All(reason);
}
void Describe(const CancelItems& command, Form& form) {
  const auto& [items, reason] = command;
  form.All(items, reason);
}
void Describe(const RequestReturn& command, Form& form) {
  const auto& [return_id, items, reason] = command;
  form.All(return_id, items, reason);
}
void Describe(const ReceiveReturn& command, Form& form) {
  const auto& [return_id, items, occurred_at, now] = command;
  form.All(return_id, items, occurred_at);
}

}  // namespace

std::string CanonicalForm(const OrderCommand& command) {
  std::string bytes;
  bytes.reserve(512);
  Form form(bytes);
  form.Byte(kFormVersion);
  form.Text(CommandName(command));
  std::visit([&form](const auto& one) { Describe(one, form); }, command);
  return bytes;
}

std::string RequestHash(const OrderCommand& command, const Digest& digest) {
  return ToHex(digest.Hash(CanonicalForm(command)));
}

std::string ToHex(const Sha256& hash) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex(hash.size() * 2, '0');
  for (std::size_t i = 0; i < hash.size(); ++i) {
    hex[2 * i] = kDigits[hash[i] >> 4];
    hex[2 * i + 1] = kDigits[hash[i] & 0xF];
  }
  return hex;
}

}  // namespace orders::application
