// The events of one stream, or of all, in either direction; new ones as they come. Of a stream whose
// links are first events of others, these.
import { read } from "../core/api.js";
import { h, replace } from "../core/dom.js";
import { changeQuery } from "../core/router.js";
import { timeElement } from "../core/time.js";
import { data, headRow, pageHead, paced, scrolling } from "../parts/pieces.js";
import { empty, failed, loading } from "../parts/states.js";
import { View } from "../parts/view.js";
import { eventList } from "./event_list.js";
import { categoryOf, categoryStream, listedStream, projectedStream } from "./projected_streams.js";
import { eventsPath, isReachable, streamPath } from "./stream_paths.js";

const pageSize = 50;
const refreshMs = 1000;
const back = { href: "/streams", text: "Streams" };

class StreamView extends View {
  #open = new Set();
  #asked = 0;

  show() {
    this.stream = this.route.parameters.stream;
    this.query = this.route.query;
    this.tools = h("div.stream-tools");
    this.list = h("div.card", loading(8));
    this.projected = projectedStream(this.stream);
    replace(
      this,
      pageHead(data(this.stream), {
        back,
        lead: this.projected?.about,
        actions: this.#ways().map(({ href, text }) => h("a.button", { href }, text)),
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

  /// Where one may want to go from here.
  #ways() {
    const order = /^order-(.+)$/.exec(this.stream);
    const category = categoryOf(this.stream);
    const beside = this.projected?.beside;
    return [
      order && { text: "The order", href: `/orders/${encodeURIComponent(order[1])}` },
      category && { text: "Its category", href: streamPath(categoryStream(category)) },
      beside && { text: beside.text, href: streamPath(beside.stream) },
    ].filter(Boolean);
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
          this.projected && [404, 409].includes(problem.status)
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

  /// A store that keeps no such streams has the same events all the same.
  #instead(problem) {
    return empty(
      "This store does not make such a stream",
      problem.message,
      h(
        "a.button",
        { href: this.projected.instead },
        this.projected.listsStreams ? "The same streams" : "The same events, of all streams",
      ),
    );
  }

  /// Each entry of the page as the stream that it names.
  #streamTable(events) {
    const name = (stream) => {
      if (stream === null) return h("span.muted", "Gone");
      if (!isReachable(stream)) return h("span.mono", data(stream));
      return h("a.mono", { href: streamPath(stream), "data-row-link": stream }, data(stream));
    };
    const row = (event) =>
      h(
        "tr",
        h("td.number", (event.link ?? event).revision),
        h("td", name(listedStream(event))),
        h("td", timeElement(event.create_time)),
      );
    return scrolling(
      "Streams",
      h(
        "table.stream-list",
        headRow({ text: "Number" }, "Stream", "Begun"),
        h("tbody", events.map(row)),
      ),
    );
  }

  #render({ events, next_page_token: next, events_examined: examined }) {
    const isFirst = !this.query.get("page");
    const rows = "summary, [data-row-link]";
    const focused = this.list.contains(document.activeElement)
      ? [...this.list.querySelectorAll(rows)].indexOf(document.activeElement)
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
        : this.projected?.listsStreams
          ? this.#streamTable(events)
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
    if (focused !== -1) this.list.querySelectorAll(rows)[focused]?.focus();
  }
}
customElements.define("stream-view", StreamView);
