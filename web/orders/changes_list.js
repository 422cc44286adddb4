// Differences of two states, readable: what it was, what it is.
import { h } from "../core/dom.js";
import { words } from "../core/words.js";

const changesMax = 400;

const nameOf = (path) =>
  path.map((part, i) => (i === 0 ? words(part) : part.replaceAll("_", " "))).join(" · ");

/// Of changesBetween().
export function changesList(changes) {
  if (changes.length === 0) return h("p.muted", "Nothing that is shown has changed.");
  const value = (tag, text, said) =>
    text === "" ? h("span.faint", "nothing") : h(tag, h("span.hidden-text", said), h("bdi", text));
  return h(
    "ul.changes",
    changes
      .slice(0, changesMax)
      .map(({ path, from, to }) =>
        h(
          "li",
          h("span.change-name", nameOf(path)),
          h(
            "span.change-values",
            value("del", from, "was "),
            h("span", { "aria-hidden": "true" }, "→"),
            value("ins", to, "is now "),
          ),
        ),
      ),
    changes.length > changesMax && h("li.muted", `and ${changes.length - changesMax} more`),
  );
}
