// Webhooks: whether each delivers, what waits, and what it has given up.
import { read } from "../core/api.js";
import { h, replace } from "../core/dom.js";
import { grouped } from "../core/money.js";
import { navigate } from "../core/router.js";
import { timeElement } from "../core/time.js";
import { keepingFocus } from "../parts/focus.js";
import { data, headRow, pageHead, scrolling } from "../parts/pieces.js";
import { empty, failed, loading } from "../parts/states.js";
import { View } from "../parts/view.js";
import { openCreation } from "./webhook_forms.js";
import { failureText, isOff, stateBadge, webhookPath, webhooksOff } from "./webhook_pieces.js";

const refreshMs = 2000;

class WebhooksView extends View {
  #isShown = false;

  show() {
    this.head = h("div");
    this.list = h("div.card", loading(5));
    replace(this, this.head, this.list);
    this.#showHead([]);
    this.#load();
    this.every(refreshMs, () => this.#load(true));
  }

  #showHead(actions) {
    replace(
      this.head,
      pageHead("Webhooks", {
        lead: "Addresses that changes of orders are posted to, signed.",
        actions,
      }),
    );
  }

  #createButton = () =>
    h(
      "button.primary",
      {
        type: "button",
        onclick: () => openCreation(({ webhook_id: id }) => navigate(webhookPath(id))),
      },
      "New webhook…",
    );

  async #load(isRefresh = false) {
    await this.attempt(
      async () => {
        const { webhooks } = await read("/v1/webhooks", {}, { signal: this.signal });
        if (!this.#isShown) this.#showHead([webhooks.length > 0 && this.#createButton()]);
        this.#isShown = true;
        keepingFocus(this.list, () => this.#render(webhooks));
      },
      (problem) => {
        if (isRefresh && this.#isShown && problem.status === 0) return;
        replace(this.list, isOff(problem) ? webhooksOff() : failed(problem, () => this.#load()));
      },
    );
  }

  #render(webhooks) {
    if (webhooks.length === 0) {
      replace(
        this.list,
        empty("No webhook", "Nobody is told of changes yet.", this.#createButton()),
      );
      return;
    }
    replace(
      this.list,
      scrolling(
        "Webhooks",
        h(
          "table.groups",
          headRow(
            "Webhook",
            "State",
            "Address",
            { text: "Orders waiting" },
            { text: "Dead letters" },
            { text: "Delivered" },
            "Last success",
            "Last failure",
          ),
          h("tbody", webhooks.map(webhookRow)),
        ),
      ),
    );
  }
}

function webhookRow(webhook) {
  const { webhook_id: id, description, url, deliveries } = webhook;
  const { last_failure: failure, dead_letters: dead } = deliveries;
  return h(
    "tr",
    h(
      "td",
      h("a", { href: webhookPath(id), "data-row-link": id }, h("strong", data(id))),
      description && h("p.small.muted", data(description)),
    ),
    h("td", stateBadge(webhook)),
    h("td.small.mono.web-address", data(url)),
    h(
      "td.number",
      grouped(deliveries.pending_orders),
      deliveries.retrying_orders !== "0" &&
        h("p.small.muted", `${grouped(deliveries.retrying_orders)} retrying`),
    ),
    h("td.number", dead === "0" ? "0" : h("span.badge.bad", grouped(dead))),
    h("td.number", grouped(deliveries.delivered)),
    h("td", timeElement(deliveries.last_success_time, "ago")),
    h(
      "td",
      timeElement(failure?.attempt_time, "ago"),
      failure && h("p.small.muted", failureText(failure)),
    ),
  );
}
customElements.define("webhooks-view", WebhooksView);
