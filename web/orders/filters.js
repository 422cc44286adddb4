// Filters of the list of orders: from the address to the API's filter, and the form that sets them.
import { h } from "../core/dom.js";
import { fromInput, toInput } from "../core/time.js";
import { exponentOf, parseMoney } from "../core/money.js";
import {
  fulfilmentStatuses,
  orderStatuses,
  paymentStatuses,
  words,
  workLists,
} from "../core/words.js";

export const sorts = {
  "create_time desc": "Newest first",
  create_time: "Oldest first",
  "update_time desc": "Changed last",
  "total desc": "Largest total",
  total: "Smallest total",
  order_id: "By id",
};

// Names in the address, in the order in which the form has them.
export const filterNames = [
  "work",
  "status",
  "payment",
  "fulfilment",
  "held",
  "customer",
  "sku",
  "currency",
  "min",
  "max",
  "from",
  "to",
];

const quoted = (text) => `"${text.replace(/[\\"]/g, "\\$&")}"`;

/// A decimal amount in minor units of `code`; null if it is none.
function minorUnits(text, code) {
  try {
    return parseMoney(text, code);
  } catch {
    return null;
  }
}

/// The filter of ListOrders (docs/api.md).
export function filterText(query) {
  const get = (name) => query.get(name) ?? "";
  const terms = [];
  for (const name of ["work", "status", "payment", "fulfilment", "held"]) {
    if (get(name)) terms.push(`${name} = ${get(name)}`);
  }
  if (get("customer")) terms.push(`customer_id = ${quoted(get("customer"))}`);
  if (get("sku")) terms.push(`sku = ${quoted(get("sku"))}`);
  if (get("currency")) terms.push(`currency = ${quoted(get("currency"))}`);
  // Amounts are in whole units of the currency that is chosen; without one, of those with cents.
  for (const [name, operator] of [
    ["min", ">="],
    ["max", "<="],
  ]) {
    const units = get(name) && minorUnits(get(name), get("currency") || "EUR");
    if (units) terms.push(`total ${operator} ${units}`);
  }
  for (const [name, operator] of [
    ["from", ">="],
    ["to", "<"],
  ]) {
    if (get(name)) terms.push(`create_time ${operator} ${quoted(get(name))}`);
  }
  return terms.join(" AND ");
}

export const isFiltered = (query) => filterNames.some((name) => query.get(name));

const choice = (id, label, value, options, onchange) =>
  h(
    "div.field",
    h("label", { for: id }, label),
    h(
      "select",
      { id, onchange: (event) => onchange(event.target.value) },
      options.map(([key, text]) => h("option", { value: key, selected: key === value }, text)),
    ),
  );

const named = (names, all = "Any") => [["", all], ...names.map((name) => [name, words(name)])];

/// The form. `change({name: value})` puts a filter into the address.
export function filterForm(query, change) {
  const get = (name) => query.get(name) ?? "";
  const select = (name, label, options) =>
    choice(`filter-${name}`, label, get(name), options, (value) => change({ [name]: value }));
  const text = (name, label, attributes = {}) =>
    h(
      "div.field",
      h("label", { for: `filter-${name}` }, label),
      h("input", {
        id: `filter-${name}`,
        value: get(name),
        autocomplete: "off",
        spellcheck: "false",
        onchange: (event) => change({ [name]: event.target.value.trim() }),
        ...attributes,
      }),
    );
  const time = (name, label) =>
    h(
      "div.field",
      h("label", { for: `filter-${name}` }, label),
      h("input", {
        id: `filter-${name}`,
        type: "datetime-local",
        step: "1",
        value: toInput(get(name)),
        onchange: (event) => change({ [name]: fromInput(event.target.value) }),
      }),
    );
  const decimals = exponentOf(get("currency") || "EUR") === 0 ? "1230" : "12.30";
  const rare = ["fulfilment", "held", "sku", "currency", "min", "max", "from", "to", "as_of"];
  return h(
    "form.filters",
    { role: "search", "aria-label": "Filters", onsubmit: (event) => event.preventDefault() },
    h(
      "div.filter-row",
      select("work", "Work list", named(workLists, "None")),
      select("status", "Status", named(orderStatuses)),
      select("payment", "Payment", named(paymentStatuses)),
      text("customer", "Customer", { placeholder: "customer id" }),
      choice(
        "filter-order",
        "Order",
        get("order") || "create_time desc",
        Object.entries(sorts),
        (value) => change({ order: value === "create_time desc" ? "" : value }),
      ),
    ),
    h(
      "details.more",
      { open: rare.some((name) => get(name)) },
      h("summary", "More filters, and the list as it was"),
      h(
        "div.filter-row",
        select("fulfilment", "Fulfilment", named(fulfilmentStatuses)),
        select("held", "On hold", [
          ["", "Any"],
          ["true", "Held"],
          ["false", "Not held"],
        ]),
        text("sku", "Sku", { placeholder: "TEA" }),
        text("currency", "Currency", { placeholder: "EUR", maxlength: "3" }),
        text("min", "Total from", { inputmode: "decimal", placeholder: decimals }),
        text("max", "Total to", { inputmode: "decimal", placeholder: decimals }),
        time("from", "Created from"),
        time("to", "Created before"),
        time("as_of", "As it was at"),
      ),
    ),
  );
}
