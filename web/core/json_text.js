// JSON for people to read, as text: numbers are never read as numbers, so no digit is lost.
import { h } from "./dom.js";

const token = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]/g;

/// The tokens of a text that is JSON, with line ends and indents between them.
function layOut(text) {
  const tokens = text.match(token) ?? [];
  const out = [];
  let depth = 0;
  const newLine = () => out.push(`\n${"  ".repeat(depth)}`);
  tokens.forEach((one, i) => {
    const isEmpty =
      (one === "{" && tokens[i + 1] === "}") || (one === "[" && tokens[i + 1] === "]");
    if (one === "{" || one === "[") {
      out.push(one);
      depth++;
      if (!isEmpty) newLine();
    } else if (one === "}" || one === "]") {
      depth--;
      if (tokens[i - 1] !== "{" && tokens[i - 1] !== "[") newLine();
      out.push(one);
    } else if (one === ",") {
      out.push(one);
      newLine();
    } else if (one === ":") {
      out.push(": ");
    } else {
      out.push(one);
    }
  });
  return { out, tokens };
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/// The text with line ends and indents; as it is, if it is no JSON.
export const indented = (text) => (isJson(text) ? layOut(text).out.join("") : text);

/// <pre> of a JSON text: indented, its kinds of values in colours.
export function jsonElement(text) {
  const element = h("pre.json", { tabindex: "0", role: "group", "aria-label": "JSON" });
  if (!isJson(text)) {
    element.append(text);
    return element;
  }
  const { out } = layOut(text);
  out.forEach((piece, i) => {
    const kind = piece.startsWith('"')
      ? out[i + 1] === ": "
        ? "key"
        : "text"
      : /^-?\d/.test(piece)
        ? "number"
        : /^[tfn]/.test(piece)
          ? "word"
          : null;
    element.append(kind ? h(`span.json-${kind}`, piece) : piece);
  });
  return element;
}
