// The events of one stream, or of all, in either direction; new ones as they come.
import { read } from "../core/api.js";
import { h, replace } from "../core/dom.js";
import { changeQuery } from "../core/router.js";
import { data, pageHead, paced } from "../parts/pieces.js";
import { empty, failed, loading } from "../parts/states.js";
import { View } from "../parts/view.js";
import { eventList } from "./event_list.js";
import { eventsPath, streamPath } from "./stream_paths.js";

const pageSize = 50;
const refreshMs = 1000;
// Streams of a category or of a type, which projections of a server make.
const projected = /^\$(ce|et)-(.*)$/;
const back = { href: "/streams", text: "Streams" };

class StreamView extends View {
  #open = new Set();
  #asked = 0;

  show() {
    this.stream = this.route.parameters.stream;
    this.query = this.route.query;
    this.tools = h("div.stream-tools");
    this.list = h("div.card", loading(8));
    const order = /^order-(.+)$/.exec(this.stream);
    replace(
      this,
      pageHead(data(this.stream), {
        back,
        actions:
          order && h("a.button", { href: `/orders/${encodeURIComponent(order[1])}` }, "The order"),
      }),
      this.tools,
      this.list,
    );
    this.#showTools();
    this.#load();
    const refresh = paced(
      () => document.hidden || this.query.get("page") || this.#load(true),
      refreshMs,
    );
    this.live((message) => message.type !== "state" && refresh());
  }

  routeChanged(query) {
    this.query = query;
    this.#showTools();
    this.#load();
  }

  get #direction() {
    return this.query.get("direction") === "forwards" ? "FORWARDS" : "BACKWARDS";
  }

  #showTools() {
    if (this.tools.contains(document.activeElement) && document.activeElement.tagName === "INPUT")
      return;
    const field = (name, label, attributes = {}) =>
      h(
        "div.field",
        h("label", { for: `stream-${name}` }, label),
        h("input", {
          id: `stream-${name}`,
          value: this.query.get(name) ?? "",
          autocomplete: "off",
          onchange: (event) => changeQuery({ [name]: event.target.value.trim(), page: "" }),
          ...attributes,
        }),
      );
    const isAll = this.stream === "$all";
    replace(
      this.tools,
      h(
        "div.field",
        h("label", { for: "direction" }, "Direction"),
        h(
          "select",
          {
            id: "direction",
            onchange: (event) => changeQuery({ direction: event.target.value, page: "" }),
          },
          h("option", { value: "" }, "Newest first"),
          h(
            "option",
            { value: "forwards", selected: this.#direction === "FORWARDS" },
            "Oldest first",
          ),
        ),
      ),
      isAll
        ? [
            field("category", "Streams that begin with", { placeholder: "order-" }),
            field("type", "Types that begin with", { placeholder: "OrderConfirmed" }),
          ]
        : field("from", "From revision", { inputmode: "numeric" }),
    );
  }

  async #load(isRefresh = false) {
    const asked = ++this.#asked;
    const get = (name) => this.query.get(name) ?? "";
    const chosen =
      this.stream === "$all"
        ? { stream_prefix: get("category"), type_prefix: get("type") }
        : { from_revision: get("from") };
    await this.attempt(
      async () => {
        const answer = await read(
          eventsPath(this.stream),
          { direction: this.#direction, page_size: pageSize, page_token: get("page"), ...chosen },
          { signal: this.signal },
        );
        if (asked === this.#asked) this.#render(answer);
      },
      (problem) => {
        if (asked !== this.#asked || (isRefresh && problem.status === 0)) return;
        replace(
          this.list,
          projected.test(this.stream) && [404, 409].includes(problem.status)
            ? this.#instead(problem)
            : failed(
                problem,
                () => this.#load(),
                h("a.button", { href: "/streams" }, "To the streams"),
              ),
        );
      },
    );
  }

  /// The embedded store makes no streams of categories and types: a prefix over all says the same.
  #instead(problem) {
    const [, kind, name] = projected.exec(this.stream);
    const query =
      kind === "ce"
        ? `category=${encodeURIComponent(`${name}-`)}`
        : `type=${encodeURIComponent(name ?? "")}`;
    return empty(
      "This store does not make such a stream",
      problem.message,
      h("a.button", { href: `${streamPath("$all")}?${query}` }, "The same events, of all streams"),
    );
  }

  #render({ events, next_page_token: next, events_examined: examined }) {
    const isFirst = !this.query.get("page");
    const focused = this.list.contains(document.activeElement)
      ? [...this.list.querySelectorAll("summary")].indexOf(document.activeElement)
      : -1;
    replace(
      this.list,
      events.length === 0
        ? empty(
            "No event here",
            next
              ? `None among the ${examined} that were looked at; there are more.`
              : "Nothing more.",
          )
        : eventList(events, { open: this.#open, showsStream: this.stream.startsWith("$") }),
      (next || !isFirst) &&
        h(
          "nav.pager",
          { "aria-label": "Pages" },
          `${events.length} of ${examined} events looked at`,
          h(
            "div.actions",
            !isFirst &&
              h(
                "button",
                { type: "button", onclick: () => changeQuery({ page: "" }) },
                "First page",
              ),
            next &&
              h(
                "button",
                { type: "button", onclick: () => changeQuery({ page: next }) },
                "Next page",
              ),
          ),
        ),
    );
    if (focused !== -1) this.list.querySelectorAll("summary")[focused]?.focus();
  }
}
customElements.define("stream-view", StreamView);
