#pragma once

#include <cstdint>
#include <string>

#include "api/orderctl/demo/demo_order.h"
#include "api/orderctl/demo/shop.h"
#include "api/orderctl/demo/split_mix.h"

namespace orders::api {

// What stories are made of: each sends one command or a few, with amounts and lines read from the
// order's last answer.

using CommandStub = v1::OrderCommands::StubInterface;

/// A draft with an address, ready to be confirmed: lines, edits, perhaps a discount, tax, a fee.
void FillCart(const Shop& shop, const DemoCustomer& customer, SplitMix64& random, DemoOrder& order);
/// A draft that nobody comes back to; placing it without an address is refused.
void AbandonCart(const Shop& shop, const DemoCustomer& customer, SplitMix64& random,
                 DemoOrder& order);
void Confirm(DemoOrder& order);

void AuthorizeOpen(DemoOrder& order, const std::string& payment_id);
void Capture(DemoOrder& order, const std::string& payment_id, std::int64_t minor_units);
/// What is still open.
void CaptureOpen(DemoOrder& order, const std::string& payment_id);
void FailPayment(DemoOrder& order, const std::string& payment_id, const std::string& reason);
/// Gives back what is due, of one payment after the other.
void RefundDue(DemoOrder& order, const std::string& refund_id);

void Hold(DemoOrder& order, v1::HoldKind kind);
void Release(DemoOrder& order, v1::HoldKind kind);

void ShipAll(DemoOrder& order, const std::string& shipment_id);
/// One unit of the first line.
void ShipFirstLine(DemoOrder& order, const std::string& shipment_id);
/// All that is left; nothing if nothing is.
void ShipRest(DemoOrder& order, const std::string& shipment_id);
/// Nothing if there is no such shipment, or it has arrived.
void Deliver(DemoOrder& order, const std::string& shipment_id);

void Cancel(DemoOrder& order, const std::string& reason);
/// Of the first line.
void CancelOneUnit(DemoOrder& order, const std::string& reason);
/// One unit.
void RequestReturnOfFirstLine(DemoOrder& order, const std::string& return_id);
void ReceiveReturn(DemoOrder& order, const std::string& return_id);

}  // namespace orders::api
