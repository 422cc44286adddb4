// What differs between two states of an order, field by field, in words.
import { moneyText, rateText } from "./money.js";
import { words } from "./words.js";

// They move with every event, or follow from what is shown.
const leftOut = new Set(["etag", "revision", "update_time", "allowed_commands"]);
const keys = ["line_id", "refund_id", "payment_id", "shipment_id", "return_id", "code", "kind"];
const named = new Set(["status", "payment_status", "fulfilment_status", "state", "kind"]);

const isMoney = (value) => typeof value === "object" && "minor_units" in value;
const isSaid = (value) => value !== "" && value !== null && value !== undefined && value !== false;

function flatten(value, path, out) {
  if (Array.isArray(value)) {
    value.forEach((element, i) => {
      const key = keys.find((name) => name in Object(element));
      flatten(element, [...path, `${key ? element[key] : i + 1}`], out);
    });
  } else if (value !== null && typeof value === "object" && !isMoney(value)) {
    for (const [name, inner] of Object.entries(value)) {
      if (path.length === 0 && leftOut.has(name)) continue;
      flatten(inner, [...path, name], out);
    }
  } else if (isSaid(value)) {
    out.set(path.join("\u0000"), { path, text: textOf(path.at(-1), value) });
  }
}

function textOf(name, value) {
  if (typeof value === "object") return moneyText(value);
  if (name === "rate_ppm") return rateText(value);
  if (named.has(name)) return words(String(value).replace("STATE_", ""));
  return value === true ? "yes" : String(value);
}

function fieldsOf(order) {
  const out = new Map();
  if (order) flatten(order, [], out);
  return out;
}

/// [{path: ["lines", "1", "quantity"], from, to}]; from or to is "" where there is nothing.
export function changesBetween(before, after) {
  const was = fieldsOf(before);
  const is = fieldsOf(after);
  const changes = [];
  for (const [key, { path, text }] of was) {
    const now = is.get(key)?.text ?? "";
    if (now !== text) changes.push({ path, from: text, to: now });
  }
  for (const [key, { path, text }] of is) {
    if (!was.has(key)) changes.push({ path, from: "", to: text });
  }
  return changes;
}
