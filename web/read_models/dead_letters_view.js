// Events that could not be applied: each blocks its own order in one read model, and nothing else.
import { read } from "../core/api.js";
import { h, replace } from "../core/dom.js";
import { changeQuery } from "../core/router.js";
import { timeElement } from "../core/time.js";
import { data, headRow, pageHead, scrolling } from "../parts/pieces.js";
import { empty, failed, loading } from "../parts/states.js";
import { View } from "../parts/view.js";
import { modelPath } from "./operations.js";

const pageSize = 50;
const refreshMs = 5000;

class DeadLettersView extends View {
  show() {
    this.query = this.route.query;
    this.choice = h("div");
    this.list = h("div.card", loading(4));
    replace(
      this,
      pageHead("Dead letters", {
        lead: "Events that a read model could not read or apply. Each blocks its own order there; all others go on.",
      }),
      this.choice,
      this.list,
    );
    this.#load();
    this.every(refreshMs, () => this.#load());
  }

  routeChanged(query) {
    this.query = query;
    this.#load();
  }

  async #load() {
    const chosen = this.query.get("read_model") ?? "";
    await this.attempt(
      async () => {
        const { read_models: models } = await read("/v1/readModels", {}, { signal: this.signal });
        const names = models.map(({ name }) => name);
        const asked = names.filter((name) => !chosen || name === chosen);
        const answers = await Promise.all(
          asked.map((name) =>
            read(
              `${modelPath(name)}/deadLetters`,
              { page_size: pageSize, page_token: chosen ? (this.query.get("page") ?? "") : "" },
              { signal: this.signal },
            ),
          ),
        );
        this.#showChoice(models, chosen);
        this.#showLetters(answers, chosen);
      },
      (problem) =>
        replace(
          this.list,
          failed(problem, () => this.#load()),
        ),
    );
  }

  #showChoice(models, chosen) {
    if (this.choice.contains(document.activeElement)) return;
    replace(
      this.choice,
      h(
        "div.field.narrow",
        h("label", { for: "read-model" }, "Read model"),
        h(
          "select",
          {
            id: "read-model",
            onchange: (event) => {
              event.target.blur();
              changeQuery({ read_model: event.target.value, page: "" });
            },
          },
          h("option", { value: "" }, "All"),
          models.map(({ name, blocked_orders: blocked }) =>
            h(
              "option",
              { value: name, selected: name === chosen },
              blocked === "0" ? name : `${name} (${blocked})`,
            ),
          ),
        ),
      ),
    );
  }

  #showLetters(answers, chosen) {
    const letters = answers.flatMap((answer) => answer.dead_letters);
    const more = answers.find((answer) => answer.next_page_token)?.next_page_token;
    if (letters.length === 0) {
      replace(this.list, empty("No dead letter", "Every event so far could be applied."));
      return;
    }
    const row = (letter) =>
      h(
        "tr",
        h(
          "td",
          h(
            "a.mono",
            {
              href: `/dead-letters/${letter.read_model}/${encodeURIComponent(letter.order_id)}`,
              "data-row-link": letter.order_id,
            },
            data(letter.order_id),
          ),
        ),
        h("td", letter.read_model),
        h("td", data(letter.type)),
        h("td.number", letter.revision),
        h("td", data(letter.error)),
        h("td.number", letter.waiting),
        h("td.number", letter.attempts),
        h("td", timeElement(letter.blocked_since, "ago")),
      );
    replace(
      this.list,
      scrolling(
        "Dead letters",
        h(
          "table",
          headRow(
            "Order",
            "Read model",
            "Event",
            { text: "Revision" },
            "Why",
            { text: "Waiting behind" },
            { text: "Tries" },
            "Since",
          ),
          h("tbody", letters.map(row)),
        ),
      ),
      more &&
        h(
          "nav.pager",
          { "aria-label": "Pages" },
          chosen
            ? h(
                "div.actions",
                h(
                  "button",
                  { type: "button", onclick: () => changeQuery({ page: more }) },
                  "Next page",
                ),
              )
            : "There are more: choose one read model to see all of its own.",
        ),
    );
  }
}
customElements.define("dead-letters-view", DeadLettersView);
