// A customer's order on its way: what it costs, where it is, pay, cancel, send back.
import { orderPath, Problem, randomId, read } from "../core/api.js";
import { Attempt, perform, prepare } from "../core/commands.js";
import { h, icon, replace } from "../core/dom.js";
import { newestHeard } from "../core/live.js";
import { amountText, isZero, moneyText } from "../core/money.js";
import { timeElement } from "../core/time.js";
import { notify } from "../parts/notices.js";
import { card, data, headRow, pageHead, paced, scrolling } from "../parts/pieces.js";
import { failed, loading } from "../parts/states.js";
import { View } from "../parts/view.js";
import { openCommand } from "../orders/command_dialog.js";
import { readHistoryIfPossible } from "../orders/history.js";

const steps = [
  ["Placed", ({ status }) => status !== "DRAFT"],
  [
    "Paid",
    ({ status, ledger, totals }) =>
      status !== "DRAFT" &&
      isZero(ledger.open) &&
      (!isZero(ledger.captured) || isZero(totals.total)),
  ],
  ["On its way", ({ shipments }) => shipments.length > 0],
  ["Delivered", ({ fulfilment_status: status }) => status === "DELIVERED"],
];

class PurchaseView extends View {
  #order = null;
  #entries = [];
  #after = newestHeard();
  #isSending = false;
  #attempt = new Attempt();

