// A secret that is shown once.
import { h, icon } from "../core/dom.js";
import { notify } from "./notices.js";

/// `text`: what it is for.
export function showSecret({ title, text, secret }) {
  const field = h("input.mono", {
    id: "secret",
    readonly: true,
    value: secret,
    autocomplete: "off",
    spellcheck: "false",
    onfocus: () => field.select(),
  });
  const copy = async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(secret);
      notify("The secret is in the clipboard.");
    } catch {
      // A browser lets pages over plain HTTP copy nothing: it is selected, for Ctrl and C.
    }
  };
  const dialog = h(
    "dialog",
    { "aria-labelledby": "secret-title", onclose: () => dialog.remove() },
    h(
      "form",
      { method: "dialog" },
      h("header", h("div", h("h2", { id: "secret-title" }, title), h("p", text))),
      h(
        "div.field",
        h("label", { for: "secret" }, "Secret"),
        h("div.secret", field, h("button", { type: "button", onclick: copy }, "Copy")),
        h("span.hint", icon("warning"), "It is shown this once: put it where the receiver has it."),
      ),
      h("footer", h("button.primary", "I have it")),
    ),
  );
  // Nobody loses it by a stray Escape.
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  document.body.append(dialog);
  dialog.showModal();
  field.focus();
}
