// An order as it was: a slider over its revisions and times, what each event changed, and what lies
// between any two.
import { changesBetween } from "../core/diff.js";
import { h, icon, replace } from "../core/dom.js";
import { indented, jsonElement } from "../core/json_text.js";
import { changeQuery } from "../core/router.js";
import { fromInput, timeElement, toInput, zoneName } from "../core/time.js";
import { words } from "../core/words.js";
import { card, data, download, pageHead, paced } from "../parts/pieces.js";
import { failed, loading } from "../parts/states.js";
import { View } from "../parts/view.js";
import { correlatedPath } from "../streams/stream_paths.js";
import { changesList } from "./changes_list.js";
import { readHistory } from "./history.js";
import { orderState, statusBadges } from "./order_state.js";
import { StatesInTime } from "./states_in_time.js";
import "./time_ruler.js";

class TimeTravelView extends View {
  #entries = [];
  #isWhole = true;
  #asked = 0;

  show() {
    this.id_ = this.route.parameters.order;
    this.query = this.route.query;
    this.states = new StatesInTime(this.id_, this.signal);
    this.ruler = document.createElement("time-ruler");
    this.ruler.onmove = (index) =>
      changeQuery({ at: this.#entries[index].revision }, { replace: true });
    this.detail = h("div");
    this.tools = h("div.travel-tools");
    replace(this, this.#head(), h("div.card", loading(8)));
    this.#load(true);
    const refresh = paced(() => this.#load(false), 500);
    this.live((message) => {
      if (message.type === "reset" || message.entry?.order_id === this.id_) refresh();
    });
    const keys = (event) => {
      if (event.target.closest("input, select, textarea, dialog")) return;
      if (event.key === "ArrowLeft") this.ruler.step(-1);
      if (event.key === "ArrowRight") this.ruler.step(1);
    };
    document.addEventListener("keydown", keys);
    this.atEnd(() => document.removeEventListener("keydown", keys));
  }

  routeChanged(query) {
    this.query = query;
    if (this.#entries.length > 0) this.#showPoint();
  }

  #head() {
    return pageHead(["Time travel: ", data(this.id_)], {
      back: { href: `/orders/${encodeURIComponent(this.id_)}`, text: "The order now" },
      actions: this.#entries.length > 0 && [
        h(
          "button",
          { type: "button", onclick: () => this.#download() },
          icon("download"),
          "History as JSON",
        ),
      ],
      lead: this.#isWhole
        ? "The order as it was after each event."
        : "The first 10,000 events; the order has more.",
    });
  }

  async #load(isFirst) {
    await this.attempt(
      async () => {
        const { entries, isWhole } = await readHistory(this.id_, { signal: this.signal });
        const wasAtEnd = this.#index() === this.#entries.length - 1;
        this.#entries = entries;
        this.#isWhole = isWhole;
        if (isFirst || !this.contains(this.ruler)) {
          replace(
            this,
            this.#head(),
            h("section.card.travel", { "aria-label": "Point in time" }, this.ruler, this.tools),
            this.detail,
          );
        }
        if (isFirst || wasAtEnd) this.#showPoint();
        else this.ruler.set(entries, this.#index());
      },
      (problem) =>
        isFirst &&
        replace(
          this,
          this.#head(),
          h(
            "div.card",
            failed(
              problem,
              () => this.#load(true),
              h("a.button", { href: "/orders" }, "To the orders"),
            ),
          ),
        ),
    );
  }

  /// Of the entry that the address names; else of the last one.
  #index(name = "at") {
    const revision = this.query.get(name);
    const found =
      revision === null ? -1 : this.#entries.findIndex((entry) => entry.revision === revision);
    return found === -1 && name === "at" ? this.#entries.length - 1 : found;
  }

  async #showPoint() {
    const asked = ++this.#asked;
    const index = this.#index();
    const other = this.#index("with");
    const entry = this.#entries[index];
    this.ruler.set(this.#entries, index);
    this.#showTools(entry, other);
    await this.attempt(
      async () => {
        const [before, state, compared] = await Promise.all([
          this.states.at(Number(entry.revision) - 1),
          this.states.at(Number(entry.revision)),
          other === -1 ? null : this.states.at(Number(this.#entries[other].revision)),
        ]);
        if (asked === this.#asked) this.#showDetail({ entry, before, state, compared, other });
      },
      (problem) =>
        asked === this.#asked &&
        replace(
          this.detail,
          h(
            "div.card",
            failed(problem, () => this.#showPoint()),
          ),
        ),
    );
  }

  #showTools(entry, other) {
    if (this.tools.contains(document.activeElement)) return;
    const goTo = (value) => {
      const time = Date.parse(fromInput(value));
      // To the second that is written: its events belong to it.
      const found = this.#entries.findLast(({ record_time: at }) => Date.parse(at) < time + 1000);
      changeQuery({ at: (found ?? this.#entries[0]).revision });
    };
    const options = this.#entries.map(({ revision, type }, i) =>
      h("option", { value: revision, selected: i === other }, `${revision} · ${words(type)}`),
    );
    replace(
      this.tools,
      h(
        "div.field",
        h("label", { for: "go-to-time" }, `Go to a time (${zoneName()})`),
        h("input", {
          id: "go-to-time",
          type: "datetime-local",
          step: "1",
          value: toInput(entry.record_time),
          onchange: (event) => goTo(event.target.value),
        }),
      ),
      h(
        "div.field",
        h("label", { for: "compare-with" }, "Compare with revision"),
        h(
          "select",
          {
            id: "compare-with",
            onchange: (event) => {
              event.target.blur();
              changeQuery({ with: event.target.value });
            },
          },
          h("option", { value: "" }, "the one before"),
          options,
        ),
      ),
    );
  }

  #showDetail({ entry, before, state, compared, other }) {
    const facts = [
      ["When", timeElement(entry.record_time, "full")],
      ["Who", data(entry.actor)],
      ["By", data(entry.command)],
      ["Request", h("span.mono", data(entry.request_id))],
      [
        "Correlation",
        h("a.mono", { href: correlatedPath(entry.correlation_id) }, data(entry.correlation_id)),
      ],
      ["Event", h("span.mono", data(entry.event_id))],
    ];
    const isCompared = compared !== null;
    const between = isCompared && this.#entries[other].revision;
    const [from, to] =
      isCompared && Number(between) > Number(entry.revision)
        ? [state, compared]
        : [isCompared ? compared : before, state];
    replace(
      this.detail,
      h(
        "div.travel-grid",
        h(
          "div",
          h(
            "section.card",
            h(
              "header",
              h("h2", { id: "point" }, `${entry.revision} · ${words(entry.type)}`),
              h("div.actions", statusBadges(state)),
            ),
            h(
              "div.body",
              h("p", data(entry.summary)),
              h(
                "dl.facts.small",
                facts.map(([name, value]) => [h("dt", name), h("dd", value)]),
              ),
            ),
          ),
          card(
            isCompared ? `From revision ${from.revision} to ${to.revision}` : "What it changed",
            h("div.body", changesList(changesBetween(from, to))),
          ),
          card("The event as it is stored", h("div.body", jsonElement(entry.data_json))),
        ),
        h(
          "div",
          { role: "region", "aria-label": `State at revision ${entry.revision}` },
          orderState(state),
        ),
      ),
    );
  }

  #download() {
    // Event bodies as the text they are, so that no number changes on its way through the browser.
    const entries = this.#entries.map(
      ({ data_json: body, ...entry }) =>
        `{${JSON.stringify(entry).slice(1, -1)},"data":${body || "null"}}`,
    );
    download(
      `${this.id_.replace(/[^\w.-]/g, "_")}-history.json`,
      `${indented(`[${entries.join(",")}]`)}\n`,
    );
  }
}
customElements.define("time-travel-view", TimeTravelView);
