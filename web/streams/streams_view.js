// Streams by their newest event, and ways to any of them.
import { read } from "../core/api.js";
import { h, replace } from "../core/dom.js";
import { changeQuery, navigate } from "../core/router.js";
import { timeElement } from "../core/time.js";
import { data, headRow, pageHead, paced, scrolling } from "../parts/pieces.js";
import { empty, failed, loading } from "../parts/states.js";
import { View } from "../parts/view.js";
import {
  allStreams,
  categoryOf,
  categoryStream,
  projectedLink,
  typeStream,
} from "./projected_streams.js";
import { correlatedPath, isReachable, streamPath } from "./stream_paths.js";

const pageSize = 40;
const refreshMs = 1500;

class StreamsView extends View {
  #asked = 0;

  show() {
    this.query = this.route.query;
    this.tools = h("div.stream-tools");
    this.list = h("div.card", loading(8));
    replace(
      this,
      pageHead("Streams", {
        lead: "What the event store holds, as it is stored.",
        actions: [
          h("a.button", { href: streamPath("$all") }, "All events"),
          h("a.button", { href: streamPath(allStreams) }, "By their first event"),
        ],
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

  #showTools() {
    if (this.tools.contains(document.activeElement)) return;
    const go = (id, label, placeholder, to) =>
      h(
        "form.field",
        {
          onsubmit: (event) => {
            event.preventDefault();
            const text = event.target.querySelector("input").value.trim();
            if (text) navigate(to(text));
          },
        },
        h("label", { for: id }, label),
        h("input", {
          id,
          placeholder,
          autocomplete: "off",
          spellcheck: "false",
          "data-search": id === "go-to-stream",
        }),
      );
    replace(
      this.tools,
      go("go-to-stream", "Go to a stream", "order-…, $ce-order, $et-…", streamPath),
      go("go-to-correlation", "By correlation id", "what one request has caused", correlatedPath),
      h(
        "div.field",
        h("label", { for: "stream-prefix" }, "Names that begin with"),
        h("input", {
          id: "stream-prefix",
          value: this.query.get("prefix") ?? "",
          autocomplete: "off",
          onchange: (event) => changeQuery({ prefix: event.target.value.trim(), page: "" }),
        }),
      ),
      h(
        "div.check",
        h("input", {
          id: "system",
          type: "checkbox",
          checked: this.query.get("system") === "true",
          onchange: (event) =>
            changeQuery({ system: event.target.checked ? "true" : "", page: "" }),
        }),
        h("label", { for: "system" }, "Those of the store itself too"),
      ),
    );
  }

  async #load(isRefresh = false) {
    const asked = ++this.#asked;
    await this.attempt(
      async () => {
        const answer = await read(
          "/v1/streams",
          {
            page_size: pageSize,
            page_token: this.query.get("page") ?? "",
            stream_prefix: this.query.get("prefix") ?? "",
            include_system: this.query.get("system") ?? "",
          },
          { signal: this.signal },
        );
        if (asked === this.#asked) this.#render(answer);
      },
      (problem) => {
        if (asked === this.#asked && !(isRefresh && problem.status === 0))
          replace(
            this.list,
            failed(problem, () => this.#load()),
          );
      },
    );
  }

  #render({ streams, next_page_token: next, events_examined: examined }) {
    const isFirst = !this.query.get("page");
    const focused = this.list.contains(document.activeElement)
      ? document.activeElement.dataset.rowLink
      : null;
    const category = (stream) => {
      const name = categoryOf(stream);
      return name && projectedLink(categoryStream(name), name);
    };
    const row = (stream) =>
      h(
        "tr",
        h(
          "td",
          isReachable(stream.stream)
            ? h(
                "a.mono",
                { href: streamPath(stream.stream), "data-row-link": stream.stream },
                data(stream.stream),
              )
            : h("span.mono", data(stream.stream)),
          stream.deleted && [" ", h("span.badge.bad", "Deleted")],
        ),
        h("td", category(stream.stream)),
        h("td", projectedLink(typeStream(stream.last_type), stream.last_type)),
        h("td.number", stream.last_revision),
        h("td", timeElement(stream.last_write_time)),
      );
    replace(
      this.list,
      streams.length === 0 && !next
        ? empty("No stream", "None has a name like that, or nothing is stored yet.")
        : scrolling(
            "Streams",
            h(
              "table",
              headRow("Stream", "Category", "Newest event", { text: "Revision" }, "Written"),
              h("tbody", streams.map(row)),
            ),
          ),
      (next || !isFirst) &&
        h(
          "nav.pager",
          { "aria-label": "Pages" },
          `${streams.length} streams in ${examined} events looked at`,
          h(
            "div.actions",
            !isFirst &&
              h("button", { type: "button", onclick: () => changeQuery({ page: "" }) }, "Newest"),
            next &&
              h("button", { type: "button", onclick: () => changeQuery({ page: next }) }, "Older"),
          ),
        ),
    );
    if (focused) this.list.querySelector(`[data-row-link="${CSS.escape(focused)}"]`)?.focus();
  }
}
customElements.define("streams-view", StreamsView);
