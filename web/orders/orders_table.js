// Rows of the list of orders, and of what a search has found.
import { h } from "../core/dom.js";
import { moneyText } from "../core/money.js";
import { timeElement } from "../core/time.js";
import { words } from "../core/words.js";
import { badge, data, headRow, scrolling } from "../parts/pieces.js";
import { empty } from "../parts/states.js";

const rowLink = (id) =>
  h("a.mono", { href: `/orders/${encodeURIComponent(id)}`, "data-row-link": id }, data(id));

/// `changed`: ids of the rows that have just changed.
export function ordersTable(orders, changed) {
  const row = (order) =>
    h(
      changed.has(order.order_id) ? "tr.flash" : "tr",
      h("td", rowLink(order.order_id)),
      h("td", data(order.customer_id)),
      h("td", badge(order.status), " ", order.held && badge("HELD")),
      h("td", badge(order.payment_status)),
      h(
        "td",
        order.fulfilment_status === "NONE" ? h("span.faint", "–") : badge(order.fulfilment_status),
      ),
      h("td.number", moneyText(order.total)),
      h("td", timeElement(order.create_time)),
      h("td", timeElement(order.update_time, "ago")),
    );
  return scrolling(
    "Orders",
    h(
      "table.orders",
      headRow(
        "Order",
        "Customer",
        "Status",
        "Payment",
        "Fulfilment",
        { text: "Total" },
        "Created",
        "Changed",
      ),
      h("tbody", orders.map(row)),
    ),
  );
}

export function foundTable(orders) {
  const row = (order) =>
    h(
      "tr",
      h("td", rowLink(order.order_id)),
      h("td", data(order.customer_id)),
      h("td", order.matched_fields.map(words).join(", ")),
      h("td", timeElement(order.create_time)),
    );
  return scrolling(
    "Orders found",
    h(
      "table.orders",
      headRow("Order", "Customer", "Found in", "Created"),
      h("tbody", orders.map(row)),
    ),
  );
}

export function noOrders({ isSearch, isFirstPage, isFiltered, text, clear }) {
  if (!isFirstPage) return empty("Nothing more", "The list ends before this page.");
  const all = h("button", { type: "button", onclick: clear }, "Show all orders");
  if (isSearch) {
    return empty(
      "Nothing found",
      'All words must be in the order. Write word* for what begins so, and "two words" for words side by side.',
      h("a.button", { href: `/orders/${encodeURIComponent(text)}` }, `Open the order ${text}`),
      all,
    );
  }
  if (isFiltered)
    return empty("No order is like that", "None has all that the filters ask for.", all);
  return empty(
    "No orders yet",
    "They appear here as they are placed.",
    h("a.button", { href: "/shop" }, "Place one in the shop"),
  );
}
