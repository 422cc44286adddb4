#include "api/calls/command_mapping.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "api/calls/value_mapping.h"
#include "domain/order/validation.h"

namespace orders::api {
namespace {

constexpr std::size_t kRequestIdBytesMax = 128;

bool IsPrintableAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

/// True if `field` is one of those reported, or a part of one.
bool IsReported(const Violations& reported, std::string_view field) {
  return std::any_of(reported.begin(), reported.end(), [field](const auto& violation) {
    return field.starts_with(violation.field) &&
           (field.size() == violation.field.size() || field[violation.field.size()] == '.' ||
            field[violation.field.size()] == '[');
  });
}

/// Puts together what the parts gave, or says everything that is wrong with them. `order_id` and
/// `options` are the two fields that all commands have.
template <typename Message>
MappedCommand Finish(const Message& message, domain::OrderCommand command, Violations violations) {
  application::CommandRequest request{.order_id = {message.order_id()},
                                      .command = std::move(command),
                                      .request_id = message.options().request_id(),
                                      .expected_revision = std::nullopt,
                                      .validate_only = message.options().validate_only()};
  const auto add = [&violations](Violations more) {
    for (domain::FieldViolation& violation : more) {
      // The domain sees an empty value where the message already did not fit: said once is enough.
      if (!IsReported(violations, violation.field)) violations.push_back(std::move(violation));
    }
  };

  // Only a create may leave the choice of an id to us.
  const bool may_be_made = std::holds_alternative<domain::CreateOrder>(request.command);
  if (!may_be_made || !request.order_id.value.empty()) {
    add(domain::ValidateOrderId(request.order_id));
  }
  if (request.request_id.size() > kRequestIdBytesMax || !IsPrintableAscii(request.request_id)) {
    violations.push_back({"options.request_id", absl::StrCat("must be 1 to ", kRequestIdBytesMax,
                                                             " printable ASCII characters")});
  }
  if (!message.options().etag().empty()) {
    request.expected_revision = ParseEtag(message.options().etag());
    if (!request.expected_revision.has_value()) {
      violations.push_back(
          {"options.etag", "must be an etag of the order as an answer gave it, like \"12\""});
    }
  }
  add(domain::Validate(request.command));
  if (!violations.empty()) return domain::ToStatus(violations);
  return request;
}

std::vector<domain::NewLine> ToNewLines(
    const google::protobuf::RepeatedPtrField<v1::NewLine>& messages, Violations& violations) {
  std::vector<domain::NewLine> lines;
  // What is over the domain's limit is not looked at one by one: the count alone refuses it.
  const int count = std::min(messages.size(), domain::kLinesMax + 1);
  lines.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    lines.push_back(ToNewLine(messages[i], absl::StrCat("lines[", i, "]"), violations));
  }
  return lines;
}

std::vector<domain::LineQuantity> ToItems(
    const google::protobuf::RepeatedPtrField<v1::LineQuantity>& messages) {
  std::vector<domain::LineQuantity> items;
  const int count = std::min(messages.size(), domain::kLinesMax + 1);
  items.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) items.push_back(ToLineQuantity(messages[i]));
  return items;
}

template <typename Message>
domain::BusinessTime ToOccurTime(const Message& message, Violations& violations) {
  if (!message.has_occur_time()) return std::nullopt;
  return ToTime(message.occur_time(), "occur_time", violations);
}

/// Discounts and taxes: the `value` oneof.
template <typename Message, typename Command>
void SetValue(const Message& message, Command& command, Violations& violations) {
  if (message.has_rate_ppm()) command.rate = domain::Rate{message.rate_ppm()};
  if (message.has_amount()) command.amount = ToMoney(message.amount(), "amount", violations);
}

}  // namespace

MappedCommand ToCommand(const v1::CreateOrderRequest& message) {
  Violations violations;
  domain::CreateOrder command;
  command.customer_id.value = message.customer_id();
  const std::optional<domain::Currency> currency = domain::Currency::Parse(message.currency_code());
  if (currency.has_value()) {
    command.currency = *currency;
  } else {
    violations.push_back({"currency_code", "must be an ISO 4217 code in upper case, as EUR"});
  }
  command.lines = ToNewLines(message.lines(), violations);
  if (message.has_shipping_address()) {
    command.shipping_address = ToAddress(message.shipping_address());
  }
  if (message.has_billing_address()) command.billing_address = ToAddress(message.billing_address());
  command.note = message.note();
  return Finish(message, std::move(command), std::move(violations));
}

MappedCommand ToCommand(const v1::AddItemRequest& message) {
  Violations violations;
  domain::AddItem command;
  if (message.has_line()) {
    command.line = ToNewLine(message.line(), "line", violations);
  } else {
    violations.push_back({"line", "is missing"});
  }
  return Finish(message, std::move(command), std::move(violations));
}

MappedCommand ToCommand(const v1::ChangeItemQuantityRequest& message) {
  domain::ChangeItemQuantity command;
  command.line_id.value = message.line_id();
  command.quantity = message.quantity();
  return Finish(message, std::move(command), {});
}

MappedCommand ToCommand(const v1::RemoveItemRequest& message) {
  domain::RemoveItem command;
  command.line_id.value = message.line_id();
  return Finish(message, std::move(command), {});
}

MappedCommand ToCommand(const v1::SetShippingAddressRequest& message) {
  Violations violations;
  domain::SetShippingAddress command;
  if (!message.has_address()) violations.push_back({"address", "is missing"});
  command.address = ToAddress(message.address());
  return Finish(message, std::move(command), std::move(violations));
}

