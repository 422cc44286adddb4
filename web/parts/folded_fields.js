// Fields that few need, under a line that unfolds them.
import { h } from "../core/dom.js";
import { valuesOf } from "./fields.js";

/// `fields` as a form has them; they are read as one, and unfold when one of them is wrong.
export function foldedFields(title, fields) {
  const element = h(
    "details.folded",
    h("summary", title),
    h(
      "div.folded-fields",
      fields.map(([, field]) => field.element),
    ),
  );
  return {
    element,
    mark: () => {},
    read() {
      try {
        return valuesOf(fields);
      } catch (error) {
        element.open = true;
        element.querySelector("[aria-invalid=true]")?.focus(); // Folded it could not take it.
        throw error;
      }
    },
  };
}
