// What a view shows instead of data: it is loading, there is nothing, or it failed; with what to do.
import { h, icon } from "../core/dom.js";

export function loading(lines = 6) {
  return h(
    "div.skeleton",
    { role: "status", "aria-label": "Loading" },
    Array.from({ length: lines }, () => h("i")),
  );
}

/// `actions`: buttons or links.
export function empty(title, text, ...actions) {
  return h("div.state", icon("search"), h("h2", title), h("p", text), h("div.actions", actions));
}

/// What the settings have switched off, and the one that turns it on.
export const switchedOff = (title, setting, text) =>
  empty(
    title,
    [text, " The setting ", h("code", setting), " turns it on."],
    h("a.button", { href: "/node?settings=all" }, "The settings"),
  );

const advice = {
  NOT_REACHED: "Is it running? This page tries again by itself; what you have typed stays.",
  BAD_PAGE_TOKEN:
    "This page of the list is of another filter or of an earlier build: go to the first page.",
  NOT_YET_VISIBLE: "The read model has not come that far yet. Try again in a moment.",
  ORDER_BLOCKED: "An event of this order could not be applied: see the dead letters.",
  VIEW_STOPPED: "This read model has stopped; rebuilding it helps, under Read models.",
  OVERLOADED: "The service has more to do than it takes on. Nothing was done; try again.",
};

/// An error, and a button that tries again.
export function failed(problem, retry, ...actions) {
  return h(
    "div.state.bad",
    { role: "alert" },
    icon("warning"),
    h("h2", problem.title || "This did not work"),
    h("p", h("bdi", problem.message)),
    advice[problem.reason] && h("p", advice[problem.reason]),
    problem.violations?.length > 0 &&
      h(
        "ul",
        problem.violations.map(({ field, description }) =>
          h("li", h("code", field), ": ", description),
        ),
      ),
    problem.requestId && h("p.small.faint", "Request ", h("code", problem.requestId)),
    h(
      "div.actions",
      retry && h("button", { type: "button", onclick: retry }, "Try again"),
      actions,
    ),
  );
}
