// Small pieces that many views share.
import { h, icon } from "../core/dom.js";
import { changeQuery } from "../core/router.js";
import { toneOf, words } from "../core/words.js";
import { isPressing } from "./pressing.js";

/// A status in its colour and in words.
export const badge = (status, tone = toneOf(status)) => h(`span.badge.${tone}`, words(status));

/// Text of others: its direction cannot leak into what stands around it.
export const data = (text) => h("bdi", text);

export const orderLink = (orderId, children = null) =>
  h("a.mono", { href: `/orders/${encodeURIComponent(orderId)}` }, h("bdi", children ?? orderId));

/// The head of a view: `back` is {href, text} or null.
export function pageHead(title, { back, lead, actions = [], beside = [] } = {}) {
  return h(
    "header.page-head",
    back && h("span.crumb", h("a", { href: back.href }, icon("back"), back.text)),
    h("h1", title),
    beside,
    h("div.actions", actions),
    lead && h("p.lead", lead),
  );
}

export function card(title, body, { actions = [], level = "h2" } = {}) {
  return h("section.card", h("header", h(level, title), h("div.actions", actions)), body);
}

/// Numbers with their names: [name, value, whether it is a main one], …
export const figures = (list) =>
  h(
    "dl.sums",
    list
      .filter(Boolean)
      .map(([name, value, isMain]) =>
        h(isMain ? "div.main" : "div", h("dt", name), h("dd", value)),
      ),
  );

/// [name, value], … one under the other.
export const facts = (list) =>
  h(
    "dl.facts",
    list.filter(Boolean).map(([name, value]) => [h("dt", name), h("dd", value)]),
  );

/// Buttons to other pages of a list, by `page` of the address; null where there is one page alone.
export function pager({ next, isFirst, text = null, label = "Pages" }) {
  if (!next && isFirst) return null;
  const button = (page, name) =>
    h("button", { type: "button", onclick: () => changeQuery({ page }) }, name);
  return h(
    "nav.pager",
    { "aria-label": label },
    text,
    h("div.actions", !isFirst && button("", "First page"), next && button(next, "Next page")),
  );
}

/// A table that scrolls by itself where the window is narrow; with the keyboard too.
export const scrolling = (label, table) =>
  h("div.scroll", { tabindex: "0", role: "region", "aria-label": label }, table);

/// Head cells: texts, or {text, number: true}.
export const headRow = (...columns) =>
  h(
    "thead",
    h(
      "tr",
      columns.map((column) =>
        typeof column === "string"
          ? h("th", { scope: "col" }, column)
          : h("th.number", { scope: "col" }, column.text),
      ),
    ),
  );

/// Offers `text` as a file.
export function download(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/// Runs `task` at most once in `ms`, and once more if it was asked for meanwhile; never while a
/// button is being pressed.
export function paced(task, ms) {
  let timer = null;
  let isWanted = false;
  const run = () => {
    timer = setTimeout(() => {
      timer = null;
      if (isWanted) run();
    }, ms);
    isWanted = isPressing();
    if (!isWanted) task();
  };
  return () => {
    if (timer) isWanted = true;
    else run();
  };
}
