// One webhook: whether it delivers, what it is set to, and what it has given up.
import { read, send } from "../core/api.js";
import { h, replace } from "../core/dom.js";
import { grouped } from "../core/money.js";
import { navigate } from "../core/router.js";
import { durationText, timeElement } from "../core/time.js";
import { keepingFocus } from "../parts/focus.js";
import { notify } from "../parts/notices.js";
import { oneAtATime } from "../parts/one_at_a_time.js";
import { card, data, facts, figures, pageHead } from "../parts/pieces.js";
import { empty, failed, loading } from "../parts/states.js";
import { View } from "../parts/view.js";
import "./webhook_dead_letters.js";
import { openChange, openDeletion, openPause, openRotation } from "./webhook_forms.js";
import {
  eventTypesText,
  failureText,
  isOff,
  stateBadge,
  stateOf,
  webhookCall,
  webhooksOff,
} from "./webhook_pieces.js";

const refreshMs = 2000;
const back = { href: "/webhooks", text: "Webhooks" };

class WebhookView extends View {
  #webhook = null;
  #once = oneAtATime();
  #isDeleted = false;

  show() {
    this.id_ = this.route.parameters.webhook;
    this.head = h("div");
    this.state = h("div", h("div.card", loading(6)));
    this.letters = h("webhook-dead-letters");
    Object.assign(this.letters, { webhookId: this.id_, query: this.route.query });
    this.letters.changed = () => this.#load(true);
    replace(this.head, this.#headOf(null));
    replace(this, this.head, this.state);
    this.#load();
    this.every(refreshMs, () => this.#load(true));
  }

  routeChanged(query) {
    this.letters.query = query;
    this.letters.load();
  }

  #headOf(webhook) {
    const button = (verb, text, act, name = "button") =>
      h(name, { type: "button", "data-operation": `webhook:${verb}`, onclick: act }, text);
    const reload = () => this.#load();
    return pageHead(["Webhook ", data(this.id_)], {
      back,
      lead: webhook?.description && data(webhook.description),
      beside: webhook && stateBadge(webhook),
      actions: webhook && [
        button("ping", "Ping", () => this.#ping()),
        stateOf(webhook) === "ACTIVE"
          ? button("pause", "Pause…", () => openPause(this.#webhook, reload))
          : button("resume", "Resume", () => this.#resume(), "button.primary"),
        button("change", "Change…", () => openChange(this.#webhook, reload)),
        button("rotate", "New secret…", () => openRotation(this.#webhook, reload)),
        button("delete", "Delete…", () => this.#delete(), "button.danger"),
      ],
    });
  }

  async #load(isRefresh = false) {
    await this.attempt(
      async () => {
        const answer = await read(webhookCall(this.id_), {}, { signal: this.signal });
        const isFirst = this.#webhook === null;
        const hadLetters = this.#webhook?.deliveries.dead_letters;
        this.#webhook = answer;
        keepingFocus(this, () => this.#render(answer));
        if (isFirst) replace(this, this.head, this.state, this.letters);
        else if (hadLetters !== answer.deliveries.dead_letters) this.letters.load(true);
      },
      (problem) => {
        if (this.#isDeleted || (isRefresh && this.#webhook && problem.status === 0)) return;
        this.#webhook = null;
        replace(this.head, this.#headOf(null));
        replace(
          this.state,
          h(
            "div.card",
            isOff(problem)
              ? webhooksOff()
              : problem.status === 404
                ? empty(
                    "No such webhook",
                    problem.message,
                    h("a.button", { href: back.href }, "To the webhooks"),
                  )
                : failed(problem, () => this.#load()),
          ),
        );
        replace(this, this.head, this.state);
      },
    );
  }

  #render(webhook) {
    const { deliveries, old_secret_end_time: oldSecretEnd } = webhook;
    const failure = deliveries.last_failure;
    replace(this.head, this.#headOf(webhook));
    replace(
      this.state,
      stateOf(webhook) !== "ACTIVE" && whyStopped(webhook),
      card("Deliveries", [
        figures([
          ["Orders waiting", grouped(deliveries.pending_orders), true],
          ["Dead letters", grouped(deliveries.dead_letters), true],
          ["Delivered", grouped(deliveries.delivered)],
          ["Orders retrying", grouped(deliveries.retrying_orders)],
          ["Attempts that failed", grouped(deliveries.failed_attempts)],
          ["Longest waiting", timeElement(deliveries.oldest_pending_time, "ago")],
          ["Last success", timeElement(deliveries.last_success_time, "ago")],
          ["Last failure", timeElement(failure?.attempt_time, "ago")],
        ]),
        h(
          "div.columns",
          h(
            "div",
            h("h3", "What is posted where"),
            facts([
              ["Address", h("span.mono.small", data(webhook.url))],
              ["Events", eventTypesText(webhook.event_types)],
              failure && ["Last failure", failureText(failure)],
            ]),
          ),
          h(
            "div",
            h("h3", "Since when"),
            facts([
              ["Made", timeElement(webhook.create_time)],
              ["Changed", timeElement(webhook.update_time)],
              ["Secret made", timeElement(webhook.secret_time)],
              oldSecretEnd && ["Old secret ends", timeElement(oldSecretEnd)],
            ]),
          ),
        ),
      ]),
    );
  }

  #ping() {
    return this.#once("it was pinged", async () => {
      const answer = await send(webhookCall(this.id_, "ping"), {});
      const time = durationText(Number.parseFloat(answer.duration));
      const status = answer.http_status === 0 ? "" : ` ${answer.http_status}`;
      if (answer.delivered) notify(`The receiver answered${status} after ${time}.`);
      else notify(`Not delivered after ${time}:${status} ${answer.error}`, "bad");
    });
  }

  #resume() {
    return this.#once("it goes on", async () => {
      await send(webhookCall(this.id_, "resume"), {});
      notify(`${this.id_} goes on.`);
      this.#load();
    });
  }

  #delete() {
    openDeletion(this.#webhook, () => {
      this.#isDeleted = true;
      notify(`The webhook ${this.id_} is deleted.`);
      navigate("/webhooks");
    });
  }
}

function whyStopped(webhook) {
  const isPaused = stateOf(webhook) === "PAUSED";
  return h(
    isPaused ? "div.refusal.unknown" : "div.refusal",
    h("h3", isPaused ? "It is paused" : "It is disabled"),
    h(
      "p",
      "Since ",
      timeElement(webhook.state_time, "full"),
      webhook.state_reason && [": ", data(webhook.state_reason)],
      ". What happens meanwhile waits.",
    ),
  );
}
customElements.define("webhook-view", WebhookView);
