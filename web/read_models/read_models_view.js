// All read models: where they are, how far behind, and what is being built.
import { h, replace } from "../core/dom.js";
import { grouped } from "../core/money.js";
import { durationText } from "../core/time.js";
import { keepingFocus } from "../parts/focus.js";
import { data, headRow, pageHead, scrolling } from "../parts/pieces.js";
import { failed, loading } from "../parts/states.js";
import { View } from "../parts/view.js";
import { buildProgress } from "./build_progress.js";
import { lagChart } from "./lag_chart.js";
import { lagText, modelBadges, modelButtons } from "./model_pieces.js";
import { askNow, onSample, takenSamples } from "./samples.js";

class ReadModelsView extends View {
  #charts = [];

  show() {
    this.table = h("div.card", loading(5));
    this.charts = h("div.charts");
    replace(
      this,
      pageHead("Read models", {
        lead: "What queries answer from, filled from the log. Rebuilding goes on beside the live one; nobody waits.",
      }),
      this.table,
      this.charts,
    );
    this.atEnd(onSample((sample) => this.#take(sample)));
  }

  #take({ models, problem }) {
    if (problem) {
      if (this.#charts.length === 0) replace(this.table, failed(problem, askNow));
      return;
    }
    keepingFocus(this, () => replace(this.table, this.#rows(models)));
    if (this.#charts.length === 0) this.#makeCharts(models.map(({ name }) => name));
    for (const chart of this.#charts) chart.samples = takenSamples();
  }

  #makeCharts(names) {
    this.#charts = [
      lagChart({
        names,
        label: "Behind the log, in time",
        value: ({ lagMs }) => lagMs / 1000,
        format: durationText,
      }),
      lagChart({
        names,
        label: "Events applied a second",
        value: ({ rate }) => rate,
        format: (value) => grouped(value < 10 ? Math.round(10 * value) / 10 : Math.round(value)),
      }),
    ];
    replace(
      this.charts,
      this.#charts.map((chart) => h("section.card.body", chart)),
    );
  }

  #rows(models) {
    const rates = takenSamples().at(-1).models;
    return scrolling(
      "Read models",
      h(
        "table.models",
        headRow(
          "Read model",
          "State",
          { text: "Behind" },
          { text: "Events applied" },
          { text: "A second" },
          { text: "Waiting" },
          "Built and verified",
          "Operations",
        ),
        h(
          "tbody",
          models.map((model) =>
            h(
              "tr",
              h(
                "td",
                h(
                  "a",
                  {
                    href: `/read-models/${encodeURIComponent(model.name)}`,
                    "data-row-link": model.name,
                  },
                  h("strong", data(model.name)),
                ),
              ),
              h("td", modelBadges(model), model.error && h("p.small", data(model.error))),
              h("td.number", lagText(model)),
              h("td.number", grouped(model.events_applied)),
              h("td.number", grouped(Math.round(rates.get(model.name)?.rate ?? 0))),
              h("td.number", model.queries_waiting),
              h(
                "td.building",
                buildProgress("Rebuild", model.rebuild, model.name),
                buildProgress("Verification", model.verification, model.name),
                !model.rebuild && !model.verification && h("span.faint", "Not since the start"),
              ),
              h("td", h("div.buttons", modelButtons(model))),
            ),
          ),
        ),
      ),
    );
  }
}
customElements.define("read-models-view", ReadModelsView);
