// What each command of an order asks of a person, and the message that comes of it. A form is a list
// of [field of the message, field of the form]; a field named "" gives several.
import { randomId } from "../core/api.js";
import { isZero, moneyText } from "../core/money.js";
import { holdKinds, words } from "../core/words.js";
import {
  addressField,
  choiceField,
  countField,
  itemsField,
  kindChoice,
  lineChoice,
  moneyField,
  paymentChoice,
  rateOrAmountField,
  textField,
} from "../parts/fields.js";

const freshId = (prefix) => `${prefix}-${randomId().slice(0, 8)}`;
const minus = (...texts) => texts.map(BigInt).reduce((all, one) => all - one);
const unshipped = (line) => minus(line.quantity, line.shipped, line.cancelled);
const returnable = (line) => minus(line.delivered, line.returned, line.return_open);
const reason = (required = false) => ["reason", textField({ label: "Reason", required })];
const sum = (order, units) => ({ currency_code: order.currency_code, minor_units: String(units) });

const address = (name) => (order) => [["address", addressField({ value: order[name] })]];
const payment = (order) => [
  [
    "payment_id",
    textField({
      label: "Payment id",
      value: openPayment(order) ?? freshId("pay"),
      required: true,
      hint: "The payment provider's; an id counts once.",
    }),
  ],
  [
    "amount",
    moneyField({ label: "Amount", currency: order.currency_code, value: order.ledger.open }),
  ],
];
const openPayment = (order) =>
  order.payments.find(({ state }) => state === "STATE_AUTHORIZED")?.payment_id;

function refund(order) {
  const captured = order.payments.filter(
    (one) => minus(one.captured.minor_units, one.refunded.minor_units) > 0n,
  );
  const due = BigInt(order.ledger.refund_due.minor_units);
  const most =
    captured.length > 0
      ? minus(captured[0].captured.minor_units, captured[0].refunded.minor_units)
      : 0n;
  return [
    ["payment_id", paymentChoice(captured)],
    [
      "amount",
      moneyField({
        label: "Amount",
        currency: order.currency_code,
        value: sum(order, due > 0n && due < most ? due : most),
      }),
    ],
    ["refund_id", textField({ label: "Refund id", value: freshId("refund"), required: true })],
    reason(),
  ];
}

