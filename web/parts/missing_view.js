import { h, replace } from "../core/dom.js";
import { empty, } from "./states.js";
import { pageHead } from "./pieces.js";
import { View } from "./view.js";

const awaited = {
  streams: ["Streams", "The events of the store, stream by stream, are served by a later version of the service."],
  node: ["Node", "Throughput, latencies and settings of the store are served by a later version of the service."],
};

/// A path that no view has.
class MissingView extends View {
  show() {
    const path = location.pathname;
    const [title, text] = awaited[path.split("/")[1]] ?? ["Not here", `The page has nothing at ${path}.`];
    replace(
      this,
      pageHead(title),
      h("div.card", empty("Nothing to show", text, h("a.button", { href: "/orders" }, "To the orders"))),
    );
  }
}
customElements.define("missing-view", MissingView);
