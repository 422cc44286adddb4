#include "api/calls/value_mapping.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

#include "domain/order/refusals.h"

namespace orders::api {
namespace {

TEST(Etag, IsTakenWithAndWithoutQuotes) {
  EXPECT_EQ(ParseEtag("\"12\""), 12U);
  EXPECT_EQ(ParseEtag("12"), 12U);
  EXPECT_EQ(ParseEtag("0"), 0U);
  EXPECT_EQ(ParseEtag(EtagOf(9'223'372'036'854'775'807ULL)), 9'223'372'036'854'775'807ULL);
}

TEST(Etag, ThatIsNoneIsNotTaken) {
  for (const char* etag :
       {"", "\"", "\"\"", "\"12", "12\"", "W/\"12\"", "-1", "+1", " 1", "1 ", "1.0", "0x1", "abc",
        "9223372036854775808", "18446744073709551616", "\"\"12\"\"", "*"}) {
    EXPECT_FALSE(ParseEtag(etag).has_value()) << etag;
  }
}

TEST(Time, GoesThereAndBackToTheMicrosecond) {
  for (const absl::Time time :
       {absl::UnixEpoch(), absl::FromUnixMicros(1'769'853'600'123'456), absl::FromUnixMicros(-1),
        absl::FromUnixMicros(-62'135'596'800'000'000)}) {
    google::protobuf::Timestamp message;
    SetTime(time, message);
    EXPECT_GE(message.nanos(), 0);
    Violations violations;
    EXPECT_EQ(ToTime(message, "t", violations), time);
    EXPECT_TRUE(violations.empty());
  }
}

TEST(Time, BeyondWhatAMessageHoldsIsCut) {
  for (const absl::Time time : {absl::InfiniteFuture(), absl::InfinitePast()}) {
    google::protobuf::Timestamp message;
    SetTime(time, message);
    Violations violations;
    (void)ToTime(message, "t", violations);
    EXPECT_TRUE(violations.empty());
  }
}

TEST(Money, KeepsItsCurrencyAndAmount) {
  v1::Money message;
  SetMoney({std::numeric_limits<std::int64_t>::min()}, *domain::Currency::Parse("KWD"), message);
  Violations violations;
  const domain::Money money = ToMoney(message, "m", violations);
  EXPECT_TRUE(violations.empty());
  EXPECT_EQ(money.currency.code(), "KWD");
  EXPECT_EQ(money.amount.minor, std::numeric_limits<std::int64_t>::min());
}

TEST(Money, OfACurrencyThatIsNoneIsAViolation) {
  for (const char* code : {"eur", "XXX1", "EU", "€", "ZZZ"}) {
    v1::Money message;
    message.set_currency_code(code);
    Violations violations;
    (void)ToMoney(message, "fee", violations);
    ASSERT_EQ(violations.size(), 1U) << code;
    EXPECT_EQ(violations[0].field, "fee.currency_code");
  }
}

TEST(Names, OfStatusesAreThoseOfTheDomain) {
  using domain::FulfilmentStatus;
  using domain::OrderStatus;
  using domain::PaymentStatus;
  for (const OrderStatus status :
       {OrderStatus::kDraft, OrderStatus::kConfirmed, OrderStatus::kInFulfilment,
        OrderStatus::kCompleted, OrderStatus::kCancelled}) {
    EXPECT_EQ(v1::OrderStatus_Name(ToMessage(status)), domain::OrderStatusName(status));
  }
  for (const PaymentStatus status :
       {PaymentStatus::kUnpaid, PaymentStatus::kAuthorized, PaymentStatus::kPartiallyPaid,
        PaymentStatus::kPaid, PaymentStatus::kPartiallyRefunded, PaymentStatus::kRefunded,
        PaymentStatus::kFailed}) {
    EXPECT_EQ(v1::PaymentStatus_Name(ToMessage(status)), domain::PaymentStatusName(status));
  }
  for (const FulfilmentStatus status :
       {FulfilmentStatus::kNone, FulfilmentStatus::kPartiallyShipped, FulfilmentStatus::kShipped,
        FulfilmentStatus::kPartiallyDelivered, FulfilmentStatus::kDelivered}) {
    EXPECT_EQ(v1::FulfilmentStatus_Name(ToMessage(status)), domain::FulfilmentStatusName(status));
  }
}

}  // namespace
}  // namespace orders::api
