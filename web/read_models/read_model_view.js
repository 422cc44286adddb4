// One read model: its numbers, its last build, and what a verification or a rebuild found wrong.
import { read } from "../core/api.js";
import { h, replace } from "../core/dom.js";
import { grouped } from "../core/money.js";
import { changeQuery } from "../core/router.js";
import { durationText, timeElement } from "../core/time.js";
import { words } from "../core/words.js";
import { keepingFocus } from "../parts/focus.js";
import { card, data, headRow, orderLink, pageHead, scrolling } from "../parts/pieces.js";
import { empty, failed, loading } from "../parts/states.js";
import { View } from "../parts/view.js";
import { buildProgress, isUnderWay } from "./build_progress.js";
import { lagChart } from "./lag_chart.js";
import { lagText, modelBadges, modelButtons } from "./model_pieces.js";
import { modelPath } from "./operations.js";
import { onSample, takenSamples } from "./samples.js";

const pageSize = 50;

class ReadModelView extends View {
  #lastEnd = null;

  show() {
    this.name_ = this.route.parameters.model;
    this.query = this.route.query;
    this.head = h("div");
    this.facts = h("div.card", loading(4));
    this.chart = lagChart({
      names: [this.name_],
      label: "Behind the log, in time",
      value: ({ lagMs }) => lagMs / 1000,
      format: durationText,
    });
    this.differences = h("div");
    this.skipped = h("div");
    replace(
      this,
      this.head,
      this.facts,
      h("section.card.body", this.chart),
      this.differences,
      this.skipped,
    );
    replace(this.head, this.#head(null));
    this.atEnd(onSample((sample) => this.#take(sample)));
    this.#loadDifferences();
    this.#loadSkipped();
  }

  routeChanged(query) {
    this.query = query;
    this.#loadDifferences();
  }

  #head(model) {
    return pageHead(["Read model ", data(this.name_)], {
      back: { href: "/read-models", text: "Read models" },
      beside: model && modelBadges(model),
      actions: model && modelButtons(model),
    });
  }

  #take({ models, problem }) {
    if (problem) return;
    const model = models.find(({ name }) => name === this.name_);
    if (!model) {
      replace(
        this,
        this.#head(null),
        h(
          "div.card",
          empty(
            "No such read model",
            `There are ${models.map(({ name }) => name).join(", ")}.`,
            h("a.button", { href: "/read-models" }, "To the read models"),
          ),
        ),
      );
      return;
    }
    keepingFocus(this, () => replace(this.head, this.#head(model)));
    const facts = [
      ["Behind", lagText(model)],
      ["Events applied", grouped(model.events_applied)],
      ["Queries waiting", model.queries_waiting],
      [
        "Blocked orders",
        [
          model.blocked_orders,
          model.blocked_orders !== "0" && [
            " · ",
            h("a", { href: `/dead-letters?read_model=${this.name_}` }, "dead letters"),
          ],
        ],
      ],
      ["Events set aside", grouped(model.events_set_aside)],
      ["Position", h("span.mono.small", data(model.freshness.position_token))],
    ];
    replace(
      this.facts,
      h(
        "div.body.stack",
        h(
          "dl.facts",
          facts.map(([name, value]) => [h("dt", name), h("dd", value)]),
        ),
        model.error && h("p.refusal", data(model.error)),
        buildProgress("Rebuild", model.rebuild, this.name_),
        buildProgress("Verification", model.verification, this.name_),
      ),
    );
    this.chart.samples = takenSamples();
    // What a build has found is there when it ends.
    const end = [model.rebuild, model.verification]
      .map((build) => (build && !isUnderWay(build) ? build.end_time : ""))
      .join();
    if (this.#lastEnd !== null && this.#lastEnd !== end) this.#loadDifferences();
    this.#lastEnd = end;
  }

  async #loadDifferences() {
    const ofRebuild = this.query.get("of") === "rebuild";
    const choice = h(
      "select",
      {
        "aria-label": "Found by",
        id: "found-by",
        onchange: (event) => changeQuery({ of: event.target.value, page: "" }),
      },
      h("option", { value: "" }, "the last verification"),
      h("option", { value: "rebuild", selected: ofRebuild }, "the last rebuild"),
    );
    const show = (body) =>
      replace(this.differences, card("Differences found by", body, { actions: [choice] }));
    await this.attempt(
      async () => {
        const answer = await read(
          `${modelPath(this.name_)}/differences`,
          {
            of_verification: ofRebuild ? "" : "true",
            page_size: pageSize,
            page_token: this.query.get("page") ?? "",
          },
          { signal: this.signal },
        );
        show(
          answer.differences.length === 0
            ? h("p.body.muted", "None.")
            : [this.#differencesTable(answer.differences), this.#pager(answer)],
        );
      },
      (problem) => show(failed(problem, () => this.#loadDifferences())),
    );
  }

  #differencesTable(differences) {
    return scrolling(
      "Differences",
      h(
        "table",
        headRow("Table", "Key", "Part", "Kind", "What"),
        h(
          "tbody",
          differences.map((one) =>
            h(
              "tr",
              h("td", one.table),
              h("td.mono", data(one.key)),
              h("td", data(one.sub_key)),
              h("td", words(one.kind)),
              h("td", data(one.detail)),
            ),
          ),
        ),
      ),
    );
  }
  #pager({ next_page_token: next }) {
    const isFirst = !this.query.get("page");
    return (
      (next || !isFirst) &&
      h(
        "nav.pager",
        { "aria-label": "Pages of differences" },
        h(
          "div.actions",
          !isFirst &&
            h("button", { type: "button", onclick: () => changeQuery({ page: "" }) }, "First page"),
          next &&
            h(
              "button",
              { type: "button", onclick: () => changeQuery({ page: next }) },
              "Next page",
            ),
        ),
      )
    );
  }

  async #loadSkipped() {
    await this.attempt(
      async () => {
        const { skipped_events: skipped, truncated } = await read(
          `${modelPath(this.name_)}/skippedEvents`,
          {},
          { signal: this.signal },
        );
        if (skipped.length === 0) return;
        replace(
          this.skipped,
          card(
            "Skipped events",
            scrolling(
              "Skipped events",
              h(
                "table",
                headRow(
                  "Order",
                  { text: "Revision" },
                  "Type",
                  "Why it was a dead letter",
                  "Why it was skipped",
                  "By",
                  "When",
                ),
                h(
                  "tbody",
                  skipped.map((one) =>
                    h(
                      "tr",
                      h("td", orderLink(one.order_id)),
                      h("td.number", one.revision),
                      h("td", data(one.type)),
                      h("td", data(one.error)),
                      h("td", data(one.reason)),
                      h("td", data(one.skipped_by)),
                      h("td", timeElement(one.skip_time)),
                    ),
                  ),
                ),
              ),
            ),
            { actions: [truncated && h("span.small.muted", "the first 1,000")] },
          ),
        );
      },
      () => {},
    );
  }
}
customElements.define("read-model-view", ReadModelView);
