#include "domain/order/refusals.h"

#include <set>
#include <string>

#include "absl/strings/cord.h"
#include "gtest/gtest.h"

#include "tests/support/order_samples.h"

namespace orders::domain {
namespace {

using namespace samples;

constexpr int kReasons = static_cast<int>(Reason::kTimeInFuture) + 1;

using Names = std::vector<std::string_view>;

TEST(Reason, HasAStableNameOfItsOwnAndARule) {
  std::set<std::string_view> names;
  for (int i = 0; i < kReasons; ++i) {
    const std::string_view name = ReasonName(static_cast<Reason>(i));
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_LE(name.size(), 63U);
    EXPECT_EQ(name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_"), std::string_view::npos)
        << name;
    EXPECT_NE(name, "UNKNOWN");
    EXPECT_FALSE(ReasonRule(static_cast<Reason>(i)).empty()) << name;
  }
  EXPECT_EQ(ReasonName(Reason::kNotPaid), "NOT_PAID");
  EXPECT_EQ(ReasonName(Reason::kOrderNotFound), "ORDER_NOT_FOUND");
}

TEST(Refuse, CarriesCodeTextReasonAndRule) {
  for (int i = 0; i < kReasons; ++i) {
    const auto reason = static_cast<Reason>(i);
    const absl::Status status = Refuse(reason, "text");
    const std::optional<Refusal> refusal = GetRefusal(status);
    ASSERT_TRUE(refusal.has_value());
    EXPECT_EQ(refusal->reason, ReasonName(reason));
    EXPECT_EQ(refusal->rule, ReasonRule(reason));
    EXPECT_EQ(status.message(), "text");
    const absl::StatusCode expected = reason == Reason::kOrderNotFound ? absl::StatusCode::kNotFound
                                      : reason == Reason::kOrderExists
                                          ? absl::StatusCode::kAlreadyExists
                                          : absl::StatusCode::kFailedPrecondition;
    EXPECT_EQ(status.code(), expected) << refusal->reason;
  }
}

TEST(WithOrder, AddsTheStatusAndWhatIsAllowedAndKeepsTheRest) {
  const Order order = StateAfter(Confirmed());
  const absl::Status status = WithOrder(Refuse(Reason::kNotPaid, "open"), order);
  EXPECT_EQ(status.message(), "open");
  const std::optional<Refusal> refusal = GetRefusal(status);
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->reason, "NOT_PAID");
  EXPECT_EQ(refusal->status, "CONFIRMED");
  const Names allowed = AllowedCommands(order);
  EXPECT_EQ(refusal->allowed_commands, std::vector<std::string>(allowed.begin(), allowed.end()));
}

TEST(GetRefusal, OfAnyOtherStatusIsAbsent) {
  EXPECT_FALSE(GetRefusal(absl::OkStatus()).has_value());
  EXPECT_FALSE(GetRefusal(absl::InternalError("bug")).has_value());
  const absl::Status plain = WithOrder(absl::InternalError("bug"), Order{});
  EXPECT_EQ(plain, absl::InternalError("bug"));
}

TEST(GetRefusal, OfADamagedPayloadIsAbsent) {
  for (const char* payload : {"", "3:ab", "x:abc", "3", "3:abc3:def", "99999999999999999999:a",
                              "-1:a", "3:abc3:def3:ghi9:short"}) {
    absl::Status status = absl::FailedPreconditionError("no");
    status.SetPayload("orders.domain/Refusal", absl::Cord(payload));
    EXPECT_FALSE(GetRefusal(status).has_value()) << payload;
  }
}

TEST(AllowedCommands, FollowTheState) {
  EXPECT_EQ(AllowedCommands(Order{}), Names{"CreateOrder"});
  EXPECT_EQ(AllowedCommands(StateAfter({CreateOrder{{"c"}, kEur, {}, {}, {}, ""}})),
            (Names{"AddItem", "SetShippingAddress", "SetBillingAddress", "SetNote", "ApplyDiscount",
                   "SetShippingFee", "SetTax", "PlaceHold", "CancelOrder"}));
  EXPECT_EQ(AllowedCommands(StateAfter(Draft())),
            (Names{"AddItem", "ChangeItemQuantity", "RemoveItem", "SetShippingAddress",
                   "SetBillingAddress", "SetNote", "ApplyDiscount", "SetShippingFee", "SetTax",
                   "ConfirmOrder", "PlaceHold", "CancelOrder"}));
  EXPECT_EQ(
      AllowedCommands(StateAfter(Confirmed())),
      (Names{"SetShippingAddress", "SetBillingAddress", "SetNote", "AuthorizePayment",
             "CapturePayment", "RecordPaymentFailure", "PlaceHold", "CancelOrder", "CancelItems"}));
  EXPECT_EQ(AllowedCommands(StateAfter(Paid())),
            (Names{"SetShippingAddress", "SetNote", "RecordPaymentFailure", "RefundPayment",
                   "PlaceHold", "ShipItems", "CancelOrder", "CancelItems"}));
  EXPECT_EQ(AllowedCommands(StateAfter(With(Paid(), {PlaceHold{}}))),
            (Names{"SetShippingAddress", "SetNote", "RecordPaymentFailure", "RefundPayment",
                   "PlaceHold", "ReleaseHold", "CancelOrder", "CancelItems"}));
  EXPECT_EQ(
      AllowedCommands(StateAfter(Shipped())),
      (Names{"SetNote", "RecordPaymentFailure", "RefundPayment", "PlaceHold", "RecordDelivery"}));
  EXPECT_EQ(AllowedCommands(StateAfter(Completed())), (Names{"SetNote", "RequestReturn"}));
  EXPECT_EQ(AllowedCommands(StateAfter(Cancelled())), (Names{"SetNote", "RefundPayment"}));
  EXPECT_EQ(AllowedCommands(StateAfter(With(Cancelled(), {RefundOf("r", "pay-1", kTotal)}))),
            Names{"SetNote"});
}

TEST(StatusNames, AreThoseOfTheApi) {
  EXPECT_EQ(OrderStatusName(OrderStatus::kInFulfilment), "IN_FULFILMENT");
  EXPECT_EQ(PaymentStatusName(PaymentStatus::kPartiallyRefunded), "PARTIALLY_REFUNDED");
  EXPECT_EQ(FulfilmentStatusName(FulfilmentStatus::kPartiallyDelivered), "PARTIALLY_DELIVERED");
  EXPECT_EQ(HoldKindName(HoldKind::kFraud), "FRAUD");
}

}  // namespace
}  // namespace orders::domain
