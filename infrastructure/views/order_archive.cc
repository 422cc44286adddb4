#include "infrastructure/views/order_archive.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace orders::infrastructure {
namespace {

using application::OrderView;

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kChecksumBytes = 4;
constexpr std::size_t kBytesGuess = 512;

// Each step is a bijection of the hash, so that one changed word always changes the end.
std::uint32_t Checksum(std::string_view bytes) {
  constexpr std::uint64_t kFactor = 0x9E37'79B9'7F4A'7C15U;
  std::uint64_t hash = bytes.size() * kFactor;
  while (!bytes.empty()) {
    std::uint64_t word = 0;
    const std::size_t size = bytes.size() < sizeof(word) ? bytes.size() : sizeof(word);
    std::memcpy(&word, bytes.data(), size);
    bytes.remove_prefix(size);
    hash = (hash ^ word) * kFactor;
    hash ^= hash >> 29;
  }
  return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

// Writes into a string's own memory, a byte at a time without asking it each time.
class Packer {
 public:
  explicit Packer(std::string& out) : out_(out) {
    out_.resize(std::max(out_.capacity(), kBytesGuess));
  }

  void Number(std::uint64_t value) {
    Reserve(kNumberBytesMax);
    while (value >= 0x80) {
      out_[size_++] = static_cast<char>(value | 0x80);
      value >>= 7;
    }
    out_[size_++] = static_cast<char>(value);
  }
  // Small negative numbers stay short.
  void Signed(std::int64_t value) {
    Number((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }
  void Text(std::string_view value) {
    Number(value.size());
    Append(value);
  }
  void Seal() {
    const std::uint32_t checksum = Checksum(std::string_view(out_).substr(0, size_));
    Append({reinterpret_cast<const char*>(&checksum), kChecksumBytes});
    out_.resize(size_);
  }

  // What the field list calls; the same names as the Unpacker's.
  void operator()(std::uint64_t& value) { Number(value); }
  void operator()(std::int64_t& value) { Signed(value); }
  void operator()(std::int32_t& value) { Signed(value); }
  void operator()(bool& value) { Number(value ? 1 : 0); }
  void operator()(std::string& value) { Text(value); }
  void operator()(absl::Time& value) { Signed(absl::ToUnixMicros(value)); }
  void operator()(domain::Currency& value) { Text(value.code()); }
  template <typename Enum>
  void Choice(Enum& value, Enum /*last*/) {
    Number(static_cast<std::uint64_t>(value));
  }
  template <typename Value, typename Each>
  void Optional(std::optional<Value>& value, Each each) {
    Number(value.has_value() ? 1 : 0);
    if (value.has_value()) each(*value);
  }
  template <typename Value, typename Each>
  void Repeated(std::vector<Value>& values, Each each) {
    Number(values.size());
    for (Value& value : values) each(value);
  }

 private:
  static constexpr std::size_t kNumberBytesMax = 10;

  void Reserve(std::size_t bytes) {
    if (out_.size() - size_ < bytes) out_.resize(2 * out_.size() + bytes);
  }
  void Append(std::string_view bytes) {
    Reserve(bytes.size());
    std::memcpy(out_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }

  std::string& out_;
  std::size_t size_ = 0;
};

// After a read beyond the end, or of what no Packer makes, all that follows is empty and ok()
// false.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : bytes_(bytes) {}
  bool AtEnd() const { return ok_ && bytes_.empty(); }

  std::uint64_t Number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (bytes_.empty()) return Fail();
      const auto byte = static_cast<std::uint8_t>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
    return Fail();
  }
  std::int64_t Signed() {
    const std::uint64_t value = Number();
    return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
  }
  std::string_view Text() {
    const std::uint64_t size = Number();
    if (size > bytes_.size()) Fail();
    const std::string_view text = bytes_.substr(0, ok_ ? size : 0);
    bytes_.remove_prefix(text.size());
    return text;
  }

  void operator()(std::uint64_t& value) { value = Number(); }
  void operator()(std::int64_t& value) { value = Signed(); }
  void operator()(std::int32_t& value) {
    const std::int64_t wide = Signed();
    value = static_cast<std::int32_t>(wide);
    if (value != wide) Fail();
  }
  void operator()(bool& value) { value = Number() != 0; }
  void operator()(std::string& value) { value = Text(); }
  void operator()(absl::Time& value) { value = absl::FromUnixMicros(Signed()); }
  void operator()(domain::Currency& value) {
    const std::string_view code = Text();
    if (code.empty()) return;
    const std::optional<domain::Currency> currency = domain::Currency::Parse(code);
    if (currency.has_value()) {
      value = *currency;
    } else {
      Fail();
    }
  }
  template <typename Enum>
  void Choice(Enum& value, Enum last) {
    const std::uint64_t number = Number();
    if (number > static_cast<std::uint64_t>(last)) Fail();
    value = ok_ ? static_cast<Enum>(number) : Enum{};
  }
  template <typename Value, typename Each>
  void Optional(std::optional<Value>& value, Each each) {
    if (Number() == 0) return;
    each(value.emplace());
  }
  template <typename Value, typename Each>
  void Repeated(std::vector<Value>& values, Each each) {
    const std::uint64_t size = Number();
    // Every element takes a byte at least: a damaged count allocates no more than the row's size.
    if (size > bytes_.size()) Fail();
    if (!ok_) return;
    values.reserve(size);
    for (std::uint64_t i = 0; i < size && ok_; ++i) each(values.emplace_back());
  }

 private:
  std::uint64_t Fail() {
    ok_ = false;
    bytes_ = {};
    return 0;
  }

  std::string_view bytes_;
  bool ok_ = true;
};

// The one list of fields, for both directions: a field added here is written and read.
template <typename Archive>
class OrderFields {
 public:
  explicit OrderFields(Archive& archive) : a(archive) {}

  void Each(OrderView& view) {
    Each(view.order);
    a(view.revision);
    a(view.position.commit);
    a(view.position.prepare);
    a(view.create_time);
    a(view.update_time);
  }

 private:
  template <typename Value>
  void Optional(std::optional<Value>& value) {
    a.Optional(value, [this](Value& one) { Each(one); });
  }
  template <typename Value>
  void Repeated(std::vector<Value>& values) {
    a.Repeated(values, [this](Value& one) { Each(one); });
  }

  void Each(domain::Order& order) {
    a(order.id.value);
    a.Choice(order.status, domain::OrderStatus::kCancelled);
    a(order.customer_id.value);
    a(order.currency);
    Repeated(order.lines);
    a(order.next_line);
    Optional(order.shipping_address);
    Optional(order.billing_address);
    a(order.note);
    Repeated(order.discounts);
    Each(order.shipping_fee);
    Each(order.tax);
    Each(order.totals);
    Repeated(order.payments);
    a(order.last_payment_failed);
    Repeated(order.refunds);
    Repeated(order.holds);
    Repeated(order.shipments);
    Repeated(order.returns);
    Each(order.captured);
    Each(order.refunded);
    Each(order.removed);
    a(order.cancel_reason);
  }
  void Each(domain::OrderLine& line) {
    a(line.line.id.value);
    a(line.line.sku.value);
    a(line.line.title);
    a(line.line.quantity);
    Each(line.line.unit_price);
    a(line.shipped);
    a(line.delivered);
    a(line.cancelled);
    a(line.return_open);
    a(line.returned);
    Each(line.totals);
    Each(line.removed);
  }
  void Each(domain::Payment& payment) {
    a(payment.id.value);
    a.Choice(payment.state, domain::PaymentState::kFailed);
    Each(payment.authorized);
    Each(payment.captured);
    Each(payment.refunded);
    a(payment.failure_reason);
    Optional(payment.authorized_at);
    Optional(payment.captured_at);
    Optional(payment.failed_at);
  }
  void Each(domain::Refund& refund) {
    a(refund.id.value);
    a(refund.payment_id.value);
    Each(refund.amount);
    a(refund.reason);
    Optional(refund.occurred_at);
  }
  void Each(domain::Hold& hold) {
    a.Choice(hold.kind, domain::HoldKind::kManual);
    a(hold.reason);
  }
  void Each(domain::Shipment& shipment) {
    a(shipment.id.value);
    a(shipment.all_remaining);
    Repeated(shipment.items);
    a(shipment.carrier);
    a(shipment.tracking_code);
    Optional(shipment.shipped_at);
    a(shipment.delivered);
    Optional(shipment.delivered_at);
  }
  void Each(domain::Return& returned) {
    a(returned.id.value);
    Repeated(returned.requested);
    a(returned.reason);
    a(returned.received);
    Repeated(returned.received_items);
    Optional(returned.received_at);
  }
  void Each(domain::Address& address) {
    a(address.name);
    a(address.line1);
    a(address.line2);
    a(address.city);
    a(address.region);
    a(address.postal_code);
    a(address.country);
  }
  void Each(domain::Discount& discount) {
    a(discount.code.value);
    Each(discount.value);
  }
  void Each(domain::RateOrAmount& value) {
    Optional(value.rate);
    Each(value.amount);
  }
  void Each(domain::Totals& totals) {
    Each(totals.goods);
    Each(totals.discount);
    Each(totals.tax);
    Each(totals.shipping);
    Each(totals.total);
  }
  void Each(domain::LineQuantity& item) {
    a(item.line_id.value);
    a(item.quantity);
  }
  void Each(domain::LineValue& item) {
    a(item.line_id.value);
    a(item.quantity);
    Each(item.value);
  }
  void Each(domain::Rate& rate) { a(rate.ppm); }
  void Each(domain::Amount& amount) { a(amount.minor); }
  void Each(absl::Time& time) { a(time); }

  Archive& a;
};

}  // namespace

std::string PackOrder(const OrderView& view) {
  std::string bytes;
  PackOrder(view, bytes);
  return bytes;
}

void PackOrder(const OrderView& view, std::string& out) {
  Packer packer(out);
  packer.Number(kVersion);
  // The list of fields serves reading too; a Packer changes nothing.
  OrderFields<Packer>(packer).Each(const_cast<OrderView&>(view));
  packer.Seal();
}

absl::StatusOr<OrderView> UnpackOrder(std::string_view bytes) {
  if (bytes.size() < kChecksumBytes) return absl::DataLossError("an order's row is cut short");
  const std::string_view body = bytes.substr(0, bytes.size() - kChecksumBytes);
  std::uint32_t checksum = 0;
  std::memcpy(&checksum, bytes.data() + body.size(), kChecksumBytes);
  if (checksum != Checksum(body)) return absl::DataLossError("an order's row is damaged");

  Unpacker unpacker(body);
  if (unpacker.Number() != kVersion) {
    return absl::DataLossError("an order's row has a version that is not known");
  }
  OrderView view;
  OrderFields<Unpacker>(unpacker).Each(view);
  if (!unpacker.AtEnd()) return absl::DataLossError("an order's row does not fit its form");
  return view;
}

}  // namespace orders::infrastructure
