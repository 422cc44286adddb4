// Asks for a token when the service wants one.
import { h, icon } from "../core/dom.js";
import { keepToken, onTokenNeeded, token } from "../core/token.js";
import { textField } from "./fields.js";

let wasAsked = false;

/// `why`: the service's refusal, as a Problem. Once: whoever closes it reads what views say, and is
/// asked again by a reload.
function ask(why) {
  if (wasAsked) return;
  wasAsked = true;
  const field = textField({ label: "Token", required: true, hint: "Kept for this tab alone." });
  const input = field.element.querySelector("input");
  input.type = "password";
  input.autocomplete = "current-password";
  const dialog = h(
    "dialog",
    { "aria-labelledby": "sign-in-title", onclose: () => dialog.remove() },
    h(
      "form",
      {
        method: "dialog",
        onsubmit: (event) => {
          event.preventDefault();
          try {
            keepToken(field.read());
          } catch {
            return; // The field says what is wrong.
          }
          location.reload();
        },
      },
      h(
        "header",
        h(
          "div",
          h("h2", { id: "sign-in-title" }, "Who is there?"),
          h("p", token() ? why.message : "This service answers to those who have a token."),
        ),
        h(
          "button.quiet",
          { type: "button", "aria-label": "Close", onclick: () => dialog.close() },
          icon("close"),
        ),
      ),
      field.element,
      h("footer", h("button.primary", "Go on")),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  input.focus();
}

export const startSignIn = () => onTokenNeeded(ask);

/// A button that forgets the token; null without one.
export function signOutButton() {
  if (!token()) return null;
  const forget = () => {
    keepToken("");
    location.assign("/");
  };
  return h(
    "button.quiet",
    { type: "button", id: "sign-out", onclick: forget },
    icon("close"),
    "Sign out",
  );
}
