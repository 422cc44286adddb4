// An order: its state, what may be done now, and what happened; it follows what happens.
import { orderPath, read } from "../core/api.js";
import { h, icon, replace } from "../core/dom.js";
import { newestHeard } from "../core/live.js";
import { notify } from "../parts/notices.js";
import { card, data, pageHead, paced } from "../parts/pieces.js";
import { failed, loading } from "../parts/states.js";
import { View } from "../parts/view.js";
import { openCommand } from "./command_dialog.js";
import { kindOf, titleOf } from "./command_forms.js";
import { readHistoryIfPossible } from "./history.js";
import { orderState, statusBadges } from "./order_state.js";
import { historyPath, timeline } from "./timeline.js";

const refreshMs = 300;

class OrderView extends View {
  #order = null;
  #entries = [];
  #fresh = new Set();
  #after = newestHeard();

  show() {
    this.id_ = this.route.parameters.order;
    replace(this, this.#head(), h("div.card", loading(8)));
    this.#load();
    const refresh = paced(() => this.#load(), refreshMs);
    this.live((message) => {
      if (message.type === "reset") return refresh();
      if (message.type !== "change" || message.entry.order_id !== this.id_) return;
      this.#after = message.entry.position_token;
      this.#fresh.add(message.entry.revision);
      refresh();
    });
  }

  async #load() {
    await this.attempt(
      async () => {
        const [{ order, freshness }, { entries, problem }] = await Promise.all([
          read(orderPath(this.id_), {}, { signal: this.signal, after: this.#after }),
          readHistoryIfPossible(this.id_, { signal: this.signal }),
        ]);
        // Never back: an answer that left earlier may come later.
        if (this.#order && BigInt(order.revision) < BigInt(this.#order.revision)) return;
        this.#order = order;
        this.#entries = entries;
        this.#render(freshness, problem);
      },
      (problem) => {
        if (this.#order && problem.status === 0) return;
        replace(
          this,
          this.#head(),
          h(
            "div.card",
            failed(
              problem,
              () => this.#load(),
              h("a.button", { href: "/orders" }, "To the orders"),
            ),
          ),
        );
      },
    );
  }

  #head() {
    const order = this.#order;
    return pageHead(data(this.id_), {
      back: { href: "/orders", text: "Orders" },
      beside: order && statusBadges(order),
      actions: [h("a.button", { href: historyPath(this.id_) }, icon("history"), "Time travel")],
      lead: order && [
        "Revision ",
        order.revision,
        " · customer ",
        h(
          "a",
          { href: `/orders?customer=${encodeURIComponent(order.customer_id)}` },
          data(order.customer_id),
        ),
      ],
    });
  }

  #render(freshness, historyProblem) {
    const focused = this.contains(document.activeElement)
      ? document.activeElement.dataset.command
      : null;
    replace(
      this,
      this.#head(),
      freshness.blocked_since &&
        h(
          "div.banner.bad",
          icon("warning"),
          "An event of this order could not be applied: it is shown as it was before that. ",
          h(
            "a",
            { href: `/dead-letters/orders/${encodeURIComponent(this.id_)}` },
            "See the dead letter",
          ),
        ),
      h(
        "div.order-grid",
        h("div.entries", orderState(this.#order)),
        h(
          "div.aside",
          card("What may be done now", this.#commands()),
          card(
            "What happened",
            historyProblem
              ? h("p.body.muted", data(historyProblem.message))
              : timeline(this.id_, this.#entries, this.#fresh),
            {
              actions: [!historyProblem && h("span.small.faint", `${this.#entries.length} events`)],
            },
          ),
        ),
      ),
    );
    this.#fresh = new Set();
    if (focused) this.querySelector(`[data-command="${focused}"]`)?.focus();
  }

  #commands() {
    const button = (name) =>
      h(
        `button.${kindOf(name, this.#order)}`,
        { type: "button", "data-command": name, onclick: () => this.#open(name) },
        titleOf(name),
      );
    const group = (kind) =>
      this.#order.allowed_commands.filter((name) => kindOf(name, this.#order) === kind).map(button);
    return h("div.commands", group("primary"), group("plain"), group("danger"));
  }

  #open(name) {
    openCommand(name, this.#order, {
      done: (order, answer) => {
        notify(
          answer.events_recorded === 0 ? "Nothing had to change." : `${titleOf(name)}: recorded.`,
        );
        this.#after = answer.position_token;
        this.#load();
      },
      again: async () => {
        await this.#load();
        return this.#order;
      },
    });
  }
}
customElements.define("order-view", OrderView);
