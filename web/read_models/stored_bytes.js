// Bytes as they are stored, readable: JSON or text where they are that, else in hexadecimal digits.
import { h } from "../core/dom.js";
import { jsonElement } from "../core/json_text.js";

const bytesMax = 65536;
const perLine = 16;

/// Of the base64 that JSON has.
export function bytesElement(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  if (bytes.length === 0) return h("p.muted", "Empty.");
  const cut = bytes.length >= bytesMax && h("p.small.muted", "The first 64 KiB.");
  try {
    return [jsonElement(new TextDecoder("utf-8", { fatal: true }).decode(bytes)), cut];
  } catch {
    return [
      h("p.small.muted", `${bytes.length} bytes that are no UTF-8:`),
      h("pre.json", { tabindex: "0", role: "group", "aria-label": "Bytes" }, hexadecimal(bytes)),
      cut,
    ];
  }
}

function hexadecimal(bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += perLine) {
    const row = [...bytes.slice(at, at + perLine)];
    const digits = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = row
      .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·"))
      .join("");
    lines.push(`${at.toString(16).padStart(6, "0")}  ${digits.padEnd(3 * perLine)} ${text}`);
  }
  return lines.join("\n");
}
