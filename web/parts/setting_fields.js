// Fields for those who run the service: numbers with their bounds, times, names, passwords, switches.
import { h } from "../core/dom.js";
import { framed, present } from "./fields.js";

/// A whole number from `min` to `max`, as a number.
export function numberField({ label, value = 0, min = 0, max = 2147483647, hint }) {
  const control = h("input", {
    type: "number",
    min: String(min),
    max: String(max),
    value: String(value),
    inputmode: "numeric",
  });
  return framed(label, control, {
    hint,
    required: true,
    read(text) {
      const number = Number(text.trim());
      if (!/^\d+$/.test(text.trim()) || number < min || number > max)
        throw new Error(`Write a whole number from ${min} to ${max}.`);
      return number;
    },
  });
}

/// Seconds, down to thousandths, of and to a duration of JSON: "2.5s".
export function secondsField({ label, value = "0s", hint }) {
  const control = h("input", {
    value: String(Number.parseFloat(value)),
    inputmode: "decimal",
    autocomplete: "off",
  });
  return framed(`${label} (seconds)`, control, {
    hint,
    required: true,
    read(text) {
      if (!/^\d{1,9}(\.\d{1,3})?$/.test(text.trim()))
        throw new Error("Write seconds such as 30 or 2.5.");
      return `${text.trim()}s`;
    },
  });
}

/// Names, one on each line; as a list without repeats.
export function namesField({ label, value = [], hint }) {
  const control = h("textarea.mono", { value: value.join("\n"), spellcheck: "false" });
  return framed(label, control, {
    hint,
    read: (text) => [...new Set(text.split("\n").map((line) => line.trim()))].filter(Boolean),
  });
}

/// Which of many: all of them, {all: true}, or that many of the oldest, {oldest: "3"}.
export function oldestField({ label = "How many, the oldest first" } = {}) {
  const control = h("input", { inputmode: "numeric", autocomplete: "off" });
  return framed(label, control, {
    hint: "Empty: all of them.",
    read(text) {
      const digits = text.trim();
      if (!digits) return { all: true };
      if (!/^[1-9]\d{0,17}$/.test(digits)) throw new Error("Write a whole number, 1 or more.");
      return { oldest: digits };
    },
  });
}

/// A new password; the browser may make one.
export function passwordField({ label = "Password", hint }) {
  const control = h("input", { type: "password", autocomplete: "new-password" });
  return framed(label, control, {
    hint,
    required: true,
    // As it is: spaces at its ends belong to it.
    read(text) {
      present(text, label);
      return text;
    },
  });
}

let lastId = 0;

/// A box to tick.
export function switchField({ label, value = false, hint }) {
  const id = `switch-${++lastId}`;
  const control = h("input", {
    id,
    type: "checkbox",
    checked: value,
    "aria-describedby": hint && `${id}-hint`,
  });
  return {
    element: h(
      "div.field",
      h("div.check", control, h("label", { for: id }, label)),
      hint && h("span.hint", { id: `${id}-hint` }, hint),
    ),
    mark: () => {},
    read: () => control.checked,
  };
}
