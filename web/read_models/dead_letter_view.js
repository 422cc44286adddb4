// A dead letter: the event as it is stored, why it could not be applied, and what can be done.
import { Problem, read, send } from "../core/api.js";
import { h, icon, replace } from "../core/dom.js";
import { timeElement } from "../core/time.js";
import { textField } from "../parts/fields.js";
import { notify } from "../parts/notices.js";
import { card, data, orderLink, pageHead } from "../parts/pieces.js";
import { empty, failed, loading } from "../parts/states.js";
import { View } from "../parts/view.js";
import { modelPath } from "./operations.js";
import { bytesElement } from "./stored_bytes.js";

const back = { href: "/dead-letters", text: "Dead letters" };

class DeadLetterView extends View {
  #isSending = false;

  show() {
    const { model, order } = this.route.parameters;
    this.path = `${modelPath(model)}/deadLetters/${encodeURIComponent(order)}`;
    this.title = ["Dead letter of ", data(order)];
    replace(this, pageHead(this.title, { back }), h("div.card", loading(6)));
    this.#load();
  }

  async #load() {
    await this.attempt(
      async () => this.#render(await read(this.path, {}, { signal: this.signal })),
      (problem) => {
        const isGone = problem.reason === "ORDER_NOT_BLOCKED";
        replace(
          this,
          pageHead(this.title, { back }),
          h(
            "div.card",
            isGone
              ? empty(
                  "Not blocked",
                  "This order is not, or no longer, blocked in this read model.",
                  h(
                    "a.button",
                    { href: `/orders/${encodeURIComponent(this.route.parameters.order)}` },
                    "To the order",
                  ),
                )
              : failed(problem, () => this.#load()),
          ),
        );
      },
    );
  }

  #render(letter) {
    const facts = [
      ["Order", orderLink(letter.order_id)],
      ["Read model", letter.read_model],
      ["Event", [data(letter.type), " · revision ", letter.revision]],
      ["Event id", h("span.mono", data(letter.event_id))],
      ["Recorded", timeElement(letter.create_time, "full")],
      ["Blocked since", timeElement(letter.blocked_since, "full")],
      ["Last try", [timeElement(letter.last_try_time, "full"), ` · ${letter.attempts} in all`]],
      ["Waiting behind it", `${letter.waiting} events of the order`],
    ];
    replace(
      this,
      pageHead(this.title, {
        back,
        actions: [
          h(
            "button.primary",
            { type: "button", id: "retry", onclick: () => this.#retry() },
            "Try it again",
          ),
          h(
            "button.danger",
            { type: "button", id: "skip", onclick: () => this.#askReason(letter) },
            "Skip it…",
          ),
        ],
      }),
      h("div.refusal", h("h3", "Why it could not be applied"), h("p", data(letter.error))),
      h(
        "div.letter-grid",
        card(
          "The event",
          h(
            "div.body",
            h(
              "dl.facts",
              facts.map(([name, value]) => [h("dt", name), h("dd", value)]),
            ),
          ),
        ),
        card("Data", h("div.body", bytesElement(letter.data))),
        card("Metadata", h("div.body", bytesElement(letter.metadata))),
      ),
    );
  }

  async #once(task) {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      await task();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      notify(error.message, "bad");
    } finally {
      this.#isSending = false;
    }
  }

  #retry() {
    return this.#once(async () => this.#told(await send(`${this.path}:retry`, {})));
  }

  #told({ events_applied: applied, still_blocked: isBlocked, error }) {
    if (isBlocked) notify(`Still blocked: ${error}`, "bad");
    else notify(`The order is free again: ${applied} events applied.`);
    this.#load();
  }

  #askReason(letter) {
    const reason = textField({
      label: "Reason",
      required: true,
      max: 500,
      hint: "It is recorded, with who you are.",
    });
    const dialog = h(
      "dialog",
      { "aria-labelledby": "skip-title" },
      h(
        "form",
        {
          novalidate: true,
          onsubmit: (event) => {
            event.preventDefault();
            this.#skip(letter, reason, dialog);
          },
        },
        h(
          "header",
          h(
            "div",
            h("h2", { id: "skip-title" }, "Skip this event"),
            h(
              "p",
              "The read model does without it for good, in every rebuild too. The log keeps it.",
            ),
          ),
          h(
            "button.quiet",
            { type: "button", "aria-label": "Close", onclick: () => dialog.close() },
            icon("close"),
          ),
        ),
        reason.element,
        h(
          "footer",
          h("button", { type: "button", onclick: () => dialog.close() }, "Not now"),
          h("button.danger", { type: "submit" }, "Skip it for good"),
        ),
      ),
    );
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector("input").focus();
  }

  async #skip(letter, reason, dialog) {
    let text;
    try {
      text = reason.read();
    } catch {
      return; // The field says so.
    }
    await this.#once(async () => {
      const answer = await send(`${this.path}:skip`, { revision: letter.revision, reason: text });
      dialog.close();
      this.#told(answer);
    });
  }
}
customElements.define("dead-letter-view", DeadLetterView);
