// An order's state, as it is or as it was: lines, money, parcels, addresses.
import { h } from "../core/dom.js";
import { amountText, isZero, moneyText, rateText } from "../core/money.js";
import { timeElement } from "../core/time.js";
import { words } from "../core/words.js";
import { badge, card, data, headRow, scrolling } from "../parts/pieces.js";

export const statusBadges = (order) =>
  h(
    "span.beside-title",
    badge(order.status),
    badge(order.payment_status),
    order.fulfilment_status !== "NONE" && badge(order.fulfilment_status),
    order.holds.map(({ kind }) => h("span.badge.bad", `Held: ${words(kind)}`)),
  );

function lineParts(line) {
  const parts = [
    ["shipped", line.shipped],
    ["delivered", line.delivered],
    ["cancelled", line.cancelled],
    ["on its way back", line.return_open],
    ["returned", line.returned],
  ];
  const said = parts.filter(([, count]) => count !== "0");
  return h(
    "div.line-parts",
    said.length === 0 ? "–" : said.map(([what, count]) => h("span", `${count} ${what}`)),
  );
}

function linesCard(order) {
  if (order.lines.length === 0) return card("Lines", h("p.body.muted", "None yet."));
  const row = (line) =>
    h(
      "tr",
      h("td.faint", line.line_id),
      h("td", data(line.title), h("small.mono", data(line.sku))),
      h("td.number", line.quantity),
      h("td.number", amountText(line.unit_price)),
      h("td.number", amountText(line.totals.total)),
      h("td", lineParts(line)),
    );
  return card(
    "Lines",
    scrolling(
      "Lines",
      h(
        "table.lines",
        headRow(
          "#",
          "Article",
          { text: "Quantity" },
          { text: "Unit price" },
          { text: "Total" },
          "So far",
        ),
        h("tbody", order.lines.map(row)),
      ),
    ),
  );
}

function moneyCard(order) {
  const { totals, ledger } = order;
  const figure = (name, money, isMain = false) =>
    h(isMain ? "div.main" : "div", h("dt", name), h("dd", moneyText(money)));
  const adjustments = [
    ...order.discounts.map((discount) => [
      "Discount ",
      data(discount.code),
      ` ${rateOrMoney(discount)}`,
    ]),
    order.tax && [`Tax ${rateOrMoney(order.tax)}`],
  ].filter(Boolean);
  return card("Money", [
    h(
      "dl.sums",
      figure("Total", totals.total, true),
      figure("Goods", totals.goods),
      !isZero(totals.discount) && figure("Discount", totals.discount),
      figure("Tax", totals.tax),
      figure("Shipping", totals.shipping),
      figure("Captured", ledger.captured),
      !isZero(ledger.refunded) && figure("Refunded", ledger.refunded),
      figure("Open", ledger.open),
      !isZero(ledger.refund_due) && figure("Refund due", ledger.refund_due),
    ),
    adjustments.length > 0 &&
      h(
        "ul.columns.small.muted",
        adjustments.map((one) => h("li", one)),
      ),
  ]);
}

const rateOrMoney = ({ rate_ppm: rate, amount }) => (amount ? moneyText(amount) : rateText(rate));

function addressBlock(title, address) {
  return h(
    "div",
    h("h3", title),
    address
      ? h(
          "address.address",
          [
            address.name,
            address.line1,
            address.line2,
            `${address.postal_code} ${address.city}`.trim(),
            address.region,
            address.country_code,
          ]
            .filter(Boolean)
            .map((part) => [data(part), h("br")]),
        )
      : h("p.faint", "None"),
  );
}

function tableCard(title, columns, rows) {
  return (
    rows.length > 0 &&
    card(title, scrolling(title, h("table", headRow(...columns), h("tbody", rows))))
  );
}

const cells = (...contents) =>
  h(
    "tr",
    contents.map((content) =>
      content?.number ? h("td.number", content.number) : h("td", content),
    ),
  );

const units = (order, items) =>
  items.map(({ line_id: id, quantity }, i) => {
    const sku = order.lines.find((line) => line.line_id === id)?.sku ?? `line ${id}`;
    return [i > 0 && ", ", `${quantity} × `, data(sku)];
  });

function paymentsCard(order) {
  return tableCard(
    "Payments",
    [
      "Payment",
      "State",
      { text: "Authorized" },
      { text: "Captured" },
      { text: "Refunded" },
      "Reason",
    ],
    order.payments.map((payment) =>
      cells(
        h("span.mono", data(payment.payment_id)),
        badge(payment.state.replace("STATE_", "").replace("CAPTURED", "PAID")),
        { number: moneyText(payment.authorized) },
        { number: moneyText(payment.captured) },
        { number: moneyText(payment.refunded) },
        data(payment.failure_reason),
      ),
    ),
  );
}

function refundsCard(order) {
  return tableCard(
    "Refunds",
    ["Refund", "Of payment", { text: "Amount" }, "Reason"],
    order.refunds.map((refund) =>
      cells(
        h("span.mono", data(refund.refund_id)),
        h("span.mono", data(refund.payment_id)),
        { number: moneyText(refund.amount) },
        data(refund.reason),
      ),
    ),
  );
}

function shipmentsCard(order) {
  return tableCard(
    "Shipments",
    ["Shipment", "Units", "Carrier", "Tracking code", "State"],
    order.shipments.map((shipment) =>
      cells(
        h("span.mono", data(shipment.shipment_id)),
        units(order, shipment.items),
        data(shipment.carrier),
        h("span.mono", data(shipment.tracking_code)),
        badge(shipment.delivered ? "DELIVERED" : "SHIPPED"),
      ),
    ),
  );
}

function returnsCard(order) {
  return tableCard(
    "Returns",
    ["Return", "Units", "Reason", "State"],
    order.returns.map((one) =>
      cells(
        h("span.mono", data(one.return_id)),
        units(order, one.requested),
        data(one.reason),
        one.received ? "Received" : "Requested",
      ),
    ),
  );
}

/// All cards of an order's state.
export function orderState(order) {
  return [
    moneyCard(order),
    linesCard(order),
    card(
      "Customer",
      h(
        "div.columns",
        h(
          "div",
          h("h3", "Customer"),
          h(
            "a",
            { href: `/orders?customer=${encodeURIComponent(order.customer_id)}` },
            data(order.customer_id),
          ),
        ),
        addressBlock("Shipped to", order.shipping_address),
        order.billing_address && addressBlock("Billed to", order.billing_address),
        order.note && h("div", h("h3", "Note"), h("p.note", order.note)),
        order.cancel_reason &&
          h("div", h("h3", "Cancelled because"), h("p.note", order.cancel_reason)),
        order.holds.length > 0 &&
          h(
            "div",
            h("h3", "Holds"),
            order.holds.map(({ kind, reason }) => h("p", `${words(kind)}: `, data(reason))),
          ),
        h("div", h("h3", "Created"), timeElement(order.create_time, "full")),
        h("div", h("h3", "Changed"), timeElement(order.update_time, "full")),
      ),
    ),
    paymentsCard(order),
    refundsCard(order),
    shipmentsCard(order),
    returnsCard(order),
  ];
}
