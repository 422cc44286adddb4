// What one request has caused, in all streams, as a tree of causes.
import { read } from "../core/api.js";
import { h, replace } from "../core/dom.js";
import { data, pageHead } from "../parts/pieces.js";
import { empty, failed, loading } from "../parts/states.js";
import { View } from "../parts/view.js";
import { causationDepths, eventList } from "./event_list.js";

const pagesMax = 20;
const eventsMax = 500;

class CorrelationView extends View {
  #events = [];
  #next = "";
  #examined = 0n;

  show() {
    this.id_ = this.route.parameters.correlation;
    this.list = h("div.card", loading(5));
    replace(
      this,
      pageHead("By correlation", {
        back: { href: "/streams", text: "Streams" },
        lead: [
          "What the request ",
          h("span.mono", data(this.id_)),
          " has recorded, and what followed from it.",
        ],
      }),
      this.list,
    );
    this.#load();
  }

  /// From the end of the log back, until something is found and its page is full, or far enough.
  async #load() {
    await this.attempt(
      async () => {
        for (let page = 0; page < pagesMax && this.#events.length < eventsMax; page++) {
          const answer = await read(
            "/v1/streams:listCorrelated",
            { correlation_id: this.id_, page_size: 500, page_token: this.#next },
            { signal: this.signal },
          );
          this.#events.push(...answer.events);
          this.#examined += BigInt(answer.events_examined);
          this.#next = answer.next_page_token;
          if (!this.#next) break;
        }
        this.#render();
      },
      (problem) =>
        replace(
          this.list,
          failed(problem, () => this.#load()),
        ),
    );
  }

  #render() {
    const oldestFirst = [...this.#events].reverse();
    replace(
      this.list,
      oldestFirst.length === 0
        ? empty(
            "Nothing found",
            `No event with this correlation id among the newest ${this.#examined}.`,
          )
        : eventList(oldestFirst, {
            open: new Set(oldestFirst.slice(0, 1).map((event) => event.event_id)),
            depths: causationDepths(oldestFirst),
          }),
      this.#next &&
        h(
          "div.pager",
          `The newest ${this.#examined} events were looked at.`,
          h(
            "div.actions",
            h("button", { type: "button", onclick: () => this.#load() }, "Look further back"),
          ),
        ),
    );
  }
}
customElements.define("correlation-view", CorrelationView);
