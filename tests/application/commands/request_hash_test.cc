#include "application/commands/request_hash.h"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "infrastructure/runtime/openssl_digest.h"
#include "tests/support/commands_for_tests.h"

namespace orders::application {
namespace {

using namespace domain;  // NOLINT
using testing_support::Eur;
using testing_support::SomeAddress;
using testing_support::SomeCart;
using testing_support::SomeLine;

const absl::Time kTime = absl::FromUnixMicros(1'700'000'000'000'001);

/// Every single-field change of a base command, and the base itself.
template <typename Command>
std::vector<OrderCommand> Variants(const Command& base,
                                   std::vector<std::function<void(Command&)>> changes) {
  std::vector<OrderCommand> variants{base};
  for (const auto& change : changes) {
    Command changed = base;
    change(changed);
    variants.emplace_back(changed);
  }
  return variants;
}

std::vector<OrderCommand> AllVariants() {
  std::vector<OrderCommand> all;
  const auto add = [&all](std::vector<OrderCommand> more) {
    all.insert(all.end(), more.begin(), more.end());
  };
  using Address_ = std::function<void(Address&)>;
  const std::vector<Address_> address_changes = {
      [](Address& a) { a.name += "x"; },        [](Address& a) { a.line1 += "x"; },
      [](Address& a) { a.line2 += "x"; },       [](Address& a) { a.city += "x"; },
      [](Address& a) { a.region += "x"; },      [](Address& a) { a.postal_code += "x"; },
      [](Address& a) { a.country = "FR"; },     [](Address& a) { std::swap(a.line1, a.line2); },
      [](Address& a) { a.name.swap(a.region); }};
  using Line_ = std::function<void(NewLine&)>;
  const std::vector<Line_> line_changes = {[](NewLine& l) { l.sku.value += "x"; },
                                           [](NewLine& l) { l.title += "x"; },
                                           [](NewLine& l) { ++l.quantity; },
                                           [](NewLine& l) { ++l.unit_price.amount.minor; },
                                           [](NewLine& l) { l.unit_price.currency = {}; },
                                           [](NewLine& l) {  // The same bytes, cut elsewhere.
                                             l.title = l.sku.value.back() + l.title;
                                             l.sku.value.pop_back();
                                           }};

  add(Variants<CreateOrder>(
      SomeCart(), {[](CreateOrder& c) { c.customer_id.value += "x"; },
                   [](CreateOrder& c) { c.currency = *Currency::Parse("USD"); },
                   [](CreateOrder& c) { c.lines.pop_back(); }, [](CreateOrder& c) { c.lines = {}; },
                   [](CreateOrder& c) { std::swap(c.lines[0], c.lines[1]); },
                   [](CreateOrder& c) { c.shipping_address.reset(); },
                   [](CreateOrder& c) { std::swap(c.shipping_address, c.billing_address); },
                   [](CreateOrder& c) { c.billing_address = c.shipping_address; },
                   [](CreateOrder& c) { c.shipping_address = Address{}; },
                   [](CreateOrder& c) { c.note = "x"; }}));
  for (const Line_& change : line_changes) {
    CreateOrder cart = SomeCart();
    change(cart.lines[1]);
    all.emplace_back(cart);
  }
  std::vector<std::function<void(AddItem&)>> item_changes;
  for (const Line_& change : line_changes) {
    item_changes.emplace_back([change](AddItem& c) { change(c.line); });
  }
  add(Variants<AddItem>({SomeLine()}, item_changes));
  add(Variants<ChangeItemQuantity>(
      {{1}, 2}, {[](auto& c) { c.line_id.value = 2; }, [](auto& c) { c.quantity = 1; }}));
  add(Variants<RemoveItem>({{1}}, {[](auto& c) { c.line_id.value = 2; }}));
  std::vector<std::function<void(SetShippingAddress&)>> shipping_changes;
  std::vector<std::function<void(SetBillingAddress&)>> billing_changes;
  for (const Address_& change : address_changes) {
    shipping_changes.emplace_back([change](auto& c) { change(c.address); });
    billing_changes.emplace_back([change](auto& c) { change(c.address); });
  }
  add(Variants<SetShippingAddress>({SomeAddress()}, shipping_changes));
  add(Variants<SetBillingAddress>({SomeAddress()}, billing_changes));
  add(Variants<SetNote>({"a"}, {[](auto& c) { c.note = ""; }, [](auto& c) { c.note = "b"; }}));
  const Money money{{5}, Eur()};
  add(Variants<ApplyDiscount>(
      {.code = {"A"}, .rate = Rate{5}},
      {[](auto& c) { c.code.value = "B"; }, [](auto& c) { c.rate->ppm = 6; },
       [](auto& c) { c.rate.reset(); }, [&](auto& c) { c.amount = money; },
       [&](auto& c) {
         c.rate.reset();
         c.amount = money;
       }}));
  add(Variants<RemoveDiscount>({{"A"}}, {[](auto& c) { c.code.value = "B"; }}));
  add(Variants<SetShippingFee>(
      {money}, {[](auto& c) { c.fee.amount.minor = 6; }, [](auto& c) { c.fee.currency = {}; }}));
  add(Variants<SetTax>({.rate = Rate{5}},
                       {[](auto& c) { c.rate->ppm = 6; }, [](auto& c) { c.rate.reset(); },
                        [&](auto& c) {
                          c.rate.reset();
                          c.amount = money;
                        }}));
  all.emplace_back(ConfirmOrder{});
  add(Variants<AuthorizePayment>(
      {.payment_id = {"p"}, .amount = money},
      {[](auto& c) { c.payment_id.value = "q"; }, [](auto& c) { c.amount.amount.minor = 6; },
       [](auto& c) { c.amount.currency = {}; }, [](auto& c) { c.occurred_at = kTime; },
       [](auto& c) { c.occurred_at = absl::UnixEpoch(); }}));
  add(Variants<CapturePayment>(
      {.payment_id = {"p"}, .amount = money},
      {[](auto& c) { c.payment_id.value = "q"; }, [](auto& c) { c.amount.amount.minor = 6; },
       [](auto& c) { c.occurred_at = kTime; }}));
  add(Variants<RecordPaymentFailure>(
      {.payment_id = {"p"}, .reason = "r"},
      {[](auto& c) { c.payment_id.value = "q"; }, [](auto& c) { c.reason = "s"; },
       [](auto& c) { c.occurred_at = kTime; }}));
  add(Variants<RefundPayment>(
      {.refund_id = {"f"}, .payment_id = {"p"}, .amount = money, .reason = "r"},
      {[](auto& c) { c.refund_id.value = "g"; }, [](auto& c) { c.payment_id.value = "q"; },
       [](auto& c) { c.amount.amount.minor = 6; }, [](auto& c) { c.reason = "s"; },
       [](auto& c) { c.occurred_at = kTime; }, [](auto& c) { c.refund_id.value.swap(c.reason); }}));
  add(Variants<PlaceHold>({HoldKind::kFraud, "r"}, {[](auto& c) { c.kind = HoldKind::kStock; },
                                                    [](auto& c) { c.reason = "s"; }}));
  add(Variants<ReleaseHold>({HoldKind::kFraud}, {[](auto& c) { c.kind = HoldKind::kStock; }}));
  add(Variants<ShipItems>(
      {.shipment_id = {"s"}, .items = {{{1}, 2}, {{2}, 1}}},
      {[](auto& c) { c.shipment_id.value = "t"; }, [](auto& c) { c.all_remaining = true; },
       [](auto& c) { c.items.pop_back(); }, [](auto& c) { c.items = {}; },
       [](auto& c) { c.items[0].line_id.value = 3; }, [](auto& c) { c.items[0].quantity = 3; },
       [](auto& c) { std::swap(c.items[0], c.items[1]); }, [](auto& c) { c.carrier = "x"; },
       [](auto& c) { c.tracking_code = "x"; }, [](auto& c) { c.occurred_at = kTime; }}));
  add(Variants<RecordDelivery>({.shipment_id = {"s"}}, {[](auto& c) { c.shipment_id.value = "t"; },
                                                        [](auto& c) { c.occurred_at = kTime; }}));
  add(Variants<CancelOrder>({"r"}, {[](auto& c) { c.reason = ""; }}));
  add(Variants<CancelItems>({{{{1}, 1}}, "r"}, {[](auto& c) { c.items[0].quantity = 2; },
                                                [](auto& c) { c.reason = "s"; }}));
  add(Variants<RequestReturn>({{"r"}, {{{1}, 1}}, "why"}, {[](auto& c) { c.return_id.value = "s"; },
                                                           [](auto& c) { c.items[0].quantity = 2; },
                                                           [](auto& c) { c.reason = ""; }}));
  add(Variants<ReceiveReturn>(
      {.return_id = {"r"}, .items = {{{1}, 1}}},
      {[](auto& c) { c.return_id.value = "s"; }, [](auto& c) { c.items = {}; },
       [](auto& c) { c.occurred_at = kTime; }}));
  return all;
}

TEST(RequestHash, DiffersForEveryFieldOfEveryCommand) {
  const infrastructure::OpensslDigest digest("");
  std::map<std::string, std::size_t> seen;
  std::set<std::size_t> kinds;
  const std::vector<OrderCommand> variants = AllVariants();
  for (std::size_t i = 0; i < variants.size(); ++i) {
    kinds.insert(variants[i].index());
    const auto [place, is_new] = seen.emplace(RequestHash(variants[i], digest), i);
    EXPECT_TRUE(is_new) << CommandName(variants[i]) << ": variant " << i << " is taken for variant "
                        << place->second;
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<OrderCommand>) << "a command is not tried here";
}

TEST(RequestHash, IsTheSameForTheSameContent) {
  const infrastructure::OpensslDigest digest("");
  const std::vector<OrderCommand> once = AllVariants();
  const std::vector<OrderCommand> again = AllVariants();
  for (std::size_t i = 0; i < once.size(); ++i) {
    EXPECT_EQ(RequestHash(once[i], digest), RequestHash(again[i], digest)) << i;
  }
}

TEST(RequestHash, LooksAwayFromTheServersTime) {
  for (OrderCommand command : AllVariants()) {
    const std::string before = CanonicalForm(command);
    StampTime(command, absl::UnixEpoch() + absl::Hours(1));
    EXPECT_EQ(CanonicalForm(command), before) << CommandName(command);
  }
}

TEST(RequestHash, StaysWhatItWas) {
  // Stands in stored events: repeats across an upgrade must find their first request.
  const infrastructure::OpensslDigest digest("");
  EXPECT_EQ(CanonicalForm(ConfirmOrder{}), std::string("\x01\x0C\0\0\0\0\0\0\0ConfirmOrder", 21));
  EXPECT_EQ(RequestHash(SomeCart(), digest),
            "c5cd340fa43e0aecdfe0fa308ebbfe4a84601364bde440e1c1493c2e54b27317");
  EXPECT_EQ(RequestHash(ShipItems{.shipment_id = {"s"}, .items = {{{1}, 2}}}, digest),
            "75195185004b48811e52d4ec73a297548ad2eed23919ef11608abf8863f1ff64");
}

}  // namespace
}  // namespace orders::application
