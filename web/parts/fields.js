// Fields of forms: what is typed becomes what the API takes, or an Error that says what to change.
import { h } from "../core/dom.js";
import { moneyText, parseMoney, parseRate, typedMoney } from "../core/money.js";
import { words } from "../core/words.js";

let lastId = 0;

/// A field: `element` to show, `read()` for its value, `mark(text)` to say what is wrong with it.
export function framed(label, control, { hint, read, required }) {
  const id = `field-${++lastId}`;
  control.id = id;
  const wrong = h("span.wrong", { id: `${id}-wrong`, role: "alert" });
  if (required) control.required = true;
  control.setAttribute("aria-describedby", `${id}-wrong`);
  const element = h(
    "div.field",
    h(
      "label",
      { for: id },
      label,
      !required && control.tagName !== "SELECT" && h("span.faint", " (may be empty)"),
    ),
    control,
    hint && h("span.hint", hint),
    wrong,
  );
  const mark = (text) => {
    wrong.textContent = text;
    control.setAttribute("aria-invalid", String(Boolean(text)));
    if (text) control.focus();
  };
  control.addEventListener("input", () => mark(""));
  return {
    element,
    mark,
    read() {
      try {
        return read(control.value);
      } catch (error) {
        mark(error.message);
        throw error;
      }
    },
  };
}

/// What `fields`, [[name, field], …], say together; a field without a name says several. Throws what
/// the first wrong one says.
export function valuesOf(fields) {
  const values = {};
  for (const [name, field] of fields) {
    const value = field.read();
    if (name) values[name] = value;
    else Object.assign(values, value);
  }
  return values;
}

/// Two short fields beside each other.
export const pairOf = (...fields) => [
  "",
  {
    element: h(
      "div.pair",
      fields.map(([, field]) => field.element),
    ),
    mark: () => {},
    read: () => valuesOf(fields),
  },
];

export const present = (value, what) => {
  if (!value.trim()) throw new Error(`${what} is missing.`);
  return value.trim();
};

export function textField({ label, value = "", hint, required = false, max, multiline = false }) {
  const control = h(multiline ? "textarea" : "input", {
    value,
    maxlength: max,
    autocomplete: "off",
  });
  return framed(label, control, {
    hint,
    required,
    read: (text) => (required ? present(text, label) : multiline ? text : text.trim()),
  });
}

export function moneyField({ label, currency, value = null, hint }) {
  const control = h("input", {
    value: value ? typedMoney(value) : "",
    inputmode: "decimal",
    autocomplete: "off",
  });
  return framed(`${label} (${currency})`, control, {
    hint,
    required: true,
    read: (text) => ({
      currency_code: currency,
      minor_units: parseMoney(present(text, label), currency),
    }),
  });
}

export function countField({ label, value = "1", max, hint }) {
  const control = h("input", { type: "number", min: "1", max, value, inputmode: "numeric" });
  return framed(label, control, {
    hint,
    required: true,
    read(text) {
      if (!/^\d+$/.test(text.trim()) || /^0+$/.test(text.trim()))
        throw new Error("Write a whole number, 1 or more.");
      return text.trim();
    },
  });
}

/// `options`: [[value, text], …].
export function choiceField({ label, options, value, hint, read = (text) => text }) {
  const control = h(
    "select",
    options.map(([key, text]) => h("option", { value: key, selected: key === value }, text)),
  );
  return framed(label, control, { hint, required: true, read });
}

/// A rate in percent, or an amount: {rate_ppm} or {amount}.
export function rateOrAmountField({ label, currency }) {
  const kind = h(
    "select",
    { "aria-label": `${label}: kind` },
    h("option", { value: "rate" }, "percent"),
    h("option", { value: "amount" }, currency),
  );
  const field = framed(label, h("input", { inputmode: "decimal", autocomplete: "off" }), {
    required: true,
    read: (text) =>
      kind.value === "rate"
        ? { rate_ppm: parseRate(present(text, label)) }
        : {
            amount: {
              currency_code: currency,
              minor_units: parseMoney(present(text, label), currency),
            },
          },
  });
  return {
    ...field,
    element: h("div.pair", field.element, h("div.field", h("span.faint.small", "In"), kind)),
  };
}

/// Units of some lines: [{line_id, quantity}]. `available(line)`: how many there can be, a text.
export function itemsField({ label, lines, available, wantsOne = true }) {
  const offered = lines.filter((line) => BigInt(available(line)) > 0n);
  const inputs = offered.map((line) => {
    const most = String(available(line));
    const id = `field-${++lastId}`;
    const input = h("input", {
      id,
      type: "number",
      min: "0",
      max: most,
      value: most,
      inputmode: "numeric",
    });
    return {
      line,
      most,
      input,
      row: h(
        "div.item",
        h("label", { for: id }, h("bdi", line.title), h("span.faint", ` of ${most}`)),
        input,
      ),
    };
  });
  const wrong = h("span.wrong", { role: "alert" });
  return {
    element: h(
      "fieldset.field",
      h("legend", label),
      h(
        "div.items",
        inputs.map(({ row }) => row),
      ),
      wrong,
    ),
    mark: (text) => (wrong.textContent = text),
    read() {
      wrong.textContent = "";
      const items = [];
      for (const { line, most, input } of inputs) {
        const text = input.value.trim() || "0";
        if (!/^\d+$/.test(text) || BigInt(text) > BigInt(most)) {
          wrong.textContent = `Of ${line.title}: a whole number, at most ${most}.`;
          input.focus();
          throw new Error(wrong.textContent);
        }
        if (BigInt(text) > 0n) items.push({ line_id: line.line_id, quantity: text });
      }
      if (items.length === 0 && wantsOne) {
        wrong.textContent = "Choose at least one unit.";
        inputs[0]?.input.focus();
        throw new Error(wrong.textContent);
      }
      return items;
    },
  };
}

export function addressField({ label = "Address", value = null }) {
  const text = (name, title, options = {}) => [
    name,
    textField({ label: title, value: value?.[name] ?? "", ...options }),
  ];
  const fields = [
    text("name", "Name", { required: true }),
    text("line1", "Street", { required: true }),
    text("line2", "Second line"),
    text("postal_code", "Postal code"),
    text("city", "City", { required: true }),
    text("region", "Region"),
    text("country_code", "Country code", { required: true, max: 2, hint: "Two letters, as DE" }),
  ];
  const elementOf = (name) => fields.find(([key]) => key === name)[1].element;
  return {
    element: h(
      "fieldset.field",
      h("legend.hidden-text", label),
      elementOf("name"),
      elementOf("line1"),
      elementOf("line2"),
      h("div.pair", elementOf("postal_code"), elementOf("city")),
      h("div.pair", elementOf("region"), elementOf("country_code")),
    ),
    mark: () => {},
    read: () => {
      const address = Object.fromEntries(fields.map(([name, field]) => [name, field.read()]));
      address.country_code = address.country_code.toUpperCase();
      return address;
    },
  };
}

export const lineChoice = (order) =>
  choiceField({
    label: "Line",
    options: order.lines.map((line) => [
      String(line.line_id),
      `${line.line_id} · ${line.title} (${line.quantity})`,
    ]),
    read: Number,
  });

export const paymentChoice = (payments) =>
  choiceField({
    label: "Payment",
    options: payments.map((payment) => [
      payment.payment_id,
      `${payment.payment_id}: ${moneyText(payment.captured)} captured, ${moneyText(payment.refunded)} refunded`,
    ]),
  });

export const kindChoice = (kinds) =>
  choiceField({ label: "Kind", options: kinds.map((kind) => [kind, words(kind)]) });
