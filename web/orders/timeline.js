// What happened to an order, newest first.
import { h } from "../core/dom.js";
import { timeElement } from "../core/time.js";
import { words } from "../core/words.js";

const shownMax = 60;

export const historyPath = (orderId, revision) =>
  `/orders/${encodeURIComponent(orderId)}/history${revision === undefined ? "" : `?at=${revision}`}`;

/// `fresh`: revisions that have just come.
export function timeline(orderId, entries, fresh = new Set()) {
  const shown = entries.slice(-shownMax).reverse();
  const item = (entry) =>
    h(
      fresh.has(entry.revision) ? "li.fresh" : "li",
      h("a", { href: historyPath(orderId, entry.revision) }, words(entry.type)),
      h("p.small", h("bdi", entry.summary)),
      h(
        "p.meta",
        timeElement(entry.record_time, "short"),
        " · revision ",
        entry.revision,
        " · ",
        h("bdi", entry.actor),
      ),
    );
  return [
    h("ol.timeline", { "aria-label": "What happened, newest first" }, shown.map(item)),
    entries.length > shownMax &&
      h("p.body.small", h("a", { href: historyPath(orderId) }, `All ${entries.length} events`)),
  ];
}