/// `fields(order)`; `text(order)`: what it is about; `verb`: of its path; `isMain`: what usually comes
/// next, true or of the order.
export const commandForms = {
  AddItem: {
    title: "Add an item",
    fields: (order) => [
      ["sku", textField({ label: "Sku", required: true })],
      ["title", textField({ label: "Title", required: true })],
      ["quantity", countField({ label: "Quantity" })],
      ["unit_price", moneyField({ label: "Unit price", currency: order.currency_code })],
    ],
    body: (line) => ({ line }),
  },
  ChangeItemQuantity: {
    title: "Change a quantity",
    fields: (order) => [
      ["line_id", lineChoice(order)],
      ["quantity", countField({ label: "New quantity" })],
    ],
  },
  RemoveItem: {
    title: "Remove an item",
    fields: (order) => [["line_id", lineChoice(order)]],
    isDanger: true,
  },
  SetShippingAddress: { title: "Set the shipping address", fields: address("shipping_address") },
  SetBillingAddress: { title: "Set the billing address", fields: address("billing_address") },
  SetNote: {
    title: "Set the note",
    fields: (order) => [["note", textField({ label: "Note", value: order.note, multiline: true })]],
  },
  ApplyDiscount: {
    title: "Apply a discount",
    fields: (order) => [
      ["code", textField({ label: "Code", required: true })],
      ["", rateOrAmountField({ label: "Discount", currency: order.currency_code })],
    ],
  },
  RemoveDiscount: {
    title: "Remove a discount",
    fields: (order) => [
      [
        "code",
        choiceField({
          label: "Discount",
          options: order.discounts.map(({ code }) => [code, code]),
        }),
      ],
    ],
    isDanger: true,
  },
  SetShippingFee: {
    title: "Set the shipping fee",
    fields: (order) => [
      [
        "fee",
        moneyField({ label: "Fee", currency: order.currency_code, value: order.shipping_fee }),
      ],
    ],
  },
  SetTax: {
    title: "Set the tax",
    fields: (order) => [["", rateOrAmountField({ label: "Tax", currency: order.currency_code })]],
  },
  ConfirmOrder: {
    title: "Confirm the order",
    verb: "confirm",
    isMain: true,
    text: (order) =>
      `It will cost ${moneyText(order.totals.total)}. Lines, discounts and fees do not change after that.`,
    fields: () => [],
  },
  AuthorizePayment: { title: "Authorize a payment", fields: payment },
  CapturePayment: { title: "Capture a payment", isMain: true, fields: payment },
  RecordPaymentFailure: {
    title: "Record a failed payment",
    fields: (order) => [
      [
        "payment_id",
        textField({
          label: "Payment id",
          value: openPayment(order) ?? freshId("pay"),
          required: true,
        }),
      ],
      reason(),
    ],
    isDanger: true,
  },
  RefundPayment: {
    title: "Refund a payment",
    isMain: (order) => !isZero(order.ledger.refund_due),
    text: (order) =>
      isZero(order.ledger.refund_due)
        ? "No refund is due."
        : `${moneyText(order.ledger.refund_due)} are due.`,
    fields: refund,
  },
  PlaceHold: {
    title: "Place a hold",
    text: () => "It stops shipping and capture.",
    fields: (order) => [
      [
        "kind",
        kindChoice(holdKinds.filter((kind) => !order.holds.some((hold) => hold.kind === kind))),
      ],
      reason(),
    ],
  },
  ReleaseHold: {
    title: "Release a hold",
    isMain: true,
    fields: (order) => [["kind", kindChoice(order.holds.map(({ kind }) => kind))]],
  },
  ShipItems: {
    title: "Ship items",
    isMain: true,
    fields: (order) => [
      ["items", itemsField({ label: "Units", lines: order.lines, available: unshipped })],
      ["shipment_id", textField({ label: "Shipment id", value: freshId("ship"), required: true })],
      ["carrier", textField({ label: "Carrier" })],
      ["tracking_code", textField({ label: "Tracking code" })],
    ],
  },
  RecordDelivery: {
    title: "Record a delivery",
    isMain: true,
    fields: (order) => [
      [
        "shipment_id",
        choiceField({
          label: "Shipment",
          options: order.shipments
            .filter(({ delivered }) => !delivered)
            .map(({ shipment_id: id, carrier }) => [id, carrier ? `${id} (${carrier})` : id]),
        }),
      ],
    ],
  },
  CancelOrder: {
    title: "Cancel the order",
    verb: "cancel",
    isDanger: true,
    text: (order) =>
      isZero(order.ledger.captured)
        ? "It ends here."
        : `${moneyText(order.ledger.captured)} are then to be refunded.`,
    fields: () => [reason()],
  },
  CancelItems: {
    title: "Cancel items",
    isDanger: true,
    fields: (order) => [
      ["items", itemsField({ label: "Units", lines: order.lines, available: unshipped })],
      reason(),
    ],
  },
  RequestReturn: {
    title: "Request a return",
    fields: (order) => [
      ["items", itemsField({ label: "Units", lines: order.lines, available: returnable })],
      ["return_id", textField({ label: "Return id", value: freshId("return"), required: true })],
      reason(),
    ],
  },
  ReceiveReturn: {
    title: "Receive a return",
    isMain: true,
    text: () => "All that was requested has come back.",
    fields: (order) => [
      [
        "return_id",
        choiceField({
          label: "Return",
          options: order.returns
            .filter(({ received }) => !received)
            .map(({ return_id: id }) => [id, id]),
        }),
      ],
    ],
  },
};

/// "setNote" of SetNote, and the short ones of two commands.
export const verbOf = (name) =>
  commandForms[name]?.verb ?? name.charAt(0).toLowerCase() + name.slice(1);

/// How its button stands among the others: "primary", "plain" or "danger".
export function kindOf(name, order) {
  const { isMain = false, isDanger = false } = commandForms[name] ?? {};
  if (typeof isMain === "function" ? isMain(order) : isMain) return "primary";
  return isDanger ? "danger" : "plain";
}

export const titleOf = (name) => commandForms[name]?.title ?? words(name);
