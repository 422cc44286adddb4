// A path that no view has.
import { h, replace } from "../core/dom.js";
import { pageHead } from "./pieces.js";
import { empty } from "./states.js";
import { View } from "./view.js";

class MissingView extends View {
  show() {
    replace(
      this,
      pageHead("Not here"),
      h(
        "div.card",
        empty(
          "Nothing to show",
          `The page has nothing at ${location.pathname}.`,
          h("a.button", { href: "/orders" }, "To the orders"),
        ),
      ),
    );
  }
}
customElements.define("missing-view", MissingView);
