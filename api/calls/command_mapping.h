#pragma once

#include "absl/status/statusor.h"

#include "application/commands/order_command_handler.h"
#include "orders/v1/commands.pb.h"

namespace orders::api {

// One function for each command: a message to what the handler takes. Pure. Error: InvalidArgument
// with field violations, the domain's own included, so that a caller learns of all at once.
// Server times are not set; the handler stamps them.

using MappedCommand = absl::StatusOr<application::CommandRequest>;

MappedCommand ToCommand(const v1::CreateOrderRequest& message);
MappedCommand ToCommand(const v1::AddItemRequest& message);
MappedCommand ToCommand(const v1::ChangeItemQuantityRequest& message);
MappedCommand ToCommand(const v1::RemoveItemRequest& message);
MappedCommand ToCommand(const v1::SetShippingAddressRequest& message);
MappedCommand ToCommand(const v1::SetBillingAddressRequest& message);
MappedCommand ToCommand(const v1::SetNoteRequest& message);
MappedCommand ToCommand(const v1::ApplyDiscountRequest& message);
MappedCommand ToCommand(const v1::RemoveDiscountRequest& message);
MappedCommand ToCommand(const v1::SetShippingFeeRequest& message);
MappedCommand ToCommand(const v1::SetTaxRequest& message);
MappedCommand ToCommand(const v1::ConfirmOrderRequest& message);
MappedCommand ToCommand(const v1::AuthorizePaymentRequest& message);
MappedCommand ToCommand(const v1::CapturePaymentRequest& message);
MappedCommand ToCommand(const v1::RecordPaymentFailureRequest& message);
MappedCommand ToCommand(const v1::RefundPaymentRequest& message);
MappedCommand ToCommand(const v1::PlaceHoldRequest& message);
MappedCommand ToCommand(const v1::ReleaseHoldRequest& message);
MappedCommand ToCommand(const v1::ShipItemsRequest& message);
MappedCommand ToCommand(const v1::RecordDeliveryRequest& message);
MappedCommand ToCommand(const v1::CancelOrderRequest& message);
MappedCommand ToCommand(const v1::CancelItemsRequest& message);
MappedCommand ToCommand(const v1::RequestReturnRequest& message);
MappedCommand ToCommand(const v1::ReceiveReturnRequest& message);

}  // namespace orders::api
