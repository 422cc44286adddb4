// The messages that a webhook has given up: why, delivering them again, and doing without them.
import { send } from "../core/api.js";
import { h, replace } from "../core/dom.js";
import { counted } from "../core/money.js";
import { timeElement } from "../core/time.js";
import { textField } from "../parts/fields.js";
import { openForm } from "../parts/form_dialog.js";
import { notify } from "../parts/notices.js";
import { oneAtATime } from "../parts/one_at_a_time.js";
import { card, data, headRow, orderLink, pager, scrolling } from "../parts/pieces.js";
import { RefreshedPage } from "../parts/refreshed_page.js";
import { oldestField } from "../parts/setting_fields.js";
import { failureText, webhookCall } from "./webhook_pieces.js";

const namedMax = 5;
const countOf = (count) => counted(count, "dead letter");

class WebhookDeadLetters extends RefreshedPage {
  #once = oneAtATime();

  /// Set before it is in the page: whose they are, and what is called when something was done.
  webhookId = "";
  changed = () => {};

  get path() {
    return `${webhookCall(this.webhookId)}/deadLetters`;
  }

  frame(body, actions = []) {
    replace(this, card("Dead letters", body, { actions }));
  }

  draw({ dead_letters: letters, next_page_token: next }) {
    const isFirst = !this.query.get("page");
    if (letters.length === 0 && isFirst && !next) {
      this.frame(h("p.body.muted", "None: no message was given up."));
      return;
    }
    const button = (verb, text, act, name = "button") =>
      h(name, { type: "button", "data-operation": `letters:${verb}`, onclick: act }, text);
    this.frame(
      [
        scrolling(
          "Dead letters",
          h(
            "table",
            headRow(
              "Order",
              "Event",
              { text: "Revision" },
              "Why",
              { text: "Attempts" },
              "Given up",
              "Operations",
            ),
            h(
              "tbody",
              letters.map((letter) => this.#row(letter)),
            ),
          ),
        ),
        pager({ next, isFirst, label: "Pages of dead letters" }),
      ],
      [
        button("replay", "Replay…", () => this.#openReplay()),
        button("discard", "Discard…", () => this.#openDiscard({}), "button.danger"),
      ],
    );
  }

  #row(letter) {
    const { event_id: id, order_id: order, revision } = letter;
    const button = (verb, text, act, name = "button") =>
      h(
        name,
        {
          type: "button",
          "data-operation": `letters:${verb}:${id}`,
          "aria-label": `${text} ${letter.type} of ${order}`,
          onclick: act,
        },
        text,
      );
    return h(
      "tr",
      h("td.nowrap", orderLink(order)),
      h("td.nowrap", data(letter.type)),
      h("td.number", revision),
      h("td", letter.last_failure && failureText(letter.last_failure)),
      h("td.number", letter.attempts),
      h("td", timeElement(letter.dead_time, "ago")),
      h(
        "td",
        h(
          "div.buttons",
          button("replay", "Replay", () => this.#replayOne(id)),
          button("discard", "Discard…", () => this.#openDiscard({ id }), "button.quiet.danger"),
        ),
      ),
    );
  }

  #told(text) {
    notify(text);
    this.changed();
    this.load(true);
  }

  #replayOne(id) {
    return this.#once("it is delivered again", async () => {
      await send(`${this.path}:replay`, { event_id: id });
      this.#told("The message is delivered again.");
    });
  }

  /// What `verb` would do with those that are chosen; `text(count)` says it. What was counted is
  /// remembered in `seen`, so that it is done with no others.
  async #foresee(verb, chosen, { seen, text, word }) {
    const { count, dead_letters: letters } = await send(`${this.path}:${verb}`, {
      ...chosen,
      validate_only: true,
    });
    seen.expected_count = count;
    if (count === "0") return { text: "There is no dead letter.", submit: null };
    const named = letters.slice(0, namedMax);
    return {
      text: text(countOf(count)),
      more: h(
        "ul.small",
        named.map(({ type, order_id: order }) => h("li", data(type), " of ", data(order))),
        BigInt(count) > BigInt(named.length) && h("li", "and so on"),
      ),
      submit: `${word} ${countOf(count)}`,
    };
  }

  #openReplay() {
    const seen = {};
    openForm({
      title: "Replay dead letters",
      text: "They are delivered again, marked as replayed: later changes of their orders may have gone out.",
      fields: [["", oldestField()]],
      submit: "Replay",
      preview: (chosen) =>
        this.#foresee("replay", chosen, {
          seen,
          text: (letters) => `${letters} would be delivered again`,
          word: "Replay",
        }),
      send: (chosen) => send(`${this.path}:replay`, { ...chosen, ...seen }),
      done: ({ count }) => this.#told(`Delivered again: ${countOf(count)}.`),
    });
  }

  /// One dead letter, by the `id` of its event; or those that are chosen.
  #openDiscard({ id }) {
    const seen = {};
    const chosenOf = (values) => (id === undefined ? values : { event_id: id, ...values });
    openForm({
      title: id === undefined ? "Discard dead letters" : "Discard this dead letter",
      text: "The receiver never hears of these changes. The orders stay as they are.",
      fields: [
        ...(id === undefined ? [["", oldestField()]] : []),
        [
          "reason",
          textField({
            label: "Reason",
            required: true,
            max: 500,
            hint: "It is logged, with who you are.",
          }),
        ],
      ],
      submit: "Discard",
      isDanger: true,
      preview: (values) =>
        this.#foresee("discard", chosenOf(values), {
          seen,
          text: (letters) => `${letters} would be discarded`,
          word: "Discard",
        }),
      send: (values) => send(`${this.path}:discard`, { ...chosenOf(values), ...seen }),
      done: ({ count }) => this.#told(`Discarded: ${countOf(count)}.`),
    });
  }
}
customElements.define("webhook-dead-letters", WebhookDeadLetters);