MappedCommand ToCommand(const v1::SetBillingAddressRequest& message) {
  Violations violations;
  domain::SetBillingAddress command;
  if (!message.has_address()) violations.push_back({"address", "is missing"});
  command.address = ToAddress(message.address());
  return Finish(message, std::move(command), std::move(violations));
}

MappedCommand ToCommand(const v1::SetNoteRequest& message) {
  domain::SetNote command;
  command.note = message.note();
  return Finish(message, std::move(command), {});
}

MappedCommand ToCommand(const v1::ApplyDiscountRequest& message) {
  Violations violations;
  domain::ApplyDiscount command;
  command.code.value = message.code();
  SetValue(message, command, violations);
  return Finish(message, std::move(command), std::move(violations));
}

MappedCommand ToCommand(const v1::RemoveDiscountRequest& message) {
  domain::RemoveDiscount command;
  command.code.value = message.code();
  return Finish(message, std::move(command), {});
}

MappedCommand ToCommand(const v1::SetShippingFeeRequest& message) {
  Violations violations;
  domain::SetShippingFee command;
  command.fee = ToRequiredMoney(message.has_fee(), message.fee(), "fee", violations);
  return Finish(message, std::move(command), std::move(violations));
}

MappedCommand ToCommand(const v1::SetTaxRequest& message) {
  Violations violations;
  domain::SetTax command;
  SetValue(message, command, violations);
  return Finish(message, std::move(command), std::move(violations));
}

MappedCommand ToCommand(const v1::ConfirmOrderRequest& message) {
  return Finish(message, domain::ConfirmOrder{}, {});
}

MappedCommand ToCommand(const v1::AuthorizePaymentRequest& message) {
  Violations violations;
  domain::AuthorizePayment command;
  command.payment_id.value = message.payment_id();
  command.amount = ToRequiredMoney(message.has_amount(), message.amount(), "amount", violations);
  command.occurred_at = ToOccurTime(message, violations);
  return Finish(message, std::move(command), std::move(violations));
}

MappedCommand ToCommand(const v1::CapturePaymentRequest& message) {
  Violations violations;
  domain::CapturePayment command;
  command.payment_id.value = message.payment_id();
  command.amount = ToRequiredMoney(message.has_amount(), message.amount(), "amount", violations);
  command.occurred_at = ToOccurTime(message, violations);
  return Finish(message, std::move(command), std::move(violations));
}

MappedCommand ToCommand(const v1::RecordPaymentFailureRequest& message) {
  Violations violations;
  domain::RecordPaymentFailure command;
  command.payment_id.value = message.payment_id();
  command.reason = message.reason();
  command.occurred_at = ToOccurTime(message, violations);
  return Finish(message, std::move(command), std::move(violations));
}

MappedCommand ToCommand(const v1::RefundPaymentRequest& message) {
  Violations violations;
  domain::RefundPayment command;
  command.refund_id.value = message.refund_id();
  command.payment_id.value = message.payment_id();
  command.amount = ToRequiredMoney(message.has_amount(), message.amount(), "amount", violations);
  command.reason = message.reason();
  command.occurred_at = ToOccurTime(message, violations);
  return Finish(message, std::move(command), std::move(violations));
}

MappedCommand ToCommand(const v1::PlaceHoldRequest& message) {
  Violations violations;
  domain::PlaceHold command;
  command.kind = ToHoldKind(message.kind(), "kind", violations);
  command.reason = message.reason();
  return Finish(message, std::move(command), std::move(violations));
}

MappedCommand ToCommand(const v1::ReleaseHoldRequest& message) {
  Violations violations;
  domain::ReleaseHold command;
  command.kind = ToHoldKind(message.kind(), "kind", violations);
  return Finish(message, std::move(command), std::move(violations));
}

MappedCommand ToCommand(const v1::ShipItemsRequest& message) {
  Violations violations;
  domain::ShipItems command;
  command.shipment_id.value = message.shipment_id();
  command.all_remaining = message.all_remaining();
  command.items = ToItems(message.items());
  command.carrier = message.carrier();
  command.tracking_code = message.tracking_code();
  command.occurred_at = ToOccurTime(message, violations);
  return Finish(message, std::move(command), std::move(violations));
}

MappedCommand ToCommand(const v1::RecordDeliveryRequest& message) {
  Violations violations;
  domain::RecordDelivery command;
  command.shipment_id.value = message.shipment_id();
  command.occurred_at = ToOccurTime(message, violations);
  return Finish(message, std::move(command), std::move(violations));
}

MappedCommand ToCommand(const v1::CancelOrderRequest& message) {
  domain::CancelOrder command;
  command.reason = message.reason();
  return Finish(message, std::move(command), {});
}

MappedCommand ToCommand(const v1::CancelItemsRequest& message) {
  domain::CancelItems command;
  command.items = ToItems(message.items());
  command.reason = message.reason();
  return Finish(message, std::move(command), {});
}

MappedCommand ToCommand(const v1::RequestReturnRequest& message) {
  domain::RequestReturn command;
  command.return_id.value = message.return_id();
  command.items = ToItems(message.items());
  command.reason = message.reason();
  return Finish(message, std::move(command), {});
}

MappedCommand ToCommand(const v1::ReceiveReturnRequest& message) {
  Violations violations;
  domain::ReceiveReturn command;
  command.return_id.value = message.return_id();
  command.items = ToItems(message.items());
  command.occurred_at = ToOccurTime(message, violations);
  return Finish(message, std::move(command), std::move(violations));
}

}  // namespace orders::api
