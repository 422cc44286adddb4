// The focus over a new drawing.
import { isPressing } from "./pressing.js";

const marks = ["data-row-link", "data-operation"];

/// Draws anew, and puts the focus back to what has the same mark; of "data-operation", "NAME:VERB",
/// at least to the first of the same name. Not while a button is being pressed: the next drawing
/// comes in a moment.
export function keepingFocus(root, draw) {
  if (isPressing()) return;
  const active = root.contains(document.activeElement) ? document.activeElement : null;
  const mark = active && marks.find((name) => active.hasAttribute(name));
  const value = mark && active.getAttribute(mark);
  draw();
  if (!mark) return;
  const [name] = value.split(":");
  (
    root.querySelector(`[${mark}="${CSS.escape(value)}"]`) ??
    root.querySelector(`[data-operation^="${CSS.escape(`${name}:`)}"]`)
  )?.focus();
}
