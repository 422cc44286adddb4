// A shop's day by a client that was made of the document.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApiClient } from "./client.js";
import { startService } from "./service.js";

let service;
let client;
before(async () => {
  service = await startService();
  client = await ApiClient.read(service.origin);
});
after(() => service?.stop());

const eur = (minor) => ({ minor_units: String(minor) });

/// A command that must be done; the order after it.
async function done(id, fields, headers) {
  const answer = await client.call(id, fields, headers);
  assert.ok(answer.status === 200 || answer.status === 201, JSON.stringify(answer.body));
  return { ...answer, order: answer.body.order };
}

test("an order goes from the cart to the doorstep and back", async () => {
  const order_id = "day-1";
  const created = await done("CreateOrder", {
    order_id, customer_id: "grace", currency_code: "EUR",
    lines: [{ sku: "TEA", title: "Tea", quantity: "3", unit_price: eur(1000) }],
    shipping_address: { name: "Grace", line1: "1 Bay Road", city: "Kiel", postal_code: "24103", country_code: "DE" },
  }, { "Idempotency-Key": "\"day-create\"" });
  assert.equal(created.status, 201);
  assert.equal(created.headers.get("Location"), `/v1/orders/${order_id}`);
  await done("AddItem", { order_id, line: { sku: "CUP", title: "Cup", quantity: "1", unit_price: eur(500) } });
  const confirmed = await done("ConfirmOrder", { order_id });
  assert.equal(confirmed.order.totals.total.minor_units, "3500");
  await done("CapturePayment", { order_id, payment_id: "p", amount: eur(3500) });
  await done("ShipItems", { order_id, shipment_id: "s", all_remaining: true });
  const delivered = await done("RecordDelivery", { order_id, shipment_id: "s" });
  assert.equal(delivered.order.status, "COMPLETED");
  await done("RequestReturn", { order_id, return_id: "r", items: [{ line_id: 1, quantity: "1" }], reason: "too much" });
  await done("ReceiveReturn", { order_id, return_id: "r" });
  const refunded = await done("RefundPayment", { order_id, refund_id: "f", payment_id: "p", amount: eur(1000), reason: "return" });
  assert.equal(refunded.order.ledger.refunded.minor_units, "1000");

  const token = { "Consistency-Token": refunded.headers.get("Consistency-Token") };
  const listed = await client.call("ListOrders", { filter: "customer_id = grace" }, token);
  assert.deepEqual(listed.body.orders.map((one) => one.order_id), [order_id]);
  const history = await client.call("GetOrderHistory", { order_id });
  assert.equal(history.body.entries[0].request_id, "day-create");
  assert.equal(history.body.entries.at(-1).type, "PaymentRefunded");
  const stream = await client.call("ListStreamEvents", { stream: `order-${order_id}` });
  assert.deepEqual(stream.body.events.map((one) => one.type), history.body.entries.map((one) => one.type));
});

test("what was done once is answered again, and what is stale is refused", async () => {
  const order = { order_id: "day-2", customer_id: "grace", currency_code: "EUR" };
  const key = { "Idempotency-Key": "\"again\"" };
  await done("CreateOrder", order, key);
  const again = await done("CreateOrder", order, key);
  assert.equal(again.headers.get("Idempotent-Replayed"), "true");
  const other = await client.call("CreateOrder", { ...order, note: "another" }, key);
  assert.equal(other.status, 422);
  assert.equal(other.body.reason, "REQUEST_ID_REUSED");

  const noted = await done("SetNote", { order_id: "day-2", note: "one" }, { "If-Match": "\"0\"" });
  const stale = await client.call("SetNote", { order_id: "day-2", note: "two" }, { "If-Match": "\"0\"" });
  assert.equal(stale.status, 412);
  assert.equal(stale.body.current_etag, noted.headers.get("ETag"));
  const same = await client.call("GetOrder", { order_id: "day-2" },
    { "If-None-Match": noted.headers.get("ETag"), "Consistency-Token": noted.headers.get("Consistency-Token") });
  assert.equal(same.status, 304);
  const dry = await done("CancelOrder", { order_id: "day-2", reason: "late", options: { validate_only: true } });
  assert.equal(dry.order.status, "CANCELLED");
  assert.equal((await client.call("GetOrder", { order_id: "day-2" })).body.order.status, "DRAFT");
});

test("refusals are problems that the document has", async () => {
  const missing = await client.call("GetOrder", { order_id: "none" });
  assert.equal(missing.status, 404);
  assert.equal(missing.body.reason, "ORDER_NOT_FOUND");
  await done("CreateOrder", { order_id: "day-3", customer_id: "grace", currency_code: "EUR" });
  const refused = await client.call("ConfirmOrder", { order_id: "day-3" });
  assert.equal(refused.status, 409);
  assert.equal(refused.body.reason, "NO_LINES");
  assert.ok(refused.body.allowed_commands.includes("AddItem"));
  const wrong = await client.call("ListOrders", { filter: "nonsense = 1" });
  assert.equal(wrong.status, 400);
});
