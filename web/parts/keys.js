// Keys that work in every view, and the sheet that names them.
import { h, icon } from "../core/dom.js";
import { cyclePreference } from "../core/preferences.js";
import { navigate } from "../core/router.js";

// key: section
let places = new Map();
const sequenceMs = 1500;
let isGoing = false;

const isTyping = (target) =>
  target.closest(
    "input:not([type=range]):not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]",
  );

function moveRow(step) {
  const links = [...document.querySelectorAll("main [data-row-link]")];
  if (links.length === 0) return;
  const at = links.indexOf(document.activeElement);
  links[
    Math.min(
      links.length - 1,
      Math.max(0, at === -1 ? (step > 0 ? 0 : links.length - 1) : at + step),
    )
  ].focus();
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]"))
    return;
  if (isTyping(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (isGoing && places.has(event.key)) {
    isGoing = false;
    event.preventDefault();
    return navigate(places.get(event.key).href);
  }
  const actions = {
    g: () => {
      isGoing = true;
      setTimeout(() => (isGoing = false), sequenceMs);
    },
    "/": () => {
      const field = document.querySelector("main [data-search]");
      if (field) field.focus();
      else navigate("/orders");
    },
    "?": showKeys,
    j: () => moveRow(1),
    k: () => moveRow(-1),
    t: () => cyclePreference("theme"),
    u: () => cyclePreference("zone"),
  };
  if (!actions[event.key]) return;
  event.preventDefault();
  actions[event.key]();
}

/// `sections` of {key, href, text}: `g` and the key goes there.
export function startKeys(sections) {
  places = new Map(sections.map((section) => [section.key, section]));
  document.addEventListener("keydown", press);
}

export function showKeys() {
  const row = (keys, text) => [
    h(
      "dt",
      keys.map((key) => [h("kbd", key), " "]),
    ),
    h("dd", text),
  ];
  const dialog = h(
    "dialog",
    { "aria-labelledby": "keys-title" },
    h(
      "div.sheet",
      h(
        "header",
        h("h2", { id: "keys-title" }, "Keys"),
        h(
          "button.quiet",
          { type: "button", "aria-label": "Close", onclick: () => dialog.close() },
          icon("close"),
        ),
      ),
      h(
        "dl.keys",
        row(["/"], "Search orders"),
        row(["j"], "Next row"),
        row(["k"], "Row before"),
        row(["Enter"], "Open it"),
        [...places].map(([key, { text }]) => row(["g", key], text)),
        row(["←", "→"], "Time travel: one event back, one on"),
        row(["t"], "Theme"),
        row(["u"], "UTC or local times"),
        row(["Esc"], "Close, or leave a field"),
      ),
    ),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