  show() {
    this.id_ = this.route.parameters.order;
    this.result = h("div", { "aria-live": "polite" });
    replace(this, pageHead("Your order"), h("div.card", loading(6)));
    this.#load();
    const refresh = paced(() => this.#load(), 300);
    this.live((message) => {
      if (message.type === "change" && message.entry.order_id === this.id_)
        this.#after = message.entry.position_token;
      if (message.type === "reset" || message.entry?.order_id === this.id_) refresh();
    });
  }

  async #load() {
    await this.attempt(
      async () => {
        const [{ order }, { entries }] = await Promise.all([
          read(orderPath(this.id_), {}, { signal: this.signal, after: this.#after }),
          readHistoryIfPossible(this.id_, { signal: this.signal }),
        ]);
        if (this.#order && BigInt(order.revision) < BigInt(this.#order.revision)) return;
        this.#order = order;
        this.#entries = entries;
        this.#render();
      },
      (problem) => {
        if (this.#order && problem.status === 0) return;
        replace(
          this,
          pageHead("Your order"),
          h(
            "div.card",
            failed(problem, () => this.#load(), h("a.button", { href: "/shop" }, "To the shop")),
          ),
        );
      },
    );
  }

  #render() {
    const order = this.#order;
    const focused = this.contains(document.activeElement) ? document.activeElement.id : null;
    replace(
      this,
      pageHead("Your order", {
        back: { href: "/shop", text: "Shop" },
        lead: [
          "Number ",
          h("span.mono", data(order.order_id)),
          " · placed ",
          timeElement(order.create_time, "ago"),
        ],
        actions: [
          h(
            "a.button.quiet",
            { href: `/orders/${encodeURIComponent(order.order_id)}` },
            "As the shop sees it",
          ),
        ],
      }),
      this.#progress(),
      h(
        "div.shop-grid",
        h("div", this.#goods(), this.#parcels()),
        h("div.aside", this.#todo(), this.#happened()),
      ),
    );
    if (focused) document.getElementById(focused)?.focus();
  }

  #progress() {
    const order = this.#order;
    if (order.status === "CANCELLED") {
      return h(
        "div.banner.bad",
        icon("close"),
        "This order is cancelled.",
        !isZero(order.ledger.refund_due) &&
          ` ${moneyText(order.ledger.refund_due)} come back to you.`,
      );
    }
    const held =
      order.holds.length > 0 &&
      h(
        "div.banner",
        icon("warning"),
        "The shop is looking into this order; it goes on after that.",
      );
    const reached = steps.map(([, isReached]) => isReached(order));
    const current = reached.indexOf(false);
    return [
      held,
      h(
        "ol.steps",
        { "aria-label": "How far it is" },
        steps.map(([name], i) =>
          h(
            reached[i] ? "li.done" : i === current ? "li.current" : "li",
            i === current && { "aria-current": "step" },
            h("span.dot", reached[i] && icon("check")),
            name,
            h("span.hidden-text", reached[i] ? " (done)" : " (to come)"),
          ),
        ),
      ),
    ];
  }

  #goods() {
    const { lines, totals, ledger } = this.#order;
    const sum = (name, money) =>
      h(
        "tr.sum-row",
        h("th", { scope: "row", colspan: "2" }, name),
        h("td.number", moneyText(money)),
      );
    return card(
      "What you get",
      scrolling(
        "What you get",
        h(
          "table",
          headRow("Article", { text: "Quantity" }, { text: "Price" }),
          h(
            "tbody",
            lines.map((line) =>
              h(
                "tr",
                h("td", data(line.title)),
                h("td.number", line.quantity),
                h("td.number", amountText(line.totals.goods)),
              ),
            ),
            !isZero(totals.discount) && sum("Discount", totals.discount),
            sum("Tax", totals.tax),
            !isZero(totals.shipping) && sum("Shipping", totals.shipping),
            sum("Total", totals.total),
            !isZero(ledger.refunded) && sum("Came back to you", ledger.refunded),
          ),
        ),
      ),
    );
  }

  #parcels() {
    const { shipments } = this.#order;
    return (
      shipments.length > 0 &&
      card(
        "Parcels",
        h(
          "ul.body.stack",
          shipments.map((shipment) =>
            h(
              "li",
              data(shipment.carrier || "A parcel"),
              shipment.tracking_code && [" · ", h("span.mono", data(shipment.tracking_code))],
              " · ",
              shipment.delivered ? "delivered" : "on its way",
            ),
          ),
        ),
      )
    );
  }

  #todo() {
    const order = this.#order;
    const may = (name) => order.allowed_commands.includes(name);
    const button = (id, kind, text, onclick) =>
      h(`button.${kind}`, { type: "button", id, disabled: this.#isSending, onclick }, text);
    const open = (name) =>
      openCommand(name, order, {
        done: (_, answer) => this.#recorded(answer),
        again: async () => {
          await this.#load();
          return this.#order;
        },
      });
    const buttons = [
      may("ConfirmOrder") &&
        button("confirm", "primary", "Place this order", () =>
          this.#send("Placing the order", [["confirm", {}]]),
        ),
      may("CapturePayment") &&
        button("pay", "primary", `Pay ${moneyText(order.ledger.open)}`, () => this.#pay()),
      may("RequestReturn") &&
        button("return", "plain", "Send something back", () => open("RequestReturn")),
      may("CancelOrder") &&
        button("cancel", "danger", "Cancel the order", () => open("CancelOrder")),
    ].filter(Boolean);
    const waits =
      order.status === "COMPLETED"
        ? "All done. Enjoy it."
        : "Nothing to do but wait: this page follows along.";
    return card(
      "What now?",
      h("div.body.stack", buttons.length > 0 ? buttons : h("p.muted", waits), this.result),
    );
  }

  #happened() {
    return card(
      "What happened",
      h(
        "ol.timeline",
        this.#entries
          .slice(-20)
          .reverse()
          .map((entry) =>
            h(
              "li",
              h("p", data(entry.summary)),
              h("p.meta", timeElement(entry.record_time, "ago")),
            ),
          ),
      ),
    );
  }

  #pay() {
    const amount = this.#order.ledger.open;
    const payment = `card-${randomId().slice(0, 8)}`;
    this.#send(`Payment of ${moneyText(amount)}`, [
      ["authorizePayment", { payment_id: payment, amount }],
      ["capturePayment", { payment_id: payment, amount }],
    ]);
  }

  /// Commands one after the other; none is done twice, also when the button is pressed again while
  /// it is not known what came of it.
  async #send(title, list) {
    if (this.#isSending) return;
    this.#isSending = true;
    this.#render();
    replace(this.result);
    const commands = this.#attempt.of(title, () =>
      list.map(([verb, body]) =>
        prepare({ path: orderPath(this.id_, verb), body, title: `${title} (${this.id_})` }),
      ),
    );
    try {
      for (const command of commands) {
        const answer = await perform(command);
        this.#after = answer.position_token;
      }
      this.#attempt.end();
      notify(`${title}: recorded.`);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (!error.isUnknown) this.#attempt.end();
      replace(
        this.result,
        h(
          "div.refusal",
          { role: "alert" },
          h("h3", error.isUnknown ? "No answer yet" : error.title),
          h("p", error.message),
          error.rule && h("p.small", error.rule),
        ),
      );
    } finally {
      this.#isSending = false;
      this.#render();
      this.#load();
    }
  }

  #recorded(answer) {
    this.#after = answer.position_token;
    notify("Recorded.");
    this.#load();
  }
}
customElements.define("purchase-view", PurchaseView);
