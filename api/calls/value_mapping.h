#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

#include "domain/order/order.h"
#include "domain/order/validation.h"
#include "orders/v1/types.pb.h"

namespace orders::api {

// Values of the domain to and from their messages. Pure.

using Violations = std::vector<domain::FieldViolation>;

// From a message. What does not fit the type is added to `violations` under the name `field`, and a
// value that nobody will look at is returned.

domain::Money ToMoney(const v1::Money& message, const std::string& field, Violations& violations);
/// A price that was left out is not a price of zero: absent is a violation.
domain::Money ToRequiredMoney(bool present, const v1::Money& message, const std::string& field,
                              Violations& violations);
domain::Address ToAddress(const v1::Address& message);
domain::NewLine ToNewLine(const v1::NewLine& message, const std::string& field,
                          Violations& violations);
domain::LineQuantity ToLineQuantity(const v1::LineQuantity& message);
domain::HoldKind ToHoldKind(v1::HoldKind message, const std::string& field, Violations& violations);
/// To the microsecond, rounded down.
absl::Time ToTime(const google::protobuf::Timestamp& message, const std::string& field,
                  Violations& violations);

// To a message.

void SetMoney(domain::Amount amount, const domain::Currency& currency, v1::Money& message);
void SetAddress(const domain::Address& address, v1::Address& message);
/// Times before year 1 or after year 9999 are cut to those.
void SetTime(absl::Time time, google::protobuf::Timestamp& message);
void SetTotals(const domain::Totals& totals, const domain::Currency& currency, v1::Totals& message);
v1::OrderStatus ToMessage(domain::OrderStatus status);
v1::PaymentStatus ToMessage(domain::PaymentStatus status);
v1::FulfilmentStatus ToMessage(domain::FulfilmentStatus status);
v1::HoldKind ToMessage(domain::HoldKind kind);

/// "\"12\"": a revision as an etag.
std::string EtagOf(std::uint64_t revision);
/// Takes it with or without its quotes. Absent: it is none.
std::optional<std::uint64_t> ParseEtag(std::string_view etag);

}  // namespace orders::api
